# Where results lie: a folder for each stage, named by the recipes that made it.
#
# <name> in the path of a rule is one of `pathvars`; {name} is a wildcard.


pathvars:
    results=RESULTS,
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",
    inputs="<results>/inputs",
    simulation="<results>/simulation",
    binding_recipes="{samples}.{binding}",
    scan_recipes="<binding_recipes>.{scan}",
    signals_recipes="<scan_recipes>.{signals}",
    regression_recipes="<signals_recipes>.{regression}",
    samples="<results>/samples/{samples}",
    binding="<results>/binding/<binding_recipes>",
    interpretation="<results>/interpretation/<binding_recipes>",
    language="<results>/language/{language}",
    scan="<results>/scan/<scan_recipes>",
    signals="<results>/signals/<signals_recipes>",
    contextpp="<results>/contextpp",
    occupancy="<results>/occupancy/{occupancy}",
    main_occupancy=f"<results>/occupancy/{MAIN['occupancy']}",
    regression="<results>/regression/<regression_recipes>",
    baseline="<results>/regression/baseline.{regression}",
    comparison="<results>/comparison/{experiment}",
    unseen="<results>/comparison/unseen",
    transfer="<results>/transfer",
    dataset="<transfer>/datasets/{dataset}",
    predict="<results>/predict/{prediction}",


def one_of(names):
    """Return the pattern of a wildcard that is one of these names."""
    return "|".join(names) or "none"


TARGETSCAN = branch("targetscan" in INPUTS, then="<inputs>/targetscan.parquet")
TEST_SETS = expand(
    "<inputs>/test_sets/{test_set}.parquet", test_set=INPUTS["test_sets"]
)


def chimera_transcripts(suffix):
    """Return the clean transcripts of the chimeras, or no input where there are none."""
    path = f"<inputs>/chimera_transcripts.{suffix}"
    return path if "transcripts" in INPUTS["hybrids"] else []


def labelled_pairs(stage):
    """Return the pairs with target and fold, clipped as a stage's recipe says."""
    return branch(
        lookup(f"{{{stage}}}/clip_positive", within=CONFIG[stage]),
        then="<inputs>/pairs/clipped.parquet",
        otherwise="<inputs>/pairs/unclipped.parquet",
    )


def experiment_file(stage, name):
    """Return a function of the wildcards: a file of the experiment's `stage` folder."""
    return lambda wildcards: experiment_files(stage, [name])(wildcards)[0]


def experiment_files(stage, names):
    """Return a function of the wildcards: files of the experiment's `stage` folder."""

    def paths(wildcards):
        chain = recipe_chain(RECIPES[wildcards.experiment], stage)
        return [f"<results>/{stage}/{chain}/{name}" for name in names]

    return paths


def baseline_of(experiment):
    """Return the predictions of seed sites that an experiment is compared with."""
    regression = RECIPES[experiment]["regression"]
    return f"<results>/regression/baseline.{regression}/predictions.parquet"


def language_embeddings(wildcards):
    """Return what a language model makes of transcripts, for signals that read it."""
    recipe = CONFIG["signals"][wildcards.signals]
    if "language" not in recipe["channels"]:
        return []
    return f"<results>/language/{recipe['language']}/embeddings.npz"


def language_model(wildcards):
    """Return the language model that a regression recipe trains on."""
    name = CONFIG["regression"][wildcards.regression]["language"]
    return f"<results>/language/{name}/model.keras"


def published_weights(wildcards):
    """Return the file of published weights of a language model, or no input."""
    name = CONFIG["language"][wildcards.language]["weights"]
    return data_input(name) if name else []


def parts_of(occupancy, protocol):
    """Return the predictions of all parts that a protocol leaves out."""
    parts = {
        "genes": range(CONFIG["folds"]),
        "families": range(CONFIG["transfer"]["n_family_parts"]),
    }
    return [
        f"<transfer>/{occupancy}/{protocol}/{part}.parquet"
        for part in parts.get(protocol, DATASETS)
    ]


def predictions_of_parts(wildcards):
    """Return the predictions of every recipe and protocol that are compared."""
    return [
        path
        for occupancy in CONFIG["transfer"]["recipes"]
        for protocol in CONFIG["transfer"]["protocols"]
        for path in parts_of(occupancy, protocol)
    ]


def proteins_of_datasets(wildcards):
    """Return which sites lie in peaks of proteins, for a recipe that learns from them."""
    if not CONFIG["occupancy"][wildcards.occupancy]["proteins"]:
        return []
    return expand("<transfer>/datasets/{dataset}/proteins.parquet", dataset=DATASETS)


TRANSFER_NETWORK = "<results>/binding/{samples}.{binding}/members.keras".format(
    **CONFIG["transfer"]
)
RECIPE_OF_TRANSFER = CONFIG["transfer"]["recipes"][0]
SITES_OF_DATASETS = expand(
    "<transfer>/datasets/{dataset}/sites.parquet", dataset=DATASETS
)
STRANDS_OF_DATASETS = expand(
    "<transfer>/datasets/{dataset}/strands.tsv", dataset=DATASETS
)


def sites_of_datasets(wildcards):
    """Return the tables of sites, and of logits where the recipe's features name them."""
    recipe = CONFIG["occupancy"][wildcards.occupancy]
    files = ["sites.parquet"]
    if recipe["sites"] == "scanned":
        files = ["scanned.parquet"]
    elif reads_network(recipe["features"]):
        files.append("binding.parquet")
    return expand("<transfer>/datasets/{dataset}/{file}", dataset=DATASETS, file=files)


OF_STUDY = PREDICT["model"] == "study"
MIXTURE = find_mixture(CONFIG) if DATASETS else None
PREDICTS = MIXTURE.of_seeds if PREDICT["scan"] and MIXTURE else RECIPE_OF_TRANSFER
FITTED = f"<transfer>/{PREDICTS}" if DATASETS else "<main_occupancy>"


def of_scan(file):
    """Return a file of the study's mixture, or of its recipe of scanned sites, or none."""
    if not (OF_STUDY and PREDICT["scan"]):
        return []
    return file.format(mixture=MIXTURE.name, scanned=MIXTURE.scanned)


def prediction_network(wildcards):
    """Return the study's binding network where the prediction reads it, or no input."""
    features = CONFIG["occupancy"][PREDICTS]["features"]
    asked = PREDICT["binding"] or PREDICT["scan"] or reads_network(features)
    is_read = OF_STUDY and DATASETS and asked
    return TRANSFER_NETWORK if is_read else []


def prediction_gpus(wildcards):
    """Return how many GPUs a job of a prediction takes: none without a network."""
    needed = prediction_network(wildcards) or PREDICT["binding"] or PREDICT["scan"]
    return int(bool(needed or (ready_card(wildcards) or {}).get("reads_network")))


READY = None if PREDICT["model"] in ("study", "ready") else PREDICT["model"]
FOLDED = PREDICT["accessibility"] and PREDICT["folding"] == "transcripts"
PARTS = [
    [f"{batch}.{shard}" for shard in range(PREDICT["shards"])]
    for batch in range(PREDICT["batches"])
]
TARGET_FILES = ["genes.parquet", "by_gene.parquet", "sites.parquet", "sites.bed"]
TARGET_FILES += ["targets.gmt", "funmirbench.tsv", "index.html"]
TARGET_FILES += ["genes.tsv", "sites.tsv"] * PREDICT["tsv"]
TARGET_FILES += ["sites.genome.bed"] * bool(PREDICT["annotation"])
TARGET_FILES += ["sites.genome.bb"] * bool(PREDICT["annotation"] and PREDICT["bigbed"])


SCAN_FILES = [f"{batch}/{shard}.npz" for batch in BATCHES for shard in SHARDS]


def scan_files_of_mirna(wildcards):
    """Return the track files that hold a miRNA, one per shard."""
    if wildcards.mirna not in BATCH_OF:
        stop(f"miRNA {wildcards.mirna!r} is not in the study's table")
    batch = BATCH_OF[wildcards.mirna]
    return [f"<scan>/{batch}/{shard}.npz" for shard in SHARDS]
