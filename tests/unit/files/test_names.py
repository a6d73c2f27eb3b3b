"""Names that become files and folders are checked in one place."""

import copy

import pytest
import yaml

from mirsignal.errors import InputError
from mirsignal.files.names import check_config_names, check_file_name
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.workflow.config import complete_config, read_schema


@pytest.fixture(scope="module")
def demo(root):
    """The completed configuration of the demo."""
    schema = read_schema(root / "schemas/config.schema.yaml")
    return complete_config(yaml.safe_load((root / "config.yaml").read_text()), schema)


def named(demo, where, name):
    """Return the configuration with `name` at this place."""
    config = copy.deepcopy(demo)
    inputs = config["studies"]["demo"]["inputs"]
    if where == "predict":
        config["predict"]["name"] = name
    elif where == "downloads":
        config["studies"]["demo"]["downloads"] = {name: {"url": "file:///a"}}
    elif where in ("tracks", "test_sets"):
        inputs[where] = {name: "a.bw" if where == "tracks" else {"file": "a.tsv"}}
    else:
        config[where][name] = next(iter(config[where].values()))
    return config


PLACES = ["studies", "experiments", "samples", "binding", "scan", "signals"]
PLACES += ["regression", "predict", "downloads", "tracks", "test_sets"]
ESCAPES = ["../evil", "/etc/evil", "a/b", "..", ".", ".hidden", "a\n", "a b", "x" * 101]
MIRNAS = ["genes", "thresholds.json", "batch_0001", *ESCAPES]
MIRNAS.remove("a\n")  # which a reader of tables refuses


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("name", ESCAPES)
def test_no_name_leads_out_of_its_folder(demo, where, name):
    with pytest.raises(InputError, match="cannot"):
        check_config_names(named(demo, where, name))


@pytest.mark.parametrize("where", PLACES)
def test_good_names_pass(demo, where):
    check_config_names(named(demo, where, "mine_2"))


def test_names_of_real_downloads_pass():
    for name in ("hOH7.fasta.gz", "GSE6207-1.tsv", "mmc1.txt", "a_b.fa"):
        check_file_name(name, "download")


@pytest.mark.parametrize("name", MIRNAS)
def test_mirna_has_a_folder_of_its_own(tmp_path, name):
    table = tmp_path / "mirnas.tsv"
    table.write_text(f'mirna\tsequence\n"{name}"\tUGAGGUAGUAGGUUGUAUAGUU\n')
    with pytest.raises(InputError, match=r"mirnas.tsv, line 2: the name"):
        read_mirnas(table)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("{study}.tsv", "brace or a line break"),
        ("a}/b.tsv", "brace or a line break"),
        ("a\nb.tsv", "brace or a line break"),
        ("~/study/b.tsv", "write the whole path in place of '~'"),
    ],
)
def test_paths_that_cannot_be_are_refused_before_snakemake_takes_them(demo, path, words):
    for place in ("data", "mirror", "inputs", "predict"):
        config = copy.deepcopy(demo)
        if place in ("data", "mirror"):
            config[place] = path
        elif place == "inputs":
            config["studies"]["demo"]["inputs"]["fold_change"]["file"] = path
        else:
            config["predict"]["mirnas"] = path
        with pytest.raises(InputError, match=words):
            check_config_names(config)


def test_names_of_columns_are_no_paths(demo):
    config = copy.deepcopy(demo)
    config["studies"]["demo"]["inputs"]["targetscan"]["columns"] = {"score": "a {b}"}
    check_config_names(config)
