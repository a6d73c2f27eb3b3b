"""Predict how some of the miRNAs repress a part of the transcripts."""

import contextlib
import dataclasses
from pathlib import Path

from mirsignal.files.atomic import read_json
from mirsignal.ready.mirnas import choose_part
from mirsignal.ready.models import ReadyModel, load_ready_model
from mirsignal.ready.prediction import inform, predict_batches
from mirsignal.ready.tables import PredictionTable
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.repression.prediction import FittedOccupancy, FittedScan
from mirsignal.sequences.strands import read_strands
from mirsignal.sites.accessibility import Folding
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.contextpp_tables import read_ta_sps
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    every = Transcriptome.read(files.transcripts)
    model = load_model(files, params)
    if files.polya:
        model = model.with_polya(files.polya, every.transcripts)
    model = inform(model, every)
    if files.conserved:
        model = model.with_conserved(files.conserved, every.transcripts)
    part = every.part(*params.part)
    if params.binding or params.scan or model.needs_network:
        set_up(snakemake.threads, snakemake.threads if params.scan else 1)
    mirnas = choose_part(read_strands(files.mirnas), *params.batch)
    folding = Folding.load(files.folding) if files.folding else params.accessibility
    paths = [Path(path).with_suffix("") for path in snakemake.output]
    with contextlib.ExitStack() as stack:
        tables = [PredictionTable(path, stack) for path in paths]
        for prediction in predict_batches(
            model,
            mirnas,
            part,
            folding,
            params.noise_sd,
            params.binding,
            params.scan,
            snakemake.threads,
        ):
            for table, rows in zip(tables, prediction, strict=True):
                table.add(rows)


def set_up(n_threads, calls):
    """Set TensorFlow up; imported here, since a model of sites alone does without."""
    from mirsignal.networks import backend

    backend.set_up(n_threads, 0, calls)


def load_model(files, params):
    """Return the ready model, or what the study has fitted."""
    if not files.model:
        return load_ready_model(params.folder)
    fitted = FittedOccupancy.read(
        files.model, files.intervals, files.known, files.responses
    )
    if files.scan:
        parts = files.scan_model, files.scan_responses, files.scan_intervals
        scan = FittedScan.read(*parts, read_json(files.scan))
        fitted = dataclasses.replace(fitted, scan=scan)
    return ReadyModel(
        {},
        fitted,
        read_coefficients(files.coefficients),
        read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None,
        SiteContext.read(files, params.context_columns),
        network=(files.network, params.encoding) if files.network else None,
    )


if __name__ == "__main__":
    run(main, snakemake)
