"""The command `mirsignal predict`: from miRNAs and transcripts to tables, no training."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import sys
from collections.abc import Sequence

from mirsignal import __version__
from mirsignal.errors import InputError
from mirsignal.logs import log


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
    except BrokenPipeError:  # of `mirsignal mirnas-of ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.errno == errno.ENOSPC:
            print("mirsignal: the disk is full; make room and run again", file=sys.stderr)
            return 1
        where = f"{error.filename}: " if error.filename else ""
        print(f"mirsignal: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("mirsignal: stopped; no table was written", file=sys.stderr)
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
        "--mirnas",
        metavar="FILE",
        help="a table (mirna, sequence, passenger), FASTA, or names, one a line",
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
        metavar="WHICH",
        help="of the annotation: canonical (MANE Select or canonical, else the longest "
        "3' UTR of the gene; default), longest, all, or a file of ids, one a line",
    )
    own.add_argument(
        "--expression",
        metavar="FILE",
        help="abundance of transcripts, which weights them: a table of salmon, kallisto "
        "or RSEM, or of transcript and tpm; of an annotation, all expressed ones count",
    )
    own.add_argument(
        "--genes", default="", metavar="FILE", help="table: transcript, gene"
    )
    own.add_argument(
        "--mrnas",
        default="",
        metavar="FILE",
        help="table of mRNAs with their reading frames: transcript, sequence, cds_start "
        "(0-based), cds_end",
    )
    own.add_argument(
        "--polya-usage",
        metavar="FILE",
        help="reads at poly(A) sites of the cells at hand, along 3' UTRs: a table of "
        "transcript, end and reads, or BED; in place of those over all tissues",
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
        "--scan",
        action="store_true",
        help="scan 3' UTRs with the binding network, too, and predict by seed sites and "
        "what it finds: better on new miRNAs (needs TensorFlow; takes minutes per miRNA "
        "and transcriptome)",
    )
    own.add_argument(
        "--bigbed",
        action="store_true",
        help="write sites in the genome as bigBed too, 0.1 ms a site",
    )
    own.add_argument("--verbose", action="store_true", help="say what is read and found")
    own.set_defaults(run=_predict)
    other = commands.add_parser(
        "mirnas-of",
        help="list the miRNAs that repress a gene, of a finished prediction",
        description="List the miRNAs that repress a gene, the strongest first.",
    )
    other.add_argument("gene", help="id or name of the gene")
    other.add_argument("folder", nargs="?", default="targets", help="of the prediction")
    other.set_defaults(run=list_mirnas, verbose=False)
    return parser


def _predict(given: argparse.Namespace) -> None:
    from mirsignal.ready.run import predict  # takes a second to import

    predict(given)


def list_mirnas(given: argparse.Namespace) -> None:
    """Print the miRNAs that repress a gene as TSV."""
    from mirsignal.ready.lookup import mirnas_of

    mirnas_of(given.gene, given.folder).to_csv(
        sys.stdout, sep="\t", index=False, float_format="%.4g"
    )


if __name__ == "__main__":
    sys.exit(main())
