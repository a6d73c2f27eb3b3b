"""The layout holds: one name from rule to benchmark, one version, fresh documents."""

import ast
import functools
import re
import tomllib
from modulefinder import ModuleFinder

import yaml

from mirsignal import __version__
from mirsignal.files.schemas import describe_tables, find_table, read_tables
from mirsignal.workflow.config import describe_schema, read_schema

FORMS = {
    "log": r"<logs>/{}(\.|/)",
    "benchmark": r"<benchmarks>/{}(\.|/)",
    "script": r"/{}\.py",
}


def rules(root):
    """Return the text of each rule that runs something, by name."""
    found = {}
    for path in sorted((root / "rules").glob("*.smk")):
        for name, body in re.findall(
            r"^ *rule (\w+):\n(.*?)(?=^ *rule |\Z)", path.read_text(), re.M | re.S
        ):
            found[name] = body
    return found


def test_rule_script_log_and_benchmark_share_a_name(root):
    for name, body in rules(root).items():
        for part, form in FORMS.items():
            section = re.search(rf"\b{part}:\n(.*?)\n", body, re.S)
            assert section, f"{name} has no {part}"
            assert re.search(form.format(name), section.group(1)), f"{name}: {part}"
        assert f'code=code("{name}"' in body or name == "download_file", name
    scripts = {path.stem for path in (root / "scripts").glob("*.py")}
    assert scripts == set(rules(root))


def test_every_rule_says_what_it_makes(root):
    for name, body in rules(root).items():
        assert re.match(r' +"""[A-Z].*\."""\n', body), name


def test_rules_name_no_folder_of_results_by_themselves(root):
    """They use path variables (rules/common/paths.smk), and one private name."""
    for path in (root / "Snakefile", *(root / "rules").rglob("*.smk")):
        code = re.sub(r"^ *#.*$", "", path.read_text(), flags=re.M)
        assert not re.search(r"results/\{study\}|\.study\b|\*+[({]", code), path
        assert set(re.findall(r"\w\.(_[a-z]\w+)", code)) <= {"_benchmark"}, path


def test_coordinates_are_those_of_bed_in_every_header(root):
    """Sites are 0-based and half open; nucleotides of a pair have numbers from 1 on."""
    said = {
        "start": "0-based",
        "end": "half open",
        "sites": "0-based, half open",
        "strongest_sites": "0-based, half open",
        "site_id": "0-based",
        "position": "nt 1 is the 5' end",
        "path": "nt 1 is the 5' end",
    }
    seen = set()
    for table in read_tables():
        for name, column in table.columns.items():
            words = column.meaning
            assert "1-based" not in words, (table.files, name)
            given = table.files == ("interpretation/{chain}/variants.tsv",)
            if name in said and not given and "windows" not in table.files[0]:
                assert said[name] in words, (table.files, name, words)
                seen.add(name)
    assert seen == set(said)
    for script in ("find_peaks", "export_tracks"):
        header = (root / f"scripts/{script}.py").read_text().split("HEADER = ")[1]
        assert "0-based" in header[:300], script
        assert "half open" in header[:300], script


@functools.cache
def on_gpu(root):
    """Return the names of the rules whose script imports TensorFlow, at any depth."""
    found = set()
    for path in (root / "scripts").glob("*.py"):
        finder = ModuleFinder([str(root)])
        finder.run_script(str(path))
        if "mirsignal.networks.backend" in finder.modules:
            found.add(path.stem)
    return found


def test_rules_that_reach_tensorflow_and_no_others_state_a_gpu(root):
    form = re.compile(r"^ +gpu=(1|\w+_gpus),$", re.M)
    stating = {name for name, body in rules(root).items() if form.search(body)}
    assert stating == on_gpu(root)


def test_scripts_that_reach_tensorflow_set_it_up_first(root):
    for name in on_gpu(root):
        tree = ast.parse((root / f"scripts/{name}.py").read_text())
        calls = [
            ast.unparse(node.func)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        ]
        assert "set_up" in calls, name


def test_submitted_rules_state_memory_and_time_that_grow_with_attempts(root):
    local = set()
    for path in (root / "rules").glob("*.smk"):
        for names in re.findall(r"^localrules:\n((?: +\w+,\n)+)", path.read_text(), re.M):
            local |= set(re.findall(r"\w+", names))
    for name, body in rules(root).items():
        stated = set(re.findall(r"^ +(mem_mb|runtime)=more\(\d+\),$", body, re.M))
        is_local = name in local or "localrule: True" in body
        assert stated == (set() if is_local else {"mem_mb", "runtime"}), name


def test_profile_without_gpus_names_every_rule_that_states_one(root):
    profile = yaml.safe_load((root / "profiles/no-gpu/config.yaml").read_text())
    assert profile == {"set-resources": {name: {"gpu": 0} for name in on_gpu(root)}}


def test_key_of_a_shared_result_tells_jobs_of_a_rule_apart(root):
    """Snakemake's key holds parameters, no wildcards; recipes are there as settings."""
    recipes = {"samples", "binding", "scan"}
    cached = {n: body for n, body in rules(root).items() if "cache: SHARED" in body}
    assert cached
    for name, body in cached.items():
        output, params = (
            re.search(rf" {part}:\n(.*?)\n    \w+:", body, re.S).group(1)
            for part in ("output", "params")
        )
        for wildcard in set(re.findall(r"\{(\w+)\}", output)) - recipes:
            assert f'{wildcard}="{{{wildcard}}}"' in params, name


def test_library_does_not_know_snakemake(root):
    for path in (root / "mirsignal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in getattr(node, "names", [])]
            names.append(getattr(node, "module", None) or "")
            assert not any(name.split(".")[0] == "snakemake" for name in names), path


def test_environments_pin_what_the_lock_file_pins(root):
    lock = (root / "requirements.txt").read_text()
    for path in (root / "envs").glob("*.yaml"):
        *_, packages = yaml.safe_load(path.read_text())["dependencies"]
        for pin in packages["pip"]:
            assert re.search(rf"^{re.escape(pin)}[ ;]", lock, re.M), f"{path.name}: {pin}"


def test_lock_file_names_no_registry(root):
    assert "://" not in (root / "requirements.txt").read_text()


def test_version_is_that_of_the_package(root):
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    assert "version" in settings["project"]["dynamic"]
    source = (root / settings["tool"]["hatch"]["version"]["path"]).read_text()
    assert f'__version__ = "{__version__}"' in source


def test_configuration_page_is_up_to_date(root):
    schema = read_schema(root / "schemas/config.schema.yaml")
    page = (root / "docs/configuration.md").read_text()
    assert page == describe_schema(schema), "run `make docs`"


def test_page_of_tables_is_up_to_date(root):
    assert (root / "docs/tables.md").read_text() == describe_tables(), "run `make docs`"


def test_every_caption_is_used(root):
    used = "".join(path.read_text() for path in (root / "rules").glob("*.smk"))
    for caption in (root / "report").glob("*.rst"):
        assert caption.stem == "workflow" or f"report/{caption.name}" in used, caption


def test_every_file_that_a_page_names_is_there(root):
    folders = "docs|benchmarks|profiles|studies|mirsignal|rules|schemas"
    pages = ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")
    for page in (*pages, *root.glob("docs/**/*.md")):
        text = (root / page).read_text()
        for name in re.findall(rf"(?<![\w/])(?:{folders})/[\w./-]+\w", text):
            found = [(root / name), (root / page).parent / name]
            exists = any(path.exists() for path in found)
            assert exists or name == "studies/mine.yaml", f"{page}: {name}"


def test_glossary_names_modules_and_what_they_define(root):
    page = (root / "docs/glossary.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    names = [n for row in rows for n in re.findall(r"`(\w+(?:\.\w+)+)`", row[-1])]
    assert len(names) > 20
    for name in set(names) - {"config.yaml"}:
        module, _, last = name.rpartition(".")
        if (root / "mirsignal" / f"{name.replace('.', '/')}.py").exists():
            continue
        text = (root / "mirsignal" / f"{module.replace('.', '/')}.py").read_text()
        assert re.search(rf"^(def )?{last}\b", text, re.M), name


def test_table_that_make_shows_has_whole_intervals(root):
    shown = re.search(r"^show = .* cut -f (\S+) ", (root / "Makefile").read_text(), re.M)
    columns = list(find_table("results/demo/comparison/main/metrics.tsv").columns)
    ranges = [[int(end) for end in part.split("-")] for part in shown.group(1).split(",")]
    found = [columns[at - 1] for ends in ranges for at in range(ends[0], ends[-1] + 1)]
    assert found == [
        "predictor",
        "n",
        "pearson",
        "pearson_low",
        "pearson_high",
        "seeds_low",
        "seeds_high",
    ]


ROOMS = [
    "files",
    "sequences",
    "statistics",
    "networks",
    "samples",
    "sites",
    "binding",
    "scan",
    "signals",
]
ROOMS += ["repression", "interpretation", "comparison", "simulation", "figures", "ready"]
"""The rooms of the library, in the order of the data; workflow/ stands beside them."""
TO_THE_RIGHT = {("scan.scores", "interpretation.explanation")}  # mode deepshap: SHAP


def test_rooms_import_from_rooms_to_their_left_alone(root):
    rooms = {path.parent.name for path in (root / "mirsignal").glob("*/__init__.py")}
    assert rooms == {*ROOMS, "workflow"}
    found = set()
    for number, room in enumerate(ROOMS):
        for path in (root / "mirsignal" / room).rglob("*.py"):
            module = ".".join(path.with_suffix("").relative_to(root / "mirsignal").parts)
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module:
                    owner, _, origin = node.module.partition(".")
                    if (
                        owner == "mirsignal"
                        and origin.split(".")[0] in ROOMS[number + 1 :]
                    ):
                        found.add((module, origin))
    assert found == TO_THE_RIGHT


def test_real_data_is_reached_by_its_fixtures_alone(root):
    """They skip a test where ../shared is absent."""
    reaching = {
        path.relative_to(root).as_posix()
        for path in (root / "tests").rglob("*.py")
        if re.search(r"shared['\"]? ?/ ?['\"]?data", path.read_text())
    }
    assert reaching - {"tests/unit/test_house.py"} == {"tests/conftest.py"}
