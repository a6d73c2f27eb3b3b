# Settings as parameters of rules: each names those that it uses, and no others.

SIGNAL_NETWORKS = ("cnn_gru", "site_pooling")


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


OCCUPANCY_FIT = recipe(
    "occupancy", without=["clip_positive", "leave_one_mirna_out", "sites", "proteins"]
)


SIGNAL_SETTINGS = recipe(
    "regression",
    without=[
        "clip_positive",
        "gene_features",
        "n_windows",
        "n_passenger_windows",
        "head_learning_rate",
        "language",
    ],
)


def language_jobs(recipes):
    """Return the benchmarks of the language model that an experiment reads, by rule."""
    signals = CONFIG["signals"][recipes["signals"]]
    regression = CONFIG["regression"][recipes["regression"]]
    if regression["network"] == "language":
        return [f"pretrain_language/{regression['language']}"]
    if "language" in signals["channels"]:
        name = signals["language"]
        return [f"{rule}/{name}" for rule in ("pretrain_language", "embed_transcripts")]
    return []


LANGUAGE_JOBS = {
    experiment: language_jobs(recipes) for experiment, recipes in RECIPES.items()
}


def language_of(wildcards):
    """Return the recipe of the language model that a regression recipe trains on."""
    return CONFIG["language"][CONFIG["regression"][wildcards.regression]["language"]]


def settings_of(section, *keys):
    """Return these settings of a section of the configuration without recipes."""
    return {key: CONFIG[section][key] for key in keys}


def with_network(*networks):
    """Return the pattern of the names of regression recipes of these networks."""
    recipes = CONFIG["regression"].items()
    return one_of(name for name, recipe in recipes if recipe["network"] in networks)


def is_taught(wildcards):
    """Tell whether a binding network learns from windows that a teacher has labelled."""
    taught = CONFIG["binding"][wildcards.binding]["taught_windows"] > 0
    if taught and "teacher" not in INPUTS:
        stop(
            f"binding recipe {wildcards.binding} has taught_windows, and study {STUDY} "
            "names no `teacher` under `inputs`; give it, or set taught_windows to 0"
        )
    return taught


def is_blind(wildcards):
    """Tell whether a binding network is to learn nothing of the data sets' families."""
    blind = CONFIG["binding"][wildcards.binding]["blind"]
    if blind and not DATASETS:
        stop(
            f"binding recipe {wildcards.binding} is blind to the families of data sets, "
            f"and study {STUDY} names no `datasets` under `inputs`; set blind to false"
        )
    return blind


def compares_with_background(wildcards):
    """Tell whether a scan compares with training pairs."""
    return CONFIG["scan"][wildcards.scan]["mode"] == "deepshap"


def tracks_in(names):
    """Return the study's own tracks among channels or features, files by name."""
    own = [name.removeprefix(TRACK) for name in names if name.startswith(TRACK)]
    return {name: INPUTS["tracks"][name] for name in own}


# Tracks that are features of sites in any experiment, files by name.
SITE_TRACKS = tracks_in(
    sorted(
        {
            name
            for recipes in RECIPES.values()
            for name in CONFIG["occupancy"][recipes["occupancy"]]["features"]
        }
    )
)


def signal_tracks(wildcards):
    """Return the study's own tracks that a signals recipe reads, files by name."""
    return tracks_in(CONFIG["signals"][wildcards.signals]["channels"])


# Channels, by how they begin, that read an input of the study.
STRETCHES = {
    "peaks": ("proteins", "protein:"),
    "motifs": ("motifs", "motif:"),
    "conserved_sites": MEASURES,
}


def stretch_settings(wildcards):
    """Return the settings of the inputs of STRETCHES that a signals recipe reads."""
    channels = CONFIG["signals"][wildcards.signals]["channels"]
    return {
        table: INPUTS.get(table, {})
        for table, names in STRETCHES.items()
        if any(name.startswith(names) for name in channels)
    }


def names_read(known):
    """Return which features and channels of the experiments, and of what target
    `transfer` fits, begin with one of these names."""
    used = {
        "occupancy": {recipes["occupancy"] for recipes in RECIPES.values()},
        "signals": {recipes["signals"] for recipes in RECIPES.values()},
    }
    if DATASETS:
        used["occupancy"] |= set(CONFIG["transfer"]["recipes"])
    read = {
        name
        for stage, key in (("occupancy", "features"), ("signals", "channels"))
        for recipe in used[stage]
        for name in CONFIG[stage][recipe][key]
    }
    return sorted(name for name in read if name.startswith(known))


MEASURES_READ = names_read(MEASURES)
PROTEINS_READ = {
    kind: [name.partition(":")[2] for name in names_read(f"{kind}:")]
    for kind in ("protein", "motif")
}


def stretches_of(table):
    """Return a function of the wildcards: this input where a signals recipe reads it."""

    def files(wildcards):
        if table not in stretch_settings(wildcards):
            return []
        if table == "conserved_sites":
            return checked(conserved_sites)
        return optional_file(table, "file")

    return files


def coordinates_of_signals(wildcards):
    """Return where transcripts lie in the genome, where a signals recipe asks for it."""
    asked = signal_tracks(wildcards) or "peaks" in stretch_settings(wildcards)
    return optional_file("coordinates", "file") if asked else []


def mirnas_of_batch(wildcards):
    """Return the miRNAs that one scan job works on."""
    if wildcards.batch not in BATCHES:
        stop(f"no batch {wildcards.batch!r}; with this configuration: {[*BATCHES][:9]}")
    return BATCHES[wildcards.batch]


def with_parts(wanted):
    """Return the pattern of the names of binding recipes with parts, or without."""
    recipes = CONFIG["binding"].items()
    return one_of(name for name, recipe in recipes if bool(recipe["parts"]) == wanted)


def parts(wildcards):
    """Return the binding recipes whose networks one of several sources sums."""
    return list(shares_of(CONFIG["binding"][wildcards.binding]))


def members(wildcards):
    """Return the numbers of the networks of a binding recipe, which differ in seed."""
    return range(1, CONFIG["binding"][wildcards.binding]["n_seeds"] + 1)


def target_of(experiment):
    """Return what an experiment's models are trained on and compared on, in words."""
    clip = CONFIG["regression"][RECIPES[experiment]["regression"]]["clip_positive"]
    return "log2 fold change, clipped at 0 from above" if clip else "log2 fold change"


def task_of(experiment):
    """Return whether an experiment's network regresses or classifies, and its threshold."""
    settings = CONFIG["regression"][RECIPES[experiment]["regression"]]
    return {key: settings[key] for key in ("task", "threshold")}


def more(amount):
    """Return a function that gives `amount`, twice that on the second attempt, and so on.

    For resources: a job that a cluster ended for want of memory (MB) or time (minutes)
    asks for more when a profile has it tried again.
    """

    def asked(wildcards, attempt):
        return amount * attempt

    return asked


def measure_no_shared_results():
    """Take the benchmark from the rules that may be taken from the shared cache.

    Snakemake refuses to start otherwise, since a result taken from there was not
    measured. It has no public way: a directive cannot be left out on a condition, and an
    empty one is refused; hence the one private name.
    """
    for each in workflow.rules:
        ours = Path(str(each.basedir)).is_relative_to(ROOT)
        if ours and each.cache and each.cache.output:
            each._benchmark = None
