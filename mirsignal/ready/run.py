"""What `mirsignal predict` does: from miRNAs and transcripts to tables and a page."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from mirsignal.errors import InputError
from mirsignal.ready.mirnas import choose_mirnas
from mirsignal.ready.models import load_ready_model
from mirsignal.ready.prediction import import_backend, predict_batches
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.ready.writing import write_targets
from mirsignal.repression.intervals import check_noise
from mirsignal.repression.prediction import Prediction
from mirsignal.sequences.splicing import CANONICAL, EVERY
from mirsignal.sites.accessibility import Folding, fold_transcripts

LARGEST_TSV = 1_000_000
"""Pairs of miRNA and gene beyond which tables are written as Parquet alone."""
_SHOWN = 10
_FOLDED_BETWEEN = 1_500_000  # nt, about three minutes, that a killed run may lose


def predict(given: argparse.Namespace) -> None:
    """Predict as the command line says, and write the files."""
    if given.noise_sd is not None:
        check_noise(given.noise_sd, "--noise-sd")
    if given.no_folding and given.folding:
        raise InputError("--no-folding and --folding exclude one another; leave one out")
    model = load_ready_model(given.model)
    mirnas = choose_mirnas(given.mirna, given.mirnas)
    transcriptome = _read_transcriptome(given)
    if given.polya_usage:
        model = model.with_polya(given.polya_usage, transcriptome.transcripts)
    if given.conserved_sites:
        model = model.with_conserved(given.conserved_sites, transcriptome.transcripts)
    accessibility: bool | Folding = not given.no_folding
    if given.folding:
        accessibility = _fold(Path(given.folding), transcriptome.utrs)
    if given.binding or given.scan or model.needs_network:
        n_cores = os.cpu_count() or 1
        import_backend().set_up(n_cores, 0, calls=n_cores if given.scan else 1)
    n_pairs = len(mirnas) * transcriptome.transcripts["gene"].nunique()
    out, about, tsv = Path(given.out), model.card.get("name", ""), n_pairs <= LARGEST_TSV
    strongest = None
    with (
        write_targets(
            out,
            transcriptome,
            mirnas,
            about,
            model.polya,
            tsv,
            given.bigbed,
            given.scan,
        ) as add,
        tqdm(total=len(mirnas), unit="miRNA", disable=None) as progress,
    ):
        for prediction in predict_batches(
            model,
            mirnas,
            transcriptome,
            accessibility,
            given.noise_sd,
            given.binding,
            given.scan,
            os.cpu_count() or 1,
        ):
            add(prediction)
            progress.update(prediction.genes["mirna"].nunique())
            strongest = strongest or prediction
    assert strongest is not None
    _tell(strongest, mirnas, out)


def _read_transcriptome(given: argparse.Namespace) -> Transcriptome:
    """Read the transcripts that the command line names."""
    if bool(given.utrs) == bool(given.annotation):
        raise InputError("give either --utrs, or --annotation and --genome")
    if given.bigbed and not given.annotation:
        raise InputError("--bigbed needs --annotation, for coordinates in the genome")
    if given.annotation and not given.genome:
        raise InputError("--annotation needs --genome, a FASTA of the same build")
    if given.transcripts and given.expression:
        raise InputError(
            "--transcripts is not used with --expression, by which all expressed ones "
            "count; leave one of them out"
        )
    unused = ("genes", "mrnas") if given.annotation else ("genome", "transcripts")
    for name in unused:
        if getattr(given, name):
            used = "--annotation" if given.utrs else "--utrs"
            raise InputError(f"--{name} is used with {used} alone; leave it out")
    if given.utrs:
        found = Transcriptome.of_fasta(given.utrs, given.genes, given.mrnas)
    else:
        which = EVERY if given.expression else given.transcripts or CANONICAL
        found = Transcriptome.of_annotation(given.annotation, given.genome, which)
    return found.weighted(given.expression) if given.expression else found


def _fold(path: Path, sequences: dict[str, str]) -> Folding:
    """Return what `path` keeps, with what it lacks of `sequences`; saved now and then."""
    folding = Folding.load(path) if path.exists() else fold_transcripts({})
    missing = folding.lacks(sequences)
    names, total = list(missing), sum(map(len, missing.values()))
    with tqdm(total=total, unit="nt", unit_scale=True, disable=None) as progress:
        for part in np.array_split(names, -(-total // _FOLDED_BETWEEN) or 1):
            if len(part):
                own = {str(name): missing[name] for name in part}
                folding = folding.joined(fold_transcripts(own, progress.update))
                folding.save(path)
    return folding


def _tell(prediction: Prediction, mirnas: pd.DataFrame, out: Path) -> None:
    """Print the strongest targets of the first miRNA, and where everything is."""
    first = mirnas["mirna"].iloc[0]
    own = prediction.genes[prediction.genes["mirna"] == first]
    counts = own["status"].value_counts()
    print(
        f"{first}: {counts.get('sites', 0):,} of {len(own):,} genes have sites; log2 "
        "fold change (95% of measured ones lie from low to high) of the strongest:"
    )
    repressed = own[own["predicted_log2fc"] < 0]
    shown = repressed.nsmallest(_SHOWN, "predicted_log2fc")
    name = "gene_name" if "gene_name" in shown else "gene"
    columns = [name, "predicted_log2fc", "low", "high", "n_8mer", "n_7mer-m8"]
    rows = shown[columns].to_string(index=False, float_format="%.2f")
    print(rows if len(shown) else "none")
    print(f"{len(mirnas):,} miRNAs; open {out}/index.html; tables are there too")
