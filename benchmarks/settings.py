"""Settings of config.yaml for what a benchmark fits or runs itself."""

from dataclasses import fields

from mirsignal.repression.occupancy import OccupancyTraining
from mirsignal.workflow.config import complete_config, read_schema


def read_config():
    """Return the configuration of the demo, with the schema's defaults."""
    paths = ("config.yaml", "schemas/config.schema.yaml")
    return complete_config(*map(read_schema, paths))


def settings_of_fit(recipe):
    """Return the training of an occupancy recipe, and the decays of target transfer."""
    config = read_config()
    chosen = config["occupancy"][recipe]
    training = {field.name: chosen[field.name] for field in fields(OccupancyTraining)}
    return OccupancyTraining(**training), config["transfer"]["decays"]
