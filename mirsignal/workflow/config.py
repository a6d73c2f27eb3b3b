"""The configuration: checked against its schema, defaults filled in, chains resolved."""

from __future__ import annotations

import contextlib
import difflib
import json
import math
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mirsignal.errors import InputError
from mirsignal.files.names import check_config_names
from mirsignal.samples.splits import TEST_SETS
from mirsignal.sequences.splicing import CANONICAL
from mirsignal.workflow.recipes import (
    OF_HEADS,
    check_experiments,
    check_occupancy,
    check_recipes,
    find_mixture,
    heads_of,
)

_OWN_TEST_SET = re.compile(rf"({'|'.join(TEST_SETS)})(_1_\d+)?|named")
PUBLISHED = ("seed_counts", "contextpp", "weighted_contextpp")
"""What models of target `transfer` are compared with."""
CHAIN = ("samples", "binding", "scan", "signals", "regression")
"""Stages each of which is made from the one before it, in the order of the data."""
_LONGEST_CHAIN = 200  # of letters; file systems take 255
STAGES = (*CHAIN, "occupancy")
"""Stages that have recipes."""


def read_schema(path: str | Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C: half a second sooner
    return yaml.load(Path(path).read_text(), loader)


def refuse_repeated_keys(path: str | Path) -> None:
    """Raise InputError for a key that stands twice, of which YAML takes the last."""
    try:
        root = yaml.compose(Path(path).read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return  # which whoever reads the file tells
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        elif isinstance(node, yaml.MappingNode):
            first: dict[tuple[str, str], int] = {}
            for key, value in node.value:
                nodes.append(value)
                line = key.start_mark.line + 1
                if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                    continue
                if (before := first.setdefault((key.tag, key.value), line)) != line:
                    raise InputError(
                        f"{path}, line {line}: key {key.value!r} stands on line {before} "
                        "too; join them"
                    )


def complete_config(
    config: Mapping[str, Any], schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the configuration with the schema's defaults, after checking it.

    Numbers, switches and lists may be given as text. Raises InputError, one line with
    the key and the remedy, for an unknown key, a wrong value, an unknown study, an
    experiment that names an unknown recipe, and recipes that do not fit (`recipes`).
    """
    completed = _from_text(deepcopy(dict(config)), schema, schema)
    errors = sorted(
        jsonschema.Draft202012Validator(schema).iter_errors(completed),
        key=lambda error: list(map(str, error.absolute_path)),
    )
    if errors:
        raise InputError(f"config: {_explain(errors[0])}")
    _fill(completed, schema, schema)
    _refuse_nonfinite(completed, "config")
    check_config_names(completed)
    if completed["study"] not in completed["studies"]:
        raise InputError(
            f"config: study {completed['study']!r} is not under `studies` "
            f"({', '.join(completed['studies'])}); give its file with --configfile"
        )
    test_sets = completed["studies"][completed["study"]]["inputs"]["test_sets"]
    for name in test_sets:
        if _OWN_TEST_SET.fullmatch(name):
            raise InputError(
                f"config: inputs: test_sets: {name!r} are pairs that mirsignal chooses "
                "itself; choose another name"
            )
    hybrids = completed["studies"][completed["study"]]["inputs"]["hybrids"]
    if hybrids["format"] == "clash_table" and "transcripts" not in hybrids:
        raise InputError(
            "config: inputs: hybrids: a clash_table gives places in transcripts; give "
            "their FASTA as `transcripts`"
        )
    check_recipes(completed, schema)
    recipes_of = {
        name: experiment_recipes(completed, name) for name in completed["experiments"]
    }
    for name, recipes in recipes_of.items():
        if len(chain := recipe_chain(recipes, CHAIN[-1])) > _LONGEST_CHAIN:
            raise InputError(
                f"config: experiments: {name}: its recipes, {chain[:40]}..., make a "
                f"folder name of {len(chain)} letters; shorten them to {_LONGEST_CHAIN}"
            )
    check_experiments(completed, recipes_of, schema)
    for name in completed["comparison"]["leave_out"]:
        if name == "main":
            raise InputError(
                "config: comparison: leave_out: main is what the others are compared "
                "with; take it out"
            )
        if name not in completed["experiments"]:
            raise InputError(
                f"config: comparison: leave_out: no experiment {name!r} beside main"
                f"{_guess(name, completed['experiments'])}"
            )
    _check_names_of_transfer(completed)
    if completed["studies"][completed["study"]]["inputs"]["datasets"]:
        _check_transfer(completed, schema)
    _check_predict(completed)
    return completed


def _check_predict(config: Mapping[str, Any]) -> None:
    """Refuse what target `predict` cannot do, and settings that it would not use."""
    given, lead = config["predict"], "config: predict:"
    datasets = config["studies"][config["study"]]["inputs"]["datasets"]
    of_study = given["model"] == "study"
    if given["scan"] and of_study and (not datasets or find_mixture(config) is None):
        raise InputError(
            f"{lead} scan: the study has no mixture of a recipe of seed sites and one of "
            "scanned sites under `transfer: mixtures`; give one "
            "(studies/human_repression.yaml has it), or `model: ready`"
        )
    if given["binding"] and of_study and not datasets:
        raise InputError(
            f"{lead} binding: a study without `datasets` has no network for sites; leave "
            "it out, or set `model: ready`"
        )
    with_annotation = given["annotation"] is not None
    unused = {
        "genes": with_annotation and given["genes"] is not None,
        "genome": not with_annotation and given["genome"] is not None,
        "bigbed": not with_annotation and given["bigbed"],
        "choice": given["choice"] != CANONICAL
        and (not with_annotation or given["expression"] is not None),
        "folding": given["folding"] != "sites" and not given["accessibility"],
    }
    for name in [name for name, is_unused in unused.items() if is_unused]:
        why = {
            "genes": "an annotation names genes itself",
            "folding": "nothing is folded without `accessibility`",
            "choice": "it is used with `annotation`, and without `expression`",
        }.get(name, "it is used with `annotation` alone")
        raise InputError(f"{lead} {name}: {why}; leave it out")


def _check_names_of_transfer(config: Mapping[str, Any]) -> None:
    """Refuse recipes of `transfer` that are not there."""
    transfer = config["transfer"]
    named = [("occupancy", name) for name in transfer["recipes"]]
    for stage, name in [*named, *((s, transfer[s]) for s in ("samples", "binding"))]:
        if name not in config[stage]:
            raise InputError(
                f"config: transfer: {stage} has no recipe {name!r}"
                f"{_guess(name, config[stage])}"
            )


def _check_transfer(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse recipes that do not fit together, and too few data sets to leave one out."""
    transfer = config["transfer"]
    for key in ("mixtures", "recipes"):
        if taken := [name for name in transfer[key] if name in PUBLISHED]:
            raise InputError(
                f"config: transfer: {key}: {taken[0]!r} is what models are compared "
                "with; choose another name"
            )
    if "datasets_families" not in transfer["protocols"]:
        raise InputError(
            "config: transfer: protocols: intervals are made from datasets_families; add "
            "it"
        )
    for mixture, weights in transfer["mixtures"].items():
        if mixture in config["occupancy"]:
            raise InputError(
                f"config: transfer: mixtures: {mixture!r} is the name of a recipe; "
                "choose another"
            )
        for name in weights:
            if name not in transfer["recipes"]:
                raise InputError(
                    f"config: transfer: mixtures: {mixture}: {name!r} is none of "
                    f"`recipes`; add it there{_guess(name, transfer['recipes'])}"
                )
    for name in transfer["recipes"]:
        lead = f"config: occupancy: {name}:"
        if name == "datasets":
            raise InputError(
                f"{lead} results of data sets lie there; choose another name"
            )
        check_occupancy(lead, config["occupancy"][name], schema)
    recipes = [config["occupancy"][name] for name in transfer["recipes"]]
    if recipes[0]["sites"] != "seed":
        raise InputError(
            f"config: transfer: recipes: {transfer['recipes'][0]!r} has sites that a "
            "network finds, and the first is that of `predict`, which finds seed sites; "
            "name another one first"
        )
    inputs = config["studies"][config["study"]]["inputs"]
    if recipes[0]["proteins"]:
        raise InputError(
            f"config: transfer: recipes: {transfer['recipes'][0]!r} learns what "
            "proteins do, and the first is that of `predict`, which knows none; name "
            "another one first"
        )
    known = {"peaks", "motifs"} & set(inputs)
    if not known and any(each["proteins"] for each in recipes):
        raise InputError(
            "config: transfer: recipes: one has `proteins`, and the study names neither "
            "`peaks` nor `motifs` under `inputs`; give them"
        )
    asked = {f.removesuffix("_excess") for each in recipes for f in each["features"]}
    of_heads = asked & set(OF_HEADS)
    if not of_heads <= heads_of(config, transfer["binding"]):
        raise InputError(
            f"config: transfer: features: {', '.join(sorted(of_heads))}: known of a "
            f"network that learns from taught_windows with these heads; binding recipe "
            f"{transfer['binding']!r} is none; name another, or leave them out"
        )
    trained = [name for name, each in inputs["datasets"].items() if each["trains"]]
    if len(trained) < 2:
        raise InputError(
            f"config: inputs: datasets: {len(trained)} of them train; to predict one by "
            "the others takes two at least"
        )
    tables: dict[str, str] = {}
    for name, each in inputs["datasets"].items():
        if "fold_change" not in each and "fold_change" not in inputs:
            raise InputError(
                f"config: inputs: datasets: {name} names no `fold_change`, and the study "
                "has none; give its table"
            )
        read = [each.get(key, inputs.get(key)) for key in ("fold_change", "mirnas")]
        if other := tables.get(str(read)):
            raise InputError(
                f"config: inputs: datasets: {name} and {other} have the same miRNAs in "
                "one table of fold changes; leave one out, or choose rows or columns"
            )
        tables[str(read)] = name


def _refuse_nonfinite(value: Any, key: str) -> None:
    """Raise InputError for a number that is infinite or none, which no range refuses."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            _refuse_nonfinite(item, f"{key}: {name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_nonfinite(item, f"{key}: {number}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{key}: {value} is no number; give one")


def experiment_recipes(config: Mapping[str, Any], experiment: str) -> dict[str, str]:
    """Return the recipe of every stage; stages not named are those of `main`."""
    experiments = config["experiments"]
    if experiment not in experiments:
        raise InputError(
            f"config: no experiment {experiment!r}{_guess(experiment, experiments)}"
        )
    recipes = experiments["main"] | experiments[experiment]
    for stage in STAGES:
        if stage not in recipes:
            raise InputError(f"config: experiments: main names no recipe of {stage!r}")
        if recipes[stage] not in config[stage]:
            raise InputError(
                f"config: experiments: {experiment}: {stage} has no recipe "
                f"{recipes[stage]!r}{_guess(recipes[stage], config[stage])}"
            )
    return {stage: recipes[stage] for stage in STAGES}


def recipe_chain(recipes: Mapping[str, str], last: str) -> str:
    """Return the recipe names up to stage `last`, joined by dots: a result's folder.

    That of a stage outside CHAIN is its own recipe alone.
    """
    stages = CHAIN[: CHAIN.index(last) + 1] if last in CHAIN else (last,)
    return ".".join(recipes[stage] for stage in stages)


def _from_text(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """Return a value with text read as YAML, at any depth, where no text may stand.

    Snakemake gives what stands inside a dictionary of --config as text.
    """
    schema = {**_resolve(schema, root), **schema}
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        others = others if isinstance(others, dict) else {}
        return {k: _from_text(v, known.get(k, others), root) for k, v in value.items()}
    if isinstance(value, list):
        return [_from_text(item, schema.get("items", {}), root) for item in value]
    types = (
        [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type")
    ) or []
    if isinstance(value, str) and types:
        if "string" in types:
            return None if value == "null" and "null" in types else value
        value = _parse(value, types)
    if isinstance(value, float) and value.is_integer() and "integer" in types:
        return int(value)  # 2.0, which JSON schemas take for one
    return value


def _parse(text: str, types: Sequence[str]) -> Any:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if "boolean" in types and value in (0, 1):
        return bool(value)
    is_number = {"number", "integer"} & set(types)
    if is_number and isinstance(value, str):  # 1e-3, which YAML takes for a name
        with contextlib.suppress(ValueError):
            return float(value)
    return value


def _fill(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> None:
    """Add the defaults of `schema` to a mapping in place, at any depth."""
    schema = _resolve(schema, root)
    if not isinstance(value, dict):
        return
    for key, part in schema.get("properties", {}).items():
        part = {**_resolve(part, root), **part}
        if key not in value and "default" in part:
            value[key] = deepcopy(part["default"])
        if key in value:
            _fill(value[key], part, root)
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        for key in set(value) - set(schema.get("properties", {})):
            _fill(value[key], others, root)


def _resolve(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Any = root
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def _explain(error: jsonschema.ValidationError) -> str:
    where = ": ".join(map(str, error.absolute_path))
    lead = f"{where}: " if where else ""
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        instance: Any = error.instance
        known = list(schema.get("properties", {}))
        unknown = min(map(str, set(instance) - set(known)))
        return f"{lead}unknown key {unknown!r}{_guess(unknown, known)}"
    if "propertyNames" in error.schema_path:
        return f"{lead}{error.instance!r} cannot be a name; use a-z, 0-9 and '_'"
    pattern = str(error.validator_value)
    if error.validator == "pattern" and re.fullmatch(r"\^\(.*\|.*\)\$", pattern):
        names = re.sub(r"\[[^]]*\]\+", "NAME", pattern).strip("^()$").split("|")
        return f"{lead}{error.instance!r} is none{_guess(str(error.instance), names)}"
    if error.validator == "required":
        missing = error.message.split("'")[1]
        return f"{lead}key {missing!r} is missing"
    if error.validator == "type" and len(error.path) == 2 and error.path[0] in STAGES:
        stage, key = error.path
        return (
            f"{lead}not a recipe; settings stand in one, such as "
            f"`{stage}: {{NAME: {{{key}: {error.instance}}}}}`"
        )
    if error.validator == "type" and error.instance is None:
        return f"{lead}nothing stands there; fill it, or remove the key"
    if (
        error.validator == "type"
        and "string" in pattern
        and not (isinstance(error.instance, dict | list))
    ):
        return f"{lead}{error.instance} is no text; put it in quotes"
    return f"{lead}{error.message}"


def _guess(name: str, known: Any) -> str:
    close = difflib.get_close_matches(str(name), list(map(str, known)), n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
    return f"; {hint}"


def describe_schema(schema: Mapping[str, Any]) -> str:
    """Return the schema as a Markdown page: one table of keys per part."""
    lines = [
        "# Configuration",
        "",
        "Made from `schemas/config.schema.yaml` by `make docs`.",
    ]
    lines += _key_table("Top level", schema, schema)
    for name, part in schema["$defs"].items():
        lines += _key_table(name, part, schema)
    return "\n".join(lines) + "\n"


def _key_table(title: str, part: Mapping[str, Any], root: Mapping[str, Any]) -> list[str]:
    rows = _key_rows(part, root, "")
    if not rows:
        return []
    return ["", f"## {title}", "", "| key | meaning | default |", "|---|---|---|", *rows]


def _key_rows(part: Mapping[str, Any], root: Mapping[str, Any], lead: str) -> list[str]:
    rows = []
    for key, value in part.get("properties", {}).items():
        target = dict(_resolve(value, root)) | dict(value)
        meaning = " ".join(str(target.get("description", "")).split())
        if "enum" in target:
            meaning = f"{meaning} One of {', '.join(map(_in_yaml, target['enum']))}."
        default = f"`{_in_yaml(target['default'])}`" if "default" in target else ""
        rows.append(f"| `{lead}{key}` | {meaning} | {default} |")
        if "$ref" not in value:
            rows += _key_rows(value, root, f"{lead}{key}.")
            others = value.get("additionalProperties")
            if isinstance(others, dict):
                rows += _key_rows(others, root, f"{lead}{key}.*.")
    return rows


def _in_yaml(value: Any) -> str:
    """Return a value as one would write it in a configuration."""
    return value if isinstance(value, str) and value else json.dumps(value)


if __name__ == "__main__":
    print(describe_schema(read_schema("schemas/config.schema.yaml")), end="")
