# The configuration, checked and complete, and what follows from it for every rule.

import atexit
import functools
import logging
import os
import sys
from pathlib import Path

from snakemake.common.configfile import load_configfile
from snakemake.io import sourcecache_entry
from snakemake.logging import logger
from snakemake.utils import update_config

from mirsignal.errors import InputError
from mirsignal.files.atomic import disk_is_full
from mirsignal.networks.environment import settle_environment
from mirsignal.ready.cards import (
    GIVEN,
    HUMAN,
    TISSUES,
    USAGE,
    read_card,
    scan_settings,
)
from mirsignal.sequences.mirnas import SETTING, plan_batches, read_mirnas
from mirsignal.sequences.wiggles import TRACK
from mirsignal.sites.context import MEASURES
from mirsignal.workflow.config import (
    complete_config,
    experiment_recipes,
    read_schema,
    recipe_chain,
    refuse_repeated_keys,
)
from mirsignal.workflow.jobs import FULL
from mirsignal.workflow.provenance import describe_file
from mirsignal.workflow.recipes import find_mixture, reads_network, shares_of
from mirsignal.workflow.source import Digests

# Of these files, which another workflow may use as a module.
ROOT = Path(str(workflow.current_basedir)).parents[1]

# What another workflow gives as `config` lies over config.yaml, as a --configfile. In a
# run of our own too, for settings in one order: another order would change parameters.
given_config, config = config, load_configfile(str(ROOT / "config.yaml"))
update_config(config, given_config)

FULL_DISK = "the disk is full; make room and run again"
logging.raiseExceptions = False  # no traceback for each line that a full disk refuses


def stop(message):
    """End the start with one line. (Snakemake shows an exception with its traceback.)"""
    sys.exit(f"error: {message}")


def checked(function, *arguments):
    """Call a library function; its InputError becomes one line and a failed start."""
    try:
        return function(*arguments)
    except InputError as error:
        stop(error)


def refuse_unwritable(*folders):
    """Stop at once when results could not be written."""
    for folder in map(Path, folders):
        nearest = next(p for p in (folder, *folder.absolute().parents) if p.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
            raise InputError(
                f"{folder}: cannot be written ({nearest} is not a writable folder); "
                "free it, or run elsewhere with --directory"
            )
        if disk_is_full(folder):
            raise InputError(f"{folder}: {FULL_DISK}")


class FullDiskNoted(logging.Handler):
    """Notes that Snakemake reports a full disk: at the end there may be room again, when
    other jobs have removed what they had not finished."""

    seen = False

    def emit(self, record):
        message = record.getMessage()
        self.seen |= any(os.strerror(number) in message for number in FULL)


def tell_full_disk():
    """Say at the end why a run failed whose own records Snakemake could not write."""
    if full_disk.seen or disk_is_full(Path("results")):
        print(f"error: results: {FULL_DISK}", file=sys.stderr)


checked(settle_environment)
for file in workflow.configfiles:
    checked(refuse_repeated_keys, file)
CONFIG = checked(
    complete_config, config, read_schema(ROOT / "schemas/config.schema.yaml")
)
ABLATIONS = [
    name
    for name in CONFIG["experiments"]
    if name not in CONFIG["comparison"]["leave_out"]
]
RECIPES = {name: experiment_recipes(CONFIG, name) for name in CONFIG["experiments"]}
MAIN = RECIPES["main"]
LEAVE_ONE_MIRNA_OUT = CONFIG["occupancy"][MAIN["occupancy"]]["leave_one_mirna_out"]
PREDICT = CONFIG["predict"]

STUDY = CONFIG["study"]
INPUTS = CONFIG["studies"][STUDY]["inputs"]
DOWNLOADS = CONFIG["studies"][STUDY].get("downloads", {})
SIMULATED = "simulate" in CONFIG["studies"][STUDY]
RESULTS = f"results/{STUDY}"
DATA = CONFIG["data"] or (
    f"{RESULTS}/simulation" if SIMULATED else f"resources/{STUDY}"
)
TARGETSCAN_NAME = INPUTS.get("targetscan", {}).get("name", "TargetScan")
checked(refuse_unwritable, "results", "resources")
full_disk = FullDiskNoted()
logger.addHandler(full_disk)
atexit.register(tell_full_disk)

# The Keras backend of the scan; networks are trained with TensorFlow.
BACKEND = os.environ.get("KERAS_BACKEND")
# Whether folders are to share results by `--cache`; marks the rules that may.
SHARED = "SNAKEMAKE_OUTPUT_CACHE" in os.environ
