# Files of the user as inputs of rules: where they lie, and whether they were changed.


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


def setting_of(table, key):
    """Return what the study says of one of its inputs, None where it has no such input."""
    return INPUTS.get(table, {}).get(key)


def optional_file(table, key):
    """Return a further file of an input, or no input where it has none."""
    return data_input(INPUTS[table][key]) if key in INPUTS.get(table, {}) else []


def conserved_sites():
    """Return the table of conserved sites: given, or found in alignments; or no input."""
    if "alignments" not in INPUTS:
        return optional_file("conserved_sites", "file")
    if "conserved_sites" in INPUTS:
        raise InputError(
            f"config: studies: {STUDY}: inputs: `alignments` tell which sites are "
            "conserved; leave `conserved_sites` out"
        )
    return "<inputs>/conserved_sites.tsv"


def track_input(name):
    """Return the bigWig of one of the study's tracks: given, or made by a network."""
    file = INPUTS["tracks"][name]
    if Path(file).suffix in (".h5", ".keras"):
        return f"<inputs>/tracks/{name}.bw"
    return data_input(file)


def predict_input(key):
    """Return a file that the configuration names to be predicted from, or no input."""
    return given(PREDICT[key], f"predict:{key}") if PREDICT[key] else []


def of_study(files):
    """Return inputs that the study's own model reads, and none where a ready one predicts."""
    return files if OF_STUDY else []


def predict_content(*keys):
    """Return a function that gives the `content` of these files."""
    return lambda wildcards: content(*[PREDICT[key] for key in keys])


def ready_card(wildcards):
    """Return the card of the ready model that predicts, None where it is the study's."""
    if OF_STUDY:
        return None
    card = checked(read_card, READY or HUMAN)
    if PREDICT["scan"]:
        checked(scan_settings, card)
    return card


def model_in_words(wildcards):
    """Return the name of the model that predicts, and whose poly(A) sites it knows."""
    card = ready_card(wildcards)
    if card is None:
        recipe = PREDICTS if DATASETS else MAIN["occupancy"]
        counts = "log_air" in CONFIG["occupancy"][recipe]["features"]
        known = "polya_usage" in INPUTS or PREDICT["polya_usage"]
        return f"Study {STUDY}", GIVEN if counts and known else ""
    known = TISSUES if USAGE in card["files"] else ""
    return card.get("name", ""), GIVEN if PREDICT["polya_usage"] else known


def named_pairs():
    """Return the table of pairs to explain, or no input where there is none."""
    name = CONFIG["interpretation"]["pairs"]
    return data_input(name) if name else []


def fold_change_tables():
    """Return the names of the tables of fold changes by miRNA; "" is all miRNAs."""
    file = INPUTS["fold_change"]["file"]
    return file if isinstance(file, dict) else {"": file}


DATASETS = sorted(INPUTS["datasets"])


def own_tables(dataset):
    """Return, for each table, whether a data set names it itself."""
    own = INPUTS["datasets"][dataset]
    return {t: bool(own.get(t)) for t in ("fold_change", "mirnas", "transcripts")}


def dataset_inputs(dataset):
    """Return the inputs of a data set; what it does not name is the study's."""
    given = {True: INPUTS["datasets"][dataset], False: INPUTS}
    return {table: given[own][table] for table, own in own_tables(dataset).items()}


def dataset_tables(dataset):
    """Return its tables of fold changes by miRNA, as `fold_change_tables`."""
    file = dataset_inputs(dataset)["fold_change"]["file"]
    return file if isinstance(file, dict) else {"": file}


def dataset_settings(dataset):
    """Return how the files of a data set are read."""
    settings = {
        table: {
            key: value for key, value in given.items() if key not in ("file", "genes")
        }
        for table, given in dataset_inputs(dataset).items()
    }
    defaults = {"of_gene": "all", "repeated_ids": "refuse", "expressed_columns": {}}
    settings["transcripts"] = defaults | settings["transcripts"]
    return settings


def dataset_names(wildcards, table=None, key="file"):
    """Return the names of the files of a data set: all, or `key` of one table."""
    if table is None:
        keys = ("file", "genes", "expressed")
        tables = ("fold_change", "mirnas", "transcripts")
        return [
            name
            for table in tables
            for key in keys
            for name in dataset_names(wildcards, table, key)
        ]
    if (table, key) == ("fold_change", "file"):
        return list(dataset_tables(wildcards.dataset).values())
    name = dataset_inputs(wildcards.dataset)[table].get(key)
    return [name] if name else []


def dataset_file(table, key="file"):
    """Return a function of the wildcards: a file of the data set, or no input."""

    def path(wildcards):
        names = dataset_names(wildcards, table, key)
        return data_input(names[0]) if names else []

    return path


@functools.cache
def content(*paths):
    """Return what given files hold: a parameter, by which a rule knows a changed one."""
    known = [path for path in paths if path and is_given(path) and os.path.exists(path)]
    return [checked(describe_file, path) for path in known]


def contents(*names):
    """Return a function that gives the `content` of these input files of the study."""
    paths = [data_file(name) for name in names if name]
    return lambda wildcards: content(*paths)


SURROUNDINGS = [
    name for name in ("polya_usage", "stability", "conserved_sites") if name in INPUTS
]
SURROUNDINGS_CONTENT = contents(*[INPUTS[name]["file"] for name in SURROUNDINGS])
MRNA_CONTENT = contents(
    *[INPUTS[name]["file"] for name in SURROUNDINGS if name != "conserved_sites"]
)
CONTEXT_COLUMNS = {name: INPUTS[name]["columns"] for name in SURROUNDINGS}


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


def checks_before_training(wildcards):
    """Return the checks that a binding network's first training waits for."""
    chain = f"{wildcards.samples}.{wildcards.binding}"
    model = f"{RESULTS}/binding/{chain}/seed_{wildcards.member}/model.keras"
    checks = ("<samples>/audit.json", "<inputs>/checked.json")
    return [once(path, model, "<samples>/pairs.parquet") for path in checks]


MIRNAS = list(
    checked(
        read_mirnas,
        data_file(INPUTS["mirnas"]["file"]),
        INPUTS["mirnas"]["columns"],
        INPUTS["mirnas"]["species"],
        SETTING,
        INPUTS["mirnas"]["where"],
    )["mirna"]
)
SHARDS = [f"{number:04d}" for number in range(CONFIG["shards"])]
BATCHES = plan_batches(MIRNAS, CONFIG["mirnas_per_job"])
BATCH_OF = {mirna: batch for batch, mirnas in BATCHES.items() for mirna in mirnas}
FOLDS = list(range(CONFIG["folds"]))
