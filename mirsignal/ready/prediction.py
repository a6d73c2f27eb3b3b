"""Predict with a ready model: any miRNAs on any transcripts, some miRNAs at a time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_id
from mirsignal.ready.mirnas import BATCH
from mirsignal.ready.models import ReadyModel
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.repression.prediction import Prediction, predict_from_sequences
from mirsignal.sites.accessibility import Folding

if TYPE_CHECKING:
    from mirsignal.repression.site_logits import SiteNetwork


SCANNED_AT_ONCE = 4
"""miRNAs whose scan is held in memory at once."""


def predict_batches(
    model: ReadyModel,
    mirnas: pd.DataFrame,
    transcriptome: Transcriptome,
    accessibility: bool | Folding = True,
    noise_sd: float | None = None,
    binding: bool = False,
    scan: bool = False,
    workers: int = 1,
) -> Iterator[Prediction]:
    """Yield predictions of `mirnas` (`choose_mirnas`), some of them at a time.

    `accessibility` and `noise_sd` are those of `repression.prediction.
    predict_from_sequences`; with `binding` sites have what the model's binding network
    makes of them; with `scan` as well, and the prediction is the model's mixture, for
    which the network scans all 3' UTRs, `workers` stretches at a time. A prediction does
    not depend on other miRNAs and genes asked for, but for what `inform` finds of all.
    Raises InputError for a model without network or mixture, where these are asked for.
    """
    network = find = None
    if binding or scan or model.needs_network:
        network = _load_network(model)
    if scan and network is not None:
        find = _scanner(model, network, workers)
    model = inform(model, transcriptome)
    transcripts = transcriptome.transcripts
    context, fitted = model.context.named(transcripts), model.fitted.named(transcripts)
    size = SCANNED_AT_ONCE if scan else BATCH
    for at in range(0, len(mirnas), size):
        prediction = predict_from_sequences(
            fitted,
            mirnas.iloc[at : at + size].reset_index(drop=True),
            transcripts,
            transcriptome.utrs,
            transcriptome.orfs,
            model.coefficients,
            model.seeds,
            accessibility=accessibility,
            noise_sd=noise_sd,
            context=context,
            network=network,
            scan=find,
        )
        yield _name_genes(prediction, transcripts)


def inform(model: ReadyModel, transcriptome: Transcriptome) -> ReadyModel:
    """Return the model with the isoforms that are known of these transcripts.

    By poly(A) sites in the genome (`on_genome`), where the 3' UTRs have places in it. Of
    a gene of which several isoforms have expression, these are all that end differently:
    each is as long as it is.
    """
    transcripts = transcriptome.transcripts
    if transcriptome.blocks:
        model = model.on_genome(transcripts, transcriptome.blocks)
    if "share" not in transcripts:
        return model
    several = transcripts[transcripts["gene"].duplicated(keep=False)]
    whole = pd.DataFrame(
        {
            "transcript": several["transcript"].map(bare_id),
            "end": several["length"].astype(float),
            "reads": 1.0,
        }
    )
    usage = model.context.usage
    if usage is not None:
        others = usage[~usage["transcript"].isin(whole["transcript"])]
        whole = pd.concat([others, whole], ignore_index=True)
    return replace(model, context=replace(model.context, usage=whole))


def import_backend() -> ModuleType:
    """Return `networks.backend`; InputError where TensorFlow is not installed."""
    try:
        from mirsignal.networks import backend
    except ModuleNotFoundError as error:
        raise InputError(
            f"{error}; install it, as with: pip install 'mirsignal[cpu]'"
        ) from None
    return backend


def _scanner(
    model: ReadyModel, network: SiteNetwork, workers: int
) -> Callable[..., pd.DataFrame]:
    from mirsignal.repression.scanned_sites import scan_sites

    if model.fitted.scan is None:
        raise InputError("the model has no mixture for a scan; predict without it")
    n_sites = model.fitted.scan.n_sites
    return functools.partial(scan_sites, network, n=n_sites, workers=workers)


def _load_network(model: ReadyModel) -> SiteNetwork:
    if model.network is None:
        raise InputError("the model has no binding network; ask for no P(binding)")
    import_backend()
    from mirsignal.repression.site_logits import SiteNetwork

    return SiteNetwork.load(*model.network)


def _name_genes(prediction: Prediction, transcripts: pd.DataFrame) -> Prediction:
    """Return tables with `gene_name`, where the names of genes are known."""
    if "gene_name" not in transcripts:
        return prediction
    names = transcripts.drop_duplicates("gene").set_index("gene")["gene_name"]
    return Prediction(
        *(table.assign(gene_name=table["gene"].map(names)) for table in prediction)
    )
