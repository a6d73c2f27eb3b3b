"""Make a ready model from a finished study of several data sets (`make models`).

Run from the project's root:
python -m mirsignal.ready.build results/STUDY DATA FOLDER

Of its recipes `joint_without_network` is taken, for scans mixed with `network`. From DATA
come the tables that the study names in its settings: seeds, poly(A) sites, stability.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mirsignal import __version__
from mirsignal.comparison.transfer import compare_datasets, join_recipes
from mirsignal.files.atomic import atomic_path, read_json
from mirsignal.files.identifiers import look_like_dates
from mirsignal.files.tables import read_table
from mirsignal.ready.cards import (
    INTERVALS,
    NETWORK,
    POLYA_SITES,
    RESPONSES,
    SCAN,
    SEEDS,
    SITES,
    STABILITY,
    USAGE,
    digest_of,
    write_card,
)
from mirsignal.ready.models import load_ready_model, write_seeds
from mirsignal.repression.occupancy import load_occupancy
from mirsignal.repression.responses import read_responses
from mirsignal.sequences.annotation import Blocks
from mirsignal.sequences.places import parse_blocks
from mirsignal.sequences.splicing import lift
from mirsignal.sites.context import read_stability
from mirsignal.sites.contextpp_tables import read_ta_sps
from mirsignal.sites.isoforms import read_polya_usage
from mirsignal.workflow.recipes import reads_network

TABLES = {
    SEEDS: "targetscan/ta_sps_by_seed_region.txt",
    USAGE: "transcripts/polya_usage.tsv.gz",
    STABILITY: "transcripts/half_life.tsv.gz",
}
COORDINATES = "coordinates/utr_genome_coordinates.tsv.gz"
_NUMBERED = r"(TCONS_)?\d+"  # Cufflinks, and bare numbers
N_RESAMPLES = 1000
MEASURES = {"within_mirna_auc": "within-miRNA AUC", "average_precision": "AP"}
VALID = (
    "Human miRNAs and siRNAs of 15 to 30 nt on human 3' UTRs. Other mammals: the tables "
    "of poly(A) sites and stability know only human ids, and are then left out."
)
PROTOCOL = (
    "Pearson r of measured and predicted log2 fold change (95% interval, bootstrap of "
    "genes) in each experiment, by models that saw fold changes neither of the "
    "experiment nor of any miRNA of the same family (seed nt 2-8, passengers included); "
    "passengers, reading frames and conserved sites were known. The teacher of the "
    "binding network that scans has learned from chimeras of these families as well. The "
    "share of the scan was chosen on other experiments and families."
)
SOURCES = {
    "fold changes": "published tables (GEO), facts without a licence of their own",
    "binding network": "windows labelled by miRBind2's network (MIT); energies of "
    "duplexes by ViennaRNA",
    "seeds (TA, SPS), families": "TargetScan 7 and 8, free to use with citation of "
    "Agarwal 2015 (eLife 4:e05005)",
    "poly(A) sites": "APADB 2 (Mueller 2014), counts summed over human tissues",
    "stability": "Agarwal and Kelley 2022 (Genome Biol 23:245), first component",
    "3' UTRs": "RefSeq and Ensembl, public domain",
}


def build(
    study: Path,
    data: Path,
    folder: Path,
    recipe: str = "joint_without_network",
    binding: str = "all_but_validation.student",
    scanned: str = "network",
    mixture: str = "seed_and_network",
) -> None:
    """Write the files of a ready model and its card; the model is loaded to check it.

    `recipe` is that of the occupancy model, `binding` the recipes of the network;
    `scanned` that of the sites which it finds, and `mixture` the name of both together.
    """
    fitted = study / "transfer" / recipe
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(fitted / "model.npz", folder / SITES)
    shutil.copyfile(fitted / "intervals.tsv", folder / INTERVALS)
    shutil.copyfile(study / "transfer" / scanned / "model.npz", folder / SCAN[0])
    shutil.copyfile(study / "transfer" / mixture / "intervals.tsv", folder / SCAN[1])
    for source, name in ((recipe, RESPONSES), (scanned, SCAN[2])):
        responses = read_responses(study / "transfer" / source / "responses.tsv")
        write_responses(folder / name, responses)
    network = study / "binding" / binding
    shutil.copyfile(network / "members.keras", folder / NETWORK)
    write_seeds(folder / SEEDS, read_ta_sps(data / TABLES[SEEDS]))
    usage = in_percent(read_polya_usage(data / TABLES[USAGE]))
    write_usage(folder / USAGE, usage)
    placed = place_in_genome(usage, *read_coordinates(data / COORDINATES))
    lines = ["\t".join(map(str, row)) for row in placed.itertuples(index=False)]
    _write_lines(folder / POLYA_SITES, "chrom\tstrand\tposition\treads", lines)
    stability = read_stability(data / TABLES[STABILITY])
    lines = [f"{gene}\t{value:.0f}" for gene, value in stability.sort_index().items()]
    _write_lines(folder / STABILITY, "gene\tstability", lines)
    provenance = read_json(fitted / "provenance.json")
    mixed = read_json(study / "transfer" / mixture / "mixture.json")
    chosen, share = mixed.pop("chosen"), mixed["share"]
    card = {
        "name": "Repression by human miRNAs",
        "version": __version__,
        "made_from": f"recipe {recipe} of the study {study.name}",
        "commit": provenance["mirsignal"]["commit"],
        "predicts": "log2 fold change of an mRNA after transfection of a miRNA, relative "
        "to mRNAs without sites; 95% interval of measured values",
        "trained_on": _data_sets(study),
        "protocol": PROTOCOL,
        "reached_on_new_experiments_and_families": _reached(
            [_held_out(fitted)], {"0": 1.0}
        ),
        "reached_so_with_a_scan": _reached(
            [_held_out(fitted), _held_out(study / "transfer" / scanned)],
            ["0", "1"] if chosen else {"0": 1 - share, "1": share},
        ),
        "scan": mixed,
        **_of_network(network, load_occupancy(fitted / "model.npz")[0].features),
        "valid_for": VALID,
        "sources": SOURCES,
        "inputs": {path: digest_of(data / path) for path in sorted(TABLES.values())}
        | _digests(study),
    }
    write_card(folder, card)
    load_ready_model(folder)


def write_responses(path: Path, responses: pd.Series) -> None:
    """Write responses by gene (`read_responses`), without names that are dates."""
    kept = responses[~look_like_dates(responses.index.to_series())].sort_index()
    lines = [f"{gene}\t{value:.3f}" for gene, value in kept.items()]
    _write_lines(path, "gene\tresponse", lines)


def write_usage(path: Path, usage: pd.DataFrame) -> None:
    """Write poly(A) sites of transcripts, without those that are numbered within one
    assembly: in another the same name is another transcript."""
    kept = usage[~usage["transcript"].str.fullmatch(_NUMBERED)]
    _write_lines(path, "transcript\tends", _join_ends(kept))


def in_percent(usage: pd.DataFrame) -> pd.DataFrame:
    """Return poly(A) sites (`read_polya_usage`), reads as whole percents of all of their
    transcript, without those of less than half a percent."""
    total = usage.groupby("transcript")["reads"].transform("sum")
    percent = (100 * usage["reads"] / total).round().astype(int)
    return usage.assign(reads=percent)[percent > 0]


def _join_ends(usage: pd.DataFrame) -> list[str]:
    """Return a line for each transcript, as `read_polya_usage` reads it."""
    rows = usage.sort_values(["transcript", "end"])
    ends = rows["end"].astype(int).astype(str) + ":" + rows["reads"].astype(str)
    joined = ends.groupby(rows["transcript"]).agg(";".join)
    return [f"{name}\t{text}" for name, text in joined.items()]


def read_coordinates(path: Path) -> tuple[pd.DataFrame, dict[str, Blocks]]:
    """Return transcript, chrom and strand of 3' UTRs with blocks on hg38, and these."""
    table = read_table(path, {n: n for n in ("transcript", "chrom", "strand", "hg38")})
    table = table[(table["usable"] == "True") & table["hg38"].notna()]
    blocks = {
        name: parse_blocks(text, f"{path}: {name}")
        for name, text in zip(table["transcript"], table["hg38"], strict=True)
    }
    return table[["transcript", "chrom", "strand"]].reset_index(drop=True), blocks


def place_in_genome(
    usage: pd.DataFrame, placed: pd.DataFrame, blocks: dict[str, Blocks]
) -> pd.DataFrame:
    """Return poly(A) sites (`read_polya_usage`) in the genome: chrom, strand, position of
    the last nucleotide (0-based), reads."""
    rows = usage.merge(placed, on="transcript")
    positions = [
        lift(blocks[row.transcript], row.strand, int(row.end) - 1, int(row.end))[0][0]
        for row in rows.itertuples()
    ]
    table = rows.assign(position=positions)[["chrom", "strand", "position", "reads"]]
    by_place = table.groupby(["chrom", "strand", "position"], as_index=False)
    return by_place["reads"].max()


def _write_lines(path: Path, header: str, lines: list[str]) -> None:
    with atomic_path(path) as temporary:
        text = "\n".join([header, *lines]) + "\n"
        temporary.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _digests(study: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that the study was given, by folder and name."""
    notes = [*study.glob("transfer/datasets/*/provenance.json")]
    notes += study.glob("inputs/provenance/*.json")
    given = {
        "/".join(Path(path).parts[-2:]): digest
        for note in notes
        for path, digest in read_json(note)["inputs"].items()
        if isinstance(digest, str)
    }
    return dict(sorted(given.items()))


def _data_sets(study: Path) -> dict[str, str]:
    pairs = pd.read_parquet(study / "transfer/parts.parquet")
    return {
        str(name): f"{len(own):,} pairs, {own['mirna'].nunique()} miRNAs, "
        f"{own['gene'].nunique():,} genes"
        for name, own in pairs.groupby("dataset")
    }


def _held_out(fitted: Path) -> pd.DataFrame:
    """Return what a recipe predicts of data sets without them and their families."""
    parts = (fitted / "datasets_families").glob("*.parquet")
    return pd.concat(map(pd.read_parquet, sorted(parts)), ignore_index=True)


def _reached(
    held_out: Sequence[pd.DataFrame], mixture: Sequence[str] | Mapping[str, float]
) -> dict[str, str]:
    """Return r of a mixture of recipes (by number) with its interval, by data set."""
    tables = {str(at): table for at, table in enumerate(held_out)}
    pairs, _ = join_recipes(tables, {"predicted": mixture}, "datasets_families")
    reached = {}
    for name, found in compare_datasets(pairs, ["predicted"], N_RESAMPLES, 1).items():
        own, other = (found["predictors"][key] for key in ("predicted", "contextpp"))
        r = own["pearson"]
        reached[name] = (
            f"r {r['value']:.3f} ({r['low']:.3f}-{r['high']:.3f}); context++ "
            f"{other['pearson']['value']:.3f}; n {found['n_pairs']:,}"
        )
    return reached


def _of_network(folder: Path, features: Iterable[str]) -> dict[str, Any]:
    """Return what the card says of the binding network, in the `folder` of a study."""
    settings = read_json(folder / "provenance.json")["settings"]["settings"]
    reached = {}
    for name, found in read_json(folder / "metrics.json")["test_sets"].items():
        predictors = found["predictors"]
        own = predictors.get("ensemble", predictors["network"])
        words = [
            f"{label} {r['value']:.3f} ({r['low']:.3f}-{r['high']:.3f})"
            for label, r in ((label, own[key]) for key, label in MEASURES.items())
        ]
        reached[name] = f"{'; '.join(words)}; n {found['n']:,}"
    return {
        "encoding": settings["encoding"],
        "reads_network": reads_network(features),
        "network_reached": reached,
    }


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
