"""Settings of config.yaml for what a benchmark fits or runs itself."""

from mirsignal.repression.occupancy import OccupancyTraining
from mirsignal.workflow.config import complete_config, read_schema

NOT_OF_FIT = ("clip_positive", "leave_one_mirna_out", "sites")


def read_config():
    """Return the configuration of the demo, with the schema's defaults."""
    paths = ("config.yaml", "schemas/config.schema.yaml")
    return complete_config(*map(read_schema, paths))


def settings_of_fit(recipe):
    """Return the training of an occupancy recipe, and the decays of target transfer."""
    config = read_config()
    chosen = config["occupancy"][recipe].items()
    training = {key: value for key, value in chosen if key not in NOT_OF_FIT}
    return OccupancyTraining(**training), config["transfer"]["decays"]
