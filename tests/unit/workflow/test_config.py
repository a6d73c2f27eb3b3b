"""The configuration teaches and refuses."""

import math
import urllib.parse
import xml.etree.ElementTree as ElementTree
from copy import deepcopy

import pytest
import yaml
from snakemake.utils import update_config

from benchmarks.settings import read_config, settings_of_fit
from mirsignal.binding.heads import HEADS
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.errors import InputError
from mirsignal.repression.datasets import REFERENCES
from mirsignal.scan.convolution import NotConvolutionalError, list_bodies
from mirsignal.workflow.config import (
    PUBLISHED,
    STAGES,
    complete_config,
    experiment_recipes,
    read_schema,
    recipe_chain,
    refuse_repeated_keys,
)
from mirsignal.workflow.recipes import (
    CONVOLUTIONAL,
    OF_HEADS,
    USED_WITH,
    find_mixture,
    heads_of,
)

DATASETS = {"a": {}, "b": {"fold_change": {"file": "b.tsv"}}}


@pytest.fixture(scope="session")
def schema(root):
    return read_schema(root / "schemas" / "config.schema.yaml")


@pytest.fixture
def config(root):
    return yaml.safe_load((root / "config.yaml").read_text())


CLASSES = {"network": "site_pooling", "task": "classification"}
TABLE = {"format": "clash_table", "file": "x"}
NO_TEST = {"random": 0, "unseen_target": 0, "unseen_family": 0}


def put(config, path, value):
    *folders, key = path.split(".")
    for folder in folders:
        config = config[folder]
    config[key] = value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("sede", 2, "unknown key 'sede'; did you mean 'seed'"),
        ("binding.cnn.droput", 0.1, "binding: cnn: unknown key 'droput'.*'dropout'"),
        ("studies.demo.inputs.mirna", {}, "inputs: unknown key 'mirna'.*'mirnas'"),
        ("study", "dmeo", "study 'dmeo' is not under `studies` .demo."),
        ("experiments.main.scan", "atribution", "no recipe 'atribution'.*'attribution'"),
        ("experiments.legacy_samples.binding", "rnn", "legacy_samples: binding has no"),
        ("experiments.main", {"scan": "prediction"}, "main names no recipe of 'samples'"),
        ("experiments.Main2", {}, "'Main2' cannot be a name"),
        ("seed", -1, "seed: -1 is less"),
        ("samples", None, "samples: nothing stands there; fill it, or remove the key"),
        ("study", True, "study: True is no text; put it in quotes"),
        ("samples.balanced.fractions", [0.5, 0.5], "samples: balanced: fractions"),
        ("samples.balanced.fractions", {"tst": 0.1}, "fractions: unknown key 'tst'"),
        ("samples.balanced.fractions", {"validation": 0}, "fractions: validation: 0 is"),
        ("samples.balanced.fractions", {"validation": 0.6}, "add up to 0.8; leave"),
        ("samples.legacy.cluster_tool", "mmseqs", "'cluster_tool' is not used where"),
        ("samples.balanced.max_shortcut_auc", 60, "max_shortcut_auc: 60 is greater"),
        ("samples.balanced.fractions", NO_TEST, "main: its samples leave out every test"),
        ("studies.demo.inputs.test_sets", {"random": {"file": "x"}}, "another name"),
        ("studies.demo.inputs.test_sets", {"random_1_10": {"file": "x"}}, "another name"),
        ("binding.cnn.network", "vgg", "'vgg' is not one of"),
        (
            "signals.peaks.channels",
            ["logits"],
            "channels: 0: 'logits' is none; did you mean 'logit'",
        ),
        ("signals.compressed.channels", ["track:a"], "no track 'a'; give its bigWig"),
        ("experiments.prediction_only.signals", "peaks", "'attribution' needs a scan"),
        ("regression.fine_tuned.pooling", "gru", "fine_tuned has no pooling 'gru'"),
        (
            "binding.student.max_shift",
            10,
            "'max_shift' is not used where 'taught_windows' is 140000, only with 0",
        ),
        (
            "regression.fine_tuned.task",
            "classification",
            "'task' is not used where 'netw",
        ),
        ("regression.cnn_gru.learning_rate", 0, "cnn_gru learns nothing at `learning_"),
        ("regression.cnn_gru.pools", [32], "`filters` and `pools` differ in length"),
        (
            "regression.cnn_gru.n_windows",
            5,
            "'n_windows' is not used .*fine_tuned; leave",
        ),
        ("regression.cnn_gru.ridge", 0.1, "'gene_features' is False, only with True"),
        ("regression.peaks", CLASSES | {"threshold": 0.1}, "all genes are below"),
        ("regression.site_pooling.clip_positive", False, "peaks: `clip_positive`"),
        ("occupancy.sites.clip_positive", False, "`clip_positive` of its occupancy"),
        ("occupancy.sites.sites", "scanned", "'sites' is not used by experiments, only"),
        ("occupancy.sites.dataset_decay", 1, "sites: 'dataset_decay' is not used by exp"),
        (
            "occupancy.sites.gene_response",
            True,
            "main: .* only by target transfer; leave",
        ),
        (
            "occupancy.sites.features",
            ["binding"],
            "binding are known for target transfer",
        ),
        (
            "occupancy.sites.features",
            ["log_air", "pct"],
            "feature 'log_air' needs `polya_usage` under `inputs`; give",
        ),
        ("occupancy.sites.features", ["air"], "features: 0: 'air' is none; .*'log_air'"),
        ("signals.peaks.channels", ["protein"], "is none; did you mean 'proteins'"),
        ("occupancy.sites.features", ["track:a"], "feature 'track:a': .* no track 'a'"),
        (
            "signals.compressed.channels",
            ["score", "branch_length"],
            "channel 'branch_length' needs `conserved_sites` or `alignments` under",
        ),
        ("signals.compressed.channels", ["protein:QKI"], "needs `peaks` under `inputs`"),
        ("signals.compressed.channels", ["motifs"], "channel 'motifs' needs `motifs`"),
        ("regression.cnn_gru.learning_rate", math.nan, "learning_rate: nan is no number"),
        ("scan.attribution.threshold", math.inf, "threshold: inf is"),
        ("comparison.leave_out", ["peak"], "no experiment 'peak' beside main; did you"),
        ("comparison.leave_out", ["main"], "main is what the others are compared"),
        ("predict.scan", True, "no mixture of a recipe of seed sites and one of scanned"),
        ("occupancy.n_hidden", 4, "not a recipe; .* `occupancy: {NAME: {n_hidden: 4}}`"),
        ("experiments.peaks.occupancy", "site", "no recipe 'site'; did you mean 'sites'"),
        ("scan.legacy.false_positive_rate", 0.1, "'threshold' is given; leave one of"),
        ("scan.attribution.window_step", 10, "'window_step' is not used .*with deepshap"),
        ("signals.compressed.min_prominence", 0.1, "is not used .*only with peaks"),
        ("signals.peaks.divisor", 10, "'divisor' is not used .*only with compressed"),
        ("binding.seed_match.dropout", 0.5, "'dropout' is not used .*cnn or resnet"),
        ("experiments.main.binding", "resnet", "resnet .*cannot be scanned in mode attr"),
        (
            "experiments.peaks.regression",
            "cnn_gru",
            "the 16 peaks .* by 32, which leaves",
        ),
        ("experiments.unseen", {}, "experiments: 'unseen' is a folder that mirsignal"),
        ("experiments.main.samples", "background", "give `transcripts` under `hybrids`"),
        ("studies.demo.inputs.hybrids", TABLE, "give their FASTA as `transcripts`"),
        ("studies.demo.title", None, "studies: demo: title: nothing"),
        ("studies.demo.inputs.datasets", {"a": {}}, "datasets: 1 of them train"),
        ("studies.demo.inputs.datasets", {"a": {"cell": ""}}, "unknown key 'cell'"),
        ("studies.demo.inputs.datasets", {"A": {}}, "'A' cannot be a name"),
    ],
)
def test_fault_is_named_with_its_place(config, schema, path, value, message):
    if value == "background":
        config["studies"]["demo"]["inputs"]["hybrids"] = {"format": "pairs", "file": "x"}
    put(config, path, value)
    with pytest.raises(InputError, match=message):
        complete_config(config, schema)


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        *(("predict.accessibility", text, False) for text in ("false", "no", "0")),
        *(("predict.accessibility", text, True) for text in ("True", "yes", "1")),
        ("predict.mrna", "null", None),
        ("predict.mirnas", "yes", "yes"),
        ("regression.cnn_gru.learning_rate", "1e-3", 0.001),
        ("regression.cnn_gru.pools", ["2", "4"], [2, 4]),
        ("regression.cnn_gru.pools", "[2, 4]", [2, 4]),
        ("scan.attribution.threshold", "null", None),
        ("samples.balanced.fractions", {"random": "0.1"}, {"random": 0.1}),
    ],
)
def test_value_given_as_text_is_read(config, schema, path, text, value):
    """Snakemake gives what stands inside a dictionary of --config as text."""
    expected = deepcopy(config)
    put(config, path, text)
    put(expected, path, value)
    assert complete_config(config, schema) == complete_config(expected, schema)


@pytest.mark.parametrize("text", ["maybe", "2", "[", "1e-3"])
def test_text_that_is_no_switch_is_refused(config, schema, text):
    put(config, "predict.accessibility", text)
    with pytest.raises(InputError, match=r"accessibility: .* is not of type 'boolean'"):
        complete_config(config, schema)


def test_every_conditional_setting_is_in_the_schema(schema):
    for stage, used_with in USED_WITH.items():
        properties = schema["$defs"][stage]["properties"]
        for key, (other, values) in used_with.items():
            assert "default" in properties[key]
            known = properties[other].get("enum", [True, False])
            assert set(values) < set(known), key


@pytest.mark.parametrize("name", BINDING_NETWORKS)
def test_networks_that_may_be_slid_are_those_that_can(name):
    network = BINDING_NETWORKS[name]("wc", filters=(2, 2, 2), n_hidden=2, dropout=0.1)
    slides = True
    try:
        list_bodies(network)
    except NotConvolutionalError:
        slides = False
    assert slides == (name in CONVOLUTIONAL)


def test_missing_key_is_named(config, schema):
    del config["studies"]["demo"]["inputs"]["mirnas"]["file"]
    with pytest.raises(InputError, match="inputs: mirnas: key 'file' is missing"):
        complete_config(config, schema)


def test_defaults_are_filled_at_any_depth(config, schema):
    before = deepcopy(config)
    full = complete_config(config, schema)
    assert config == before  # the argument stays as it was
    legacy = full["samples"]["legacy"]
    assert legacy["fractions"]["validation"] == 0.1
    assert legacy["fractions"]["unseen_target"] == 0
    assert full["scan"]["prediction"]["smoothing"] == 7
    assert full["studies"]["demo"]["inputs"]["mirnas"]["columns"] == {}
    assert complete_config(full, schema) == full


@pytest.mark.parametrize("section", ["interpretation", "comparison", "predict"])
def test_section_left_out_gets_all_that_is_spelled_out(config, schema, section):
    spelled = config.pop(section)
    assert complete_config(config, schema)[section] == spelled


def test_every_key_of_transfer_is_spelled_out(config, schema):
    keys = list(config.pop("transfer"))
    assert list(complete_config(config, schema)["transfer"]) == keys


@pytest.mark.parametrize("section", [*STAGES, "interpretation", "comparison"])
def test_config_spells_out_every_default(config, schema, section):
    spelled = config[section]
    if section in STAGES:
        spelled = next(iter(spelled.values()))
    properties = schema["$defs"][section]["properties"]
    assert spelled == {key: part["default"] for key, part in properties.items()}
    assert all("description" in part for part in properties.values())


def test_top_level_settings_are_the_defaults(config, schema):
    for key, part in schema["properties"].items():
        if "default" in part and "$ref" not in part:
            assert config[key] == part["default"], key


def test_experiments_differ_from_main_in_what_they_name(config, schema):
    full = complete_config(config, schema)
    main = experiment_recipes(full, "main")
    assert list(main) == list(STAGES)
    assert experiment_recipes(full, "prediction_only") == main | {"scan": "prediction"}
    assert recipe_chain(main, "samples") == "balanced"
    assert recipe_chain(main, "scan") == "balanced.cnn.attribution"
    assert recipe_chain(main, "occupancy") == "sites"
    with pytest.raises(InputError, match="no experiment 'mian'; did you mean 'main'"):
        experiment_recipes(full, "mian")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"recipes": ["site"]}, "occupancy has no recipe 'site'; did you mean 'sites'"),
        ({"binding": "tought"}, "binding has no recipe 'tought'; did you mean 'taught'"),
        ({"samples": "x"}, "samples has no recipe 'x'"),
        ({"recipes": ["network"]}, "the first is that of `predict`, which finds seed"),
        ({"recipes": ["joint_proteins"]}, "learns what proteins do, and the first"),
        (
            {"recipes": ["joint", "joint_proteins"]},
            "names neither `peaks` nor `motifs` under",
        ),
        ({"recipes": ["of_seeds"]}, "features seed_excess are known of scanned sites"),
        ({"binding": "cnn"}, "energy: known of a network that learns"),
        ({"binding": "untaught"}, "energy: known of a network that learns"),
        ({"mixtures": {"m": {"joint": 1, "networks": 1}}}, "m: 'networks' is none of"),
        ({"mixtures": {"m": ["joint", "networks"]}}, "m: 'networks' is none of"),
        ({"mixtures": {"m": ["joint"]}}, "mixtures: m: "),
        ({"mixtures": {"sites": {"joint": 1, "network": 1}}}, "is the name of a recipe"),
        (
            {"mixtures": {"m": {"joint": 1, "network": 0}}},
            "mixtures: m: network: 0 is less",
        ),
    ],
)
def test_transfer_names_recipes_that_there_are(config, schema, settings, message):
    config["studies"]["demo"]["inputs"]["datasets"] = DATASETS
    config["binding"]["untaught"] = {"taught_windows": 1, "heads": ["teacher"]}
    config["occupancy"]["of_seeds"] = {"features": ["local_au", "seed_excess"]}
    complete_config(config, schema)
    config["transfer"] |= settings
    with pytest.raises(InputError, match=message):
        complete_config(config, schema)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({"parts": {"cnn": 0.5, "cmn": 0.5}}, "parts: 'cmn' is none of cnn, cnn_large"),
        ({"parts": {"cnn": 0.5, "cmn": 0}}, "parts: 'cmn' is none of cnn, cnn_large"),
        ({"parts": {"cnn": 0}}, "parts: all of them are 0"),
        ({"parts": {"cnn": 0.7, "cnn_large": 0.6}}, "add up to 1.3, more than 1; those"),
        (
            {"parts": {"student": 0.6, "plain": 0.3}, "encoding": "onehot"},
            "parts: 'student' and 'plain' differ in 'heads'; give them the same",
        ),
        ({"parts": {"cnn": 1.5}}, "cnn: 1.5 is greater than the maximum of 1"),
        ({"parts": {"taught": 1}, "encoding": "onehot"}, "'taught' has parts itself"),
        ({"parts": {"cnn": 1}, "encoding": "wc"}, "part 'cnn' is au_gc_gu_a, its own wc"),
        ({"parts": {"cnn": 1}, "epochs": 3}, "'epochs' is not used with 'parts'"),
        ({"heads": ["teacher"]}, "'heads' is not used without 'taught_windows'"),
        ({"heads": ["energy"], "taught_windows": 9}, "teacher is the network's logit"),
    ],
)
def test_networks_that_cannot_be_summed_are_refused(config, schema, recipe, message):
    plain = {"encoding": "onehot", "taught_windows": 1, "heads": ["teacher"]}
    config["binding"]["plain"] = plain
    config["binding"]["both"] = recipe
    with pytest.raises(InputError, match=f"config: binding: both: .*{message}"):
        complete_config(config, schema)


@pytest.mark.parametrize("setting", [{"decay": 0.5}, {"leave_one_mirna_out": False}])
def test_recipe_of_transfer_sets_nothing_of_experiments(config, schema, setting):
    config["studies"]["demo"]["inputs"]["datasets"] = DATASETS
    config["occupancy"]["joint"] |= setting
    with pytest.raises(InputError, match=r"joint: .* not used by transfer, only by exp"):
        complete_config(config, schema)


def test_recipes_whose_names_make_too_long_a_folder_are_refused(config, schema):
    stages = ("samples", "binding", "scan", "signals", "regression")
    for stage in stages:
        config[stage]["x" * 45] = {}
    config["experiments"]["long"] = dict.fromkeys(stages, "x" * 45)
    with pytest.raises(InputError, match=r"long: .* make a folder name of 229 letters"):
        complete_config(config, schema)


def test_a_summed_network_tells_what_its_parts_do(config, schema):
    full = complete_config(config, schema)
    assert heads_of(full, "taught") == {"teacher", "energy"}
    full["binding"]["taught"]["parts"]["student"] = 0
    assert heads_of(full, "taught") == heads_of(full, "cnn") == set()


def test_features_of_the_network_are_named_as_its_heads():
    assert HEADS[1:] == OF_HEADS


def test_unknown_keys_of_which_one_is_null_are_told_in_one_line(config, schema):
    config["comparison"] |= {None: 1, "zz": 2}
    with pytest.raises(InputError, match="unknown key 'None'"):
        complete_config(config, schema)


def test_every_study_file_fits_the_schema(root, config, schema):
    for path in sorted((root / "studies").glob("*.yaml")):
        study = yaml.safe_load(path.read_text())
        joined = deepcopy(config)
        update_config(joined, study)
        full = complete_config(joined, schema)
        assert full["study"] in study["studies"], path


@pytest.fixture
def full_study(root, config, schema):
    config |= yaml.safe_load((root / "studies/hct116.yaml").read_text())
    return complete_config(config, schema)["studies"]["hct116"]


def test_full_study_fetches_every_file_that_it_reads(full_study):
    inputs = full_study["inputs"]
    read = {table["file"] for table in inputs.values() if "file" in table}
    read |= {inputs["hybrids"]["transcripts"], inputs["transcripts"]["genes"]}
    read |= {inputs["contextpp"]["ta_sps"]}
    assert {name for name in read if "/" not in name} == set(full_study["downloads"])
    for download in full_study["downloads"].values():
        assert " " not in download["url"]


@pytest.mark.parametrize(
    ("name", "formatter", "attributes"),
    [
        ("ensembl_grch37_3utr.fa", "FASTA", ["ensembl_transcript_id", "3utr"]),
        (
            "ensembl_grch37_genes.tsv",
            "TSV",
            ["ensembl_transcript_id", "external_gene_name"],
        ),
    ],
)
def test_full_study_asks_biomart_in_valid_xml(full_study, name, formatter, attributes):
    url = urllib.parse.urlsplit(full_study["downloads"][name]["url"])
    (query,) = urllib.parse.parse_qs(url.query)["query"]
    tree = ElementTree.fromstring(query.encode())
    assert tree.attrib["formatter"] == formatter
    assert [node.attrib["name"] for node in tree.iter("Attribute")] == attributes


@pytest.mark.parametrize(
    ("predict", "message"),
    [
        ({"binding": True}, "binding: a study without `datasets` has no network"),
        (
            {"annotation": "a.gtf", "genome": "g.fa", "genes": "g.tsv"},
            "genes: an annotat",
        ),
        ({"choice": "all"}, "choice: it is used with `annotation`, and without"),
        (
            {"annotation": "a", "genome": "g", "choice": "all", "expression": "quant.sf"},
            "choice: it is used with",
        ),
        ({"bigbed": True}, "bigbed: it is used with `annotation` alone; leave it out"),
        ({"genome": "g.fa"}, "genome: it is used with `annotation` alone"),
        (
            {"folding": "transcripts", "accessibility": False},
            "folding: nothing is folded",
        ),
    ],
)
def test_settings_that_predict_does_not_use_are_refused(config, schema, predict, message):
    with pytest.raises(InputError, match=f"config: predict: {message}"):
        complete_config(config | {"predict": predict}, schema)


def test_benchmarks_know_the_settings_of_every_occupancy_recipe():
    for recipe, settings in read_config()["occupancy"].items():
        training, decays = settings_of_fit(recipe)
        assert training.decay == settings["decay"]
        assert decays


def test_a_key_that_stands_twice_is_told_with_its_lines(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("a: {b: 1}\nc:\n  - {d: 1}\n  - e: 1\n    f: 2\n    e: 3\n")
    with pytest.raises(InputError, match="line 6: key 'e' stands on line 4 too"):
        refuse_repeated_keys(path)
    path.write_text("a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n  b: 2\n")
    refuse_repeated_keys(path)


def test_whole_numbers_may_be_written_as_floats(config, schema):
    config["shards"], config["folds"] = 2.0, "5.0"
    full = complete_config(config, schema)
    assert [(full[key], type(full[key])) for key in ("shards", "folds")] == [
        (2, int),
        (5, int),
    ]


@pytest.mark.parametrize(
    ("inputs", "transfer", "message"),
    [
        ({"a": {}, "b": {}}, {}, "b and a have the same miRNAs in one table"),
        (DATASETS, {"protocols": ["genes"]}, "made from datasets_families; add it"),
        (DATASETS, {"recipes": ["joint", "joint"]}, "has non-unique elements"),
        (
            DATASETS,
            {"mixtures": {"contextpp": {"joint": 1, "network": 1}}},
            "compared",
        ),
    ],
)
def test_what_would_mislead_transfer_is_refused(
    config, schema, inputs, transfer, message
):
    config["studies"]["demo"]["inputs"]["datasets"] = inputs
    config["transfer"] |= transfer
    with pytest.raises(InputError, match=message):
        complete_config(config, schema)


def test_a_mixture_that_learns_of_proteins_is_not_that_of_predictions(config, schema):
    config["transfer"]["mixtures"] = {
        "first": ["joint_proteins", "network"],
        "second": ["joint", "network"],
    }
    assert find_mixture(complete_config(config, schema)).name == "second"


def test_names_of_published_models_are_those_of_references():
    assert PUBLISHED == REFERENCES
