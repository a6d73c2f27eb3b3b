"""Measure how sites contribute to the strongest predictions, by leaving each out."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_json, write_table
from mirsignal.files.tracks import load_tracks
from mirsignal.networks.backend import keras, set_up
from mirsignal.repression.occlusion import find_parts, name_sites, occlude
from mirsignal.repression.training import DIRECTION, padding_multiple
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.compression import read_limits, scale
from mirsignal.sites.gene_features import gene_inputs
from mirsignal.sites.seed_sites import find_sites, join
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

UNITS = {"regression": "log2", "classification": "probability"}


def main(snakemake):
    files, settings = snakemake.input, snakemake.params.settings
    set_up(snakemake.threads, 0)
    signals = load_tracks(files.signals)
    sequence_of = pd.read_parquet(files.mirnas).set_index("mirna")["sequence"]
    fasta = Transcripts(files.fasta)
    chosen = choose(pd.read_parquet(files.predictions), snakemake.params.n_predictions)
    rows, explained = [], []
    for pair in chosen.itertuples():
        sequence = fasta[pair.transcript]
        parts = explain(files, settings, signals, chosen.loc[[pair.Index]], len(sequence))
        sites = find_sites(sequence_of[pair.mirna], join([sequence]))
        parts["sites"] = pd.Series(name_sites(parts, sites), parts.index, dtype="str")
        rows.append(parts.assign(**pair._asdict()))
        title = (
            f"{pair.mirna} on {pair.gene} ({len(sequence):,} nt): predicted "
            f"{pair.predicted:.2f}, measured log2 fold change {pair.log2fc:.2f}"
        )
        explained.append(
            {
                "title": title,
                "length": len(sequence),
                "unit": UNITS[settings["task"]],
                "parts": parts.to_dict("list"),
                "sites": sites[["start", "end", "site_type"]].to_dict("list"),
            }
        )
        log.info("%s; %d parts", title, len(parts))
    write_table(snakemake.output.table, pd.concat(rows, ignore_index=True))
    write_json(snakemake.output.drawn, explained)


def choose(predictions, n):
    """Return the `n` pairs of lowest prediction, each gene once."""
    lowest = predictions.sort_values("predicted", kind="stable")
    return lowest.drop_duplicates("gene").head(n)


def explain(files, settings, signals, pair, length):
    """Return the parts of one pair's signal (a row of a table) and their contribution."""
    mirna, transcript, fold = pair[["mirna", "transcript", "fold"]].iloc[0]
    is_pair = (signals.extra["mirnas"] == mirna) & (signals.ids == transcript)
    index = int(is_pair.argmax())
    own = slice(*signals.offsets[index : index + 2])
    trace = {
        k: signals.extra[k][own] for k in ("positions", "spans") if k in signals.extra
    }
    parts = find_parts(signals[index], signals.channels, trace, length)
    model = keras.models.load_model(files.models[fold])
    contribution = occlude(
        model,
        scale(signals[index], read_limits(files.limits, fold)),
        parts,
        padding_multiple(settings),
        gene_inputs(pair, files.genes, files.mirnas),
        cut="positions" in trace,
    )
    return parts.assign(contribution=DIRECTION[settings["task"]] * contribution)


if __name__ == "__main__":
    run(main, snakemake)
