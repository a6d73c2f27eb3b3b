"""The command `mirsignal predict`: from miRNAs and transcripts to tables, no training."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from mirsignal import __version__
from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.ready.mirnas import BATCH, choose_mirnas
from mirsignal.ready.models import load_ready_model
from mirsignal.ready.prediction import import_backend, predict_batches
from mirsignal.ready.tables import mirnas_of
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.ready.writing import write_targets
from mirsignal.repression.prediction import Prediction
from mirsignal.sequences.splicing import CANONICAL, EVERY
from mirsignal.sites.accessibility import Folding, fold_transcripts

LARGEST_TSV = 1_000_000
"""Pairs of miRNA and gene beyond which tables are written as Parquet alone."""
_SHOWN = 10
_FOLDED_BETWEEN = 1_500_000  # nt, about three minutes, that a killed run may lose


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, 2 after one line on what is wrong."""
    parser = _make_parser()
    given = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    level = log.level
    log.setLevel(logging.INFO if given.verbose else logging.WARNING)
    try:
        given.run(given)
    except InputError as error:
        print(f"mirsignal: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"mirsignal: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("mirsignal: stopped; nothing was written", file=sys.stderr)
        return 130
    finally:
        log.setLevel(level)
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mirsignal", description="Predict which mRNAs a microRNA represses."
    )
    parser.add_argument("--version", action="version", version=f"mirsignal {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    own = commands.add_parser(
        "predict",
        help="predict repression with the model that comes along",
        description="Predict how strongly miRNAs repress each gene, with intervals.",
    )
    own.add_argument(
        "--mirna",
        nargs="+",
        default=[],
        metavar="NAME",
        help="names (hsa-miR-21-5p, miR-21, let-7a), accessions (MIMAT0000076) or "
        "sequences of miRNAs and siRNAs; all: every human miRNA",
    )
    own.add_argument(
        "--mirnas", metavar="FILE", help="a table (mirna, sequence, passenger) or FASTA"
    )
    own.add_argument("--utrs", metavar="FILE", help="3' UTRs: FASTA, plain or gzip")
    own.add_argument(
        "--annotation",
        metavar="FILE",
        help="in place of --utrs: GTF or GFF3, plain or gzip; with --genome",
    )
    own.add_argument("--genome", metavar="FILE", help="its FASTA, plain or bgzip")
    own.add_argument(
        "--transcripts",
        default=CANONICAL,
        metavar="WHICH",
        help="of the annotation: canonical (MANE Select or canonical, else the longest "
        "3' UTR of the gene; default), longest, all, or a file of ids, one a line",
    )
    own.add_argument(
        "--expression",
        metavar="FILE",
        help="abundance of transcripts, which weights them: salmon's quant.sf, or a "
        "table (transcript, tpm); of an annotation, all expressed ones then count",
    )
    own.add_argument(
        "--genes", default="", metavar="FILE", help="table: transcript, gene"
    )
    own.add_argument(
        "--mrnas",
        default="",
        metavar="FILE",
        help="table of mRNAs with their reading frames: transcript, sequence, cds_start",
    )
    own.add_argument(
        "--conserved-sites",
        metavar="FILE",
        help="table of sites: transcript, seed (nt 2-8), start (0-based), conserved "
        "(0 to 1); a site of its transcripts that it lacks is not conserved",
    )
    own.add_argument(
        "--out", default="targets", metavar="FOLDER", help="where results go (targets)"
    )
    own.add_argument("--model", metavar="FOLDER", help="another ready model")
    own.add_argument(
        "--no-folding", action="store_true", help="leave accessibility out: much faster"
    )
    own.add_argument(
        "--folding",
        metavar="FILE",
        help="accessibility of all transcripts: used if the file is there, else made "
        "(0.1 s for 1,000 nt), so that further miRNAs cost little",
    )
    own.add_argument(
        "--noise-sd",
        type=float,
        metavar="SD",
        help="standard deviation of log2 fold changes of mRNAs without sites in the "
        "experiment at hand, for the intervals",
    )
    own.add_argument(
        "--binding",
        action="store_true",
        help="say what the binding network makes of each site, too (needs TensorFlow)",
    )
    own.add_argument(
        "--bigbed",
        action="store_true",
        help="write sites in the genome as bigBed too, 0.1 ms a site",
    )
    own.add_argument("--verbose", action="store_true", help="say what is read and found")
    own.set_defaults(run=predict)
    other = commands.add_parser(
        "mirnas-of",
        help="list the miRNAs that repress a gene, of a finished prediction",
        description="List the miRNAs that repress a gene, the strongest first.",
    )
    other.add_argument("gene", help="id or name of the gene")
    other.add_argument("folder", nargs="?", default="targets", help="of the prediction")
    other.set_defaults(run=list_mirnas, verbose=False)
    return parser


def list_mirnas(given: argparse.Namespace) -> None:
    """Print the miRNAs that repress a gene as TSV."""
    mirnas_of(given.gene, given.folder).to_csv(
        sys.stdout, sep="\t", index=False, float_format="%.4g"
    )


def predict(given: argparse.Namespace) -> None:
    """Predict as the command line says, and write the files."""
    if given.noise_sd is not None and not given.noise_sd > 0:
        raise InputError(f"--noise-sd {given.noise_sd:g} is not above 0; give the sd")
    model = load_ready_model(given.model)
    mirnas = choose_mirnas(given.mirna, given.mirnas)
    transcriptome = _read_transcriptome(given)
    if given.conserved_sites:
        model = model.with_conserved(given.conserved_sites, transcriptome.transcripts)
    accessibility: bool | Folding = not given.no_folding
    if given.folding:
        accessibility = _fold(Path(given.folding), transcriptome.utrs)
    if given.binding or model.needs_network:
        import_backend().set_up(os.cpu_count() or 1, 0)
    n_pairs = len(mirnas) * transcriptome.transcripts["gene"].nunique()
    out, about, tsv = Path(given.out), model.card.get("name", ""), n_pairs <= LARGEST_TSV
    strongest = None
    with (
        write_targets(
            out, transcriptome, mirnas, about, model.knows_polya, tsv, given.bigbed
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
        ):
            add(prediction)
            progress.update(min(BATCH, len(mirnas) - progress.n))
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
    if given.utrs:
        found = Transcriptome.of_fasta(given.utrs, given.genes, given.mrnas)
    else:
        which = EVERY if given.expression else given.transcripts
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
    print(shown[columns].to_string(index=False, float_format="%.2f"))
    print(f"{len(mirnas):,} miRNAs; open {out}/index.html; tables are there too")


if __name__ == "__main__":
    sys.exit(main())
