# What the other files share: the checked configuration, recipes, paths, code digests.

import atexit
import functools
import logging
import os
import sys
from pathlib import Path

import snakemake.jobs
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.io import sourcecache_entry
from snakemake.utils import update_config

from mirsignal.workflow.config import STAGES, recipe_chain, complete_config, experiment_recipes, read_schema
from mirsignal.networks.environment import settle_environment
from mirsignal.errors import InputError
from mirsignal.files.atomic import disk_is_full
from mirsignal.sequences.mirnas import plan_batches, read_mirnas
from mirsignal.workflow.provenance import describe_file
from mirsignal.workflow.source import source_digest

# Of this file, which another workflow may use as a module.
ROOT = Path(str(workflow.current_basedir)).parent

if not workflow.modifier.is_main_snakefile():
    # What the other workflow gives as `config` lies over config.yaml, as a --configfile.
    given_config, config = config, load_configfile(str(ROOT / "config.yaml"))
    update_config(config, given_config)


def checked(function, *arguments):
    """Call a library function; its InputError becomes one line and a failed start."""
    try:
        return function(*arguments)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


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


def tell_full_disk():
    """Say at the end why a run failed whose own records Snakemake could not write."""
    if disk_is_full(Path("results")):
        print(f"error: results: {FULL_DISK}", file=sys.stderr)


FULL_DISK = "the disk is full; make room and run again"
logging.raiseExceptions = False  # no traceback for each line that a full disk refuses


checked(settle_environment)
CONFIG = checked(
    complete_config, config, read_schema(ROOT / "schemas/config.schema.yaml")
)
STUDY = CONFIG["study"]
INPUTS = CONFIG["studies"][STUDY]["inputs"]
SIMULATED = "simulate" in CONFIG["studies"][STUDY]
PREDICT = CONFIG["predict"]
DOWNLOADS = CONFIG["studies"][STUDY].get("downloads", {})
DATA = CONFIG["data"] or (
    f"results/{STUDY}/simulation" if SIMULATED else f"resources/{STUDY}"
)
checked(refuse_unwritable, "results", "resources")
atexit.register(tell_full_disk)


def data_file(name):
    """Return the path of an input file, as the study's `inputs` names it."""
    if name.startswith("resources/"):
        return os.path.relpath(ROOT / name)
    return str(Path(DATA) / name)


def is_given(path):
    """Tell whether no rule makes an input file."""
    normal = os.path.normpath(path)
    fetched = [os.path.normpath(f"resources/{STUDY}/{name}") for name in DOWNLOADS]
    return not normal.startswith("results/") and normal not in fetched


def given(path, name):
    """Return an input that no rule makes, which Snakemake knows by `name`.

    So that it may lie elsewhere tomorrow. Its date does not count either: parameter
    `content` of the rule tells whether it was changed. A missing file keeps its path,
    for Snakemake's message.
    """
    if not (is_given(path) and os.path.exists(path)):
        return path
    return ancient(sourcecache_entry(path, f"data:{name}"))


def data_input(name):
    """Return an input file of the study as the input of a rule."""
    return given(data_file(name), name)


@functools.cache
def content(*paths):
    """Return what given files hold: a parameter, by which a rule knows a changed one."""
    known = [path for path in paths if path and is_given(path) and os.path.exists(path)]
    return [describe_file(path) for path in known]


def contents(*names):
    """Return a function that gives the `content` of these input files of the study."""
    paths = [data_file(name) for name in names if name]
    return lambda wildcards: content(*paths)


def checks_before_training(wildcards):
    """Return the checks that a binding network's first training waits for."""
    chain = f"{wildcards.samples}.{wildcards.binding}"
    model = f"results/{STUDY}/binding/{chain}/seed_{wildcards.member}/model.keras"
    samples = f"results/{STUDY}/samples/{wildcards.samples}"
    return [
        once(path, model, f"{samples}/pairs.parquet")
        for path in (f"{samples}/audit.json", f"results/{STUDY}/inputs/checked.json")
    ]


def optional_file(table, key):
    """Return a further file of an input, or no input where it has none."""
    return data_input(INPUTS[table][key]) if key in INPUTS[table] else []


def predict_input(key):
    """Return a file that the configuration names to be predicted from, or no input."""
    return given(PREDICT[key], f"predict:{key}") if PREDICT[key] else []


def once(path, made, otherwise):
    """Return an input to wait for until `made` is there, and then `otherwise`.

    Training waits for checks, which may refuse its inputs, and uses nothing of them: a
    check that runs again must not train again. `ancient` would do that too, but hides
    from Snakemake whatever else was changed beyond it. Snakemake knows both by one name.
    Where folders share results it does not wait: the key of what is shared holds all that
    a job waits for, and a check says nothing of the network.
    """
    waits = not (SHARED or os.path.exists(made))
    return sourcecache_entry(path if waits else otherwise, "checks")


def targetscan_scores():
    """Return the table of TargetScan's scores, or no input where the study has none."""
    return (
        f"results/{STUDY}/inputs/targetscan.parquet" if "targetscan" in INPUTS else []
    )


def fold_change_tables():
    """Return the names of the tables of fold changes by miRNA; "" is all miRNAs."""
    file = INPUTS["fold_change"]["file"]
    return file if isinstance(file, dict) else {"": file}


TARGETSCAN_NAME = INPUTS.get("targetscan", {}).get("name", "TargetScan")


def chimera_transcripts(suffix):
    """Return the clean transcripts of the chimeras, or no input where there are none."""
    path = f"results/{STUDY}/inputs/chimera_transcripts.{suffix}"
    return path if "transcripts" in INPUTS["hybrids"] else []


def members(wildcards):
    """Return the numbers of the networks of a binding recipe, which differ in seed."""
    return range(1, CONFIG["binding"][wildcards.binding]["n_seeds"] + 1)


MIRNAS = list(
    checked(
        read_mirnas,
        data_file(INPUTS["mirnas"]["file"]),
        INPUTS["mirnas"]["columns"],
        INPUTS["mirnas"]["species"],
    )["mirna"]
)
SHARDS = [f"{number:04d}" for number in range(CONFIG["shards"])]
BATCHES = plan_batches(MIRNAS, CONFIG["mirnas_per_job"])
BATCH_OF = {mirna: batch for batch, mirnas in BATCHES.items() for mirna in mirnas}
FOLDS = list(range(CONFIG["folds"]))


def one_of(stage):
    """Return the pattern of a stage's wildcard: its recipe names."""
    return "|".join(CONFIG[stage])


def recipe(stage, *keys, without=()):
    """Return a function of the wildcards that gives settings of their recipe.

    A rule names the `keys` that it uses (or those that it does not), so that editing
    another setting does not rerun it.
    """

    def settings(wildcards):
        every = CONFIG[stage][wildcards[stage]]
        wanted = keys or [key for key in every if key not in without]
        return {key: every[key] for key in wanted}

    return settings


def interpretation(*keys):
    """Return these settings of `interpretation`, so that others do not rerun a rule."""
    return {key: CONFIG["interpretation"][key] for key in keys}


def named_pairs():
    """Return the table of pairs to explain, or no input where there is none."""
    name = CONFIG["interpretation"]["pairs"]
    return data_input(name) if name else []


# The settings that each mode uses.
SCAN_SETTINGS = {
    "attribution": ["mode", "steps"],
    "prediction": ["mode"],
    "deepshap": ["mode", "window_step", "n_background", "published_divisor"],
}

# The settings that each network of the regression uses.
SIGNAL_SETTINGS = [
    *("network", "clip_positive", "task", "threshold", "gene_features", "ridge"),
    *("n_units", "n_hidden", "dropout", "learning_rate", "batch_size", "epochs"),
    *("patience", "n_seeds"),
]
REGRESSION_SETTINGS = {
    "cnn_gru": [*SIGNAL_SETTINGS, "filters", "pools"],
    "site_pooling": [*SIGNAL_SETTINGS, "pooling"],
    "fine_tuned": [
        *("clip_positive", "pooling", "learning_rate", "head_learning_rate"),
        *("batch_size", "epochs", "n_seeds"),
    ],
}


SIGNAL_NETWORKS = ("cnn_gru", "site_pooling")


def regression_network(name):
    """Return the network of a regression recipe."""
    return CONFIG["regression"][name]["network"]


def regression_recipes(*networks):
    """Return the pattern of the names of regression recipes of these networks."""
    names = [
        name for name in CONFIG["regression"] if regression_network(name) in networks
    ]
    return "|".join(names) or "none"


def scan_mode(wildcards):
    """Return the mode of a scan recipe."""
    return CONFIG["scan"][wildcards.scan]["mode"]


def needs_background(wildcards):
    """Tell whether a scan compares with training pairs."""
    return scan_mode(wildcards) == "deepshap"


def signal_tracks(wildcards):
    """Return the names of the study's own tracks that a signals recipe reads."""
    channels = CONFIG["signals"][wildcards.signals]["channels"]
    return [name.removeprefix("track:") for name in channels if ":" in name]


def gene_features(wildcards):
    """Return the table of genes, or no input for a recipe that does not read it."""
    wanted = CONFIG["regression"][wildcards.regression]["gene_features"]
    return f"results/{STUDY}/contextpp/genes.parquet" if wanted else []


# The Keras backend of the scan; networks are trained with TensorFlow.
BACKEND = os.environ.get("KERAS_BACKEND")


def more(amount):
    """Return a function that gives `amount`, twice that on the second attempt, and so on.

    For resources: a job that a cluster ended for want of memory (MB) or time (minutes)
    asks for more when a profile has it tried again.
    """

    def asked(wildcards, attempt):
        return amount * attempt

    return asked


# Whether folders are to share results by `--cache`; marks the rules that may.
SHARED = "SNAKEMAKE_OUTPUT_CACHE" in os.environ


def measure_no_shared_results():
    """Take the benchmark from the rules that may be taken from the shared cache.

    Snakemake refuses to start otherwise, since a result taken from there was not
    measured. A directive cannot be left out on a condition, hence the private name.
    """
    for each in workflow.rules:
        ours = Path(str(each.basedir)).is_relative_to(ROOT)
        if ours and each.cache and each.cache.output:
            each._benchmark = None


def code(rule, **registry):
    """Return a digest of the library code that decides what a rule's script makes.

    As a parameter it makes Snakemake rerun the rule when that code, and no other, was
    edited. `registry` is a registry of networks and the stage whose recipe chooses one:
    BINDING_NETWORKS="binding" leaves out the networks of other recipes.
    """
    script = ROOT / "scripts" / f"{rule}.py"
    if not registry:
        return source_digest(script, ROOT)

    def digest(wildcards):
        networks = {
            name: CONFIG[stage][wildcards[stage]]["network"]
            for name, stage in registry.items()
        }
        return source_digest(script, ROOT, **networks)

    return digest


def leave_scripts_to_digests():
    """Take the dates of our scripts from what makes Snakemake rerun a rule.

    A comment, or another checkout of the same files, changes the date of a script;
    parameter `code` tells whether what it computes was changed. The setting for that,
    `--rerun-triggers`, is not for a workflow to make. A Snakemake that asks for dates in
    another way reruns more than it need.
    """
    dated = getattr(snakemake.jobs, "get_script_mtime", None)

    def date_of(path):
        ours = Path(os.path.normpath(path)).is_relative_to(ROOT / "scripts")
        return 0.0 if ours else dated(path)

    if dated is not None:
        snakemake.jobs.get_script_mtime = date_of


def caption(name):
    """Return the caption of a figure as plain text, to be set below it."""
    return " ".join((ROOT / f"report/{name}.rst").read_text().replace("``", "").split())


def experiment_folder(stage, wildcards):
    """Return the folder of the experiment's results of a stage."""
    recipes = experiment_recipes(CONFIG, wildcards.experiment)
    return f"results/{STUDY}/{stage}/{recipe_chain(recipes, stage)}"


def experiment_file(stage, name):
    """Return a function of the wildcards: a file of the experiment's `stage` folder."""
    return lambda wildcards: f"{experiment_folder(stage, wildcards)}/{name}"


def scan_files(folder, batches=BATCHES):
    """Return the track files below a scan's folder, of these batches (or of all)."""
    return [f"{folder}/{batch}/{shard}.npz" for batch in batches for shard in SHARDS]


def mirnas_of_batch(batch):
    """Return the miRNAs that one scan job works on."""
    if batch not in BATCHES:
        raise WorkflowError(
            f"no batch {batch!r}; with this configuration: {[*BATCHES][:9]}"
        )
    return BATCHES[batch]


def scan_files_of(wildcards):
    """Return the track files that hold a miRNA, one per shard."""
    if wildcards.mirna not in BATCH_OF:
        raise WorkflowError(f"miRNA {wildcards.mirna!r} is not in the study's table")
    chain = f"{wildcards.samples}.{wildcards.binding}.{wildcards.scan}"
    folder = f"results/{wildcards.study}/scan/{chain}"
    return scan_files(folder, [BATCH_OF[wildcards.mirna]])


def target_of(experiment):
    """Return what an experiment's models are trained on and compared on, in words."""
    recipes = experiment_recipes(CONFIG, experiment)
    clip = CONFIG["regression"][recipes["regression"]]["clip_positive"]
    return "log2 fold change, clipped at 0 from above" if clip else "log2 fold change"


def binding_results_of(experiment):
    """Return what an experiment shows of its samples and its binding network."""
    recipes = checked(experiment_recipes, CONFIG, experiment)
    return [
        f"results/{STUDY}/inputs/checked.json",
        f"results/{STUDY}/samples/{recipe_chain(recipes, 'samples')}/audit.svg",
        f"results/{STUDY}/binding/{recipe_chain(recipes, 'binding')}/evaluation.svg",
    ]


def scan_results_of(experiment):
    """Return what an experiment's scan leaves for a genome browser, of every miRNA."""
    recipes = checked(experiment_recipes, CONFIG, experiment)
    folder = f"results/{STUDY}/scan/{recipe_chain(recipes, 'scan')}"
    return [
        f"{folder}/{mirna}/{file}"
        for file in ("peaks.bed", "score.bw")
        for mirna in MIRNAS
    ]


def lacking_fold_changes(wildcards):
    """Stop where a target needs fold changes that the study does not have."""
    raise WorkflowError(
        f"study {STUDY} names no `fold_change` under `inputs`; give it, or ask for the "
        "targets that do without: binding, scan"
    )


def results_of(experiment):
    """Return what running an experiment leaves for a reader."""
    if "fold_change" not in INPUTS:
        return [lacking_fold_changes]
    recipes = checked(experiment_recipes, CONFIG, experiment)
    folders = {
        stage: f"results/{STUDY}/{stage}/{recipe_chain(recipes, stage)}"
        for stage in STAGES
    }
    explained = f"results/{STUDY}/interpretation/{recipe_chain(recipes, 'binding')}"
    compared = f"results/{STUDY}/comparison/{experiment}"
    files = [
        *binding_results_of(experiment),
        *(f"{explained}/{figure}.svg" for figure in INTERPRETATION_FIGURES),
        f"{folders['scan']}/genes",
        *scan_results_of(experiment),
        f"{compared}/metrics.json",
        f"{compared}/metrics.tsv",
        *(f"{compared}/{figure}.svg" for figure in COMPARISON_FIGURES),
        f"results/{STUDY}/occupancy/model.npz",
        f"results/{STUDY}/occupancy/coverage.tsv",
    ]
    if regression_network(recipes["regression"]) in SIGNAL_NETWORKS:
        files.append(f"{folders['regression']}/explanations.svg")
    if "measured_variants" in INPUTS:
        files.append(f"{explained}/variants.svg")
    if CONFIG["occupancy"]["leave_one_mirna_out"]:
        files += [
            f"results/{STUDY}/comparison/unseen/{name}"
            for name in ("metrics.tsv", "per_mirna.svg")
        ]
    if SIMULATED:
        files.append(f"{compared}/truth.json")
    return files


def predicted_files(wildcards):
    """Return the tables of other miRNAs and transcripts that the configuration names."""
    for key in ("mirnas", "transcripts"):
        if not CONFIG["predict"][key]:
            raise WorkflowError(f"config: predict: {key!r} names no file; give one")
    return [
        f"results/{STUDY}/predict/{CONFIG['predict']['name']}/{table}.tsv"
        for table in ("genes", "sites")
    ]


INTERPRETATION_FIGURES = ["pairs", "importance", "clusters", "mutagenesis", "checks"]
COMPARISON_FIGURES = [
    *("scatter", "cumulative", "precision_recall", "top_targets", "per_mirna"),
]


def closing_words():
    """Return what a run says at its end."""
    done = [
        f"results/{STUDY}/comparison/{experiment}/metrics.tsv"
        for experiment in CONFIG["experiments"]
        if os.path.exists(f"results/{STUDY}/comparison/{experiment}/metrics.json")
    ]
    if not done:
        return "Done."
    return "\n".join(
        [
            "",
            f"Finished. Comparisons of study {STUDY} so far:",
            *(f"  {path}" for path in done),
            f"Every step lies under results/{STUDY}/; the report is made by",
            f"  snakemake --report results/{STUDY}/report.html",
        ]
    )
