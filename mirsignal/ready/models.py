"""Ready models: trained once, shipped with a card that says on what and how well.

A model is a folder: `card.yaml`, which names every other file with its checksum; the
occupancy model and its prediction intervals; a binding network, which is loaded where P
of sites is asked for or the occupancy model reads it; and what it knows of seeds (target
abundance and seed-pairing stability, Agarwal 2015) and of human mRNAs (poly(A) sites,
stability). Nothing in it is pickled.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path, read_tsv
from mirsignal.files.resources import COEFFICIENTS, resource
from mirsignal.logs import log
from mirsignal.ready.cards import (
    GIVEN,
    HUMAN,
    INTERVALS,
    NETWORK,
    POLYA_SITES,
    RESPONSES,
    SCAN,
    SEEDS,
    SITES,
    STABILITY,
    TISSUES,
    USAGE,
    digest_of,
    read_card,
    scan_settings,
)
from mirsignal.repression.occupancy import load_occupancy
from mirsignal.repression.prediction import FittedOccupancy, FittedScan
from mirsignal.repression.responses import read_responses
from mirsignal.sequences.annotation import Blocks
from mirsignal.sites.context import (
    SiteContext,
    read_conserved_sites,
    read_stability,
)
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.isoforms import lay_on_transcripts, read_polya_usage
from mirsignal.workflow.recipes import reads_network

_FEWEST_KNOWN = 0.1
_UNIT = 1000  # seeds.npz holds thousandths


@dataclass(frozen=True)
class ReadyModel:
    """A trained model and all that it needs to predict from sequences."""

    card: dict[str, Any]
    fitted: FittedOccupancy
    coefficients: pd.DataFrame
    seeds: pd.DataFrame | None
    """sps, sps_short (kcal/mol) and ta (log10) by seed (nt 2-8); None: not known."""
    context: SiteContext
    polya_sites: Path | None = None
    """Poly(A) sites in hg38."""
    network: tuple[Path, str] | None = None
    """A binding network, and the encoding of its pairing matrices."""
    is_given: bool = False
    """Whether poly(A) sites are those of `with_polya`."""

    @property
    def needs_network(self) -> bool:
        """Whether predictions depend on what the network makes of sites."""
        return reads_network(self.fitted.models[0].features)

    @property
    def polya(self) -> str:
        """Whose poly(A) sites say which mRNAs hold a site: TISSUES, GIVEN or none's."""
        if self.is_given:
            return GIVEN
        known = self.context.usage is not None or self.polya_sites is not None
        return TISSUES if known else ""

    def on_genome(
        self, transcripts: pd.DataFrame, blocks: Mapping[str, Blocks]
    ) -> ReadyModel:
        """Return the same for transcripts of an annotation, whose 3' UTRs are `blocks`.

        Poly(A) sites are those of hg38; if they lie in less than a tenth of the 3' UTRs,
        the genome is another, and isoforms are known by the ids of transcripts alone.
        What is returned knows its transcripts, and stays as it is.
        """
        if self.polya_sites is None:
            return self
        placed = pd.read_csv(self.polya_sites, sep="\t")
        usage = lay_on_transcripts(placed, transcripts, blocks)
        known = usage["transcript"].nunique()
        log.info("%d of %d 3' UTRs have known poly(A) sites", known, len(transcripts))
        if known < _FEWEST_KNOWN * len(transcripts):
            return replace(self, polya_sites=None)
        context = replace(self.context, usage=usage)
        return replace(self, context=context, polya_sites=None)

    def with_polya(self, path: str | Path, transcripts: pd.DataFrame) -> ReadyModel:
        """Return the same with poly(A) sites of the cells at hand in place of its own.

        Raises InputError as `isoforms.read_polya_usage`, and for a table that shares no
        transcript with `transcripts`.
        """
        usage = read_polya_usage(path, setting="--polya-usage")
        usage.attrs["path"] = str(path)  # for messages
        SiteContext(usage).check_shared(transcripts)
        context = replace(self.context, usage=usage)
        return replace(self, context=context, polya_sites=None, is_given=True)

    def with_conserved(self, path: str | Path, transcripts: pd.DataFrame) -> ReadyModel:
        """Return the same with conserved sites (`context.read_conserved_sites`).

        Raises InputError as that, and for a table that shares no transcript with
        `transcripts`, as of another species.
        """
        sites = read_conserved_sites(path, setting="--conserved-sites")
        sites.attrs["path"] = str(path)  # for messages
        SiteContext(conserved=sites).check_shared(transcripts)
        return replace(self, context=replace(self.context, conserved=sites))


def load_ready_model(folder: str | Path | None = None) -> ReadyModel:
    """Load a ready model, by default the one that comes with mirsignal.

    Raises InputError for a folder without a card, and for a file that is missing or does
    not match the card.
    """
    folder = Path(folder) if folder else HUMAN
    card = read_card(folder)
    for name, digest in card["files"].items():
        if not (folder / name).exists():
            raise InputError(f"{folder / name}: missing; the card of the model names it")
        if digest_of(folder / name) != digest:
            raise InputError(
                f"{folder / name}: not the file that the card of the model describes; "
                "install mirsignal anew, or run `make models`"
            )
    fitted = FittedOccupancy(
        load_occupancy(folder / SITES),
        read_tsv(folder / INTERVALS),
        pd.DataFrame({"mirna": [], "sequence": []}, dtype="str"),  # all are new to it
        read_responses(folder / RESPONSES) if RESPONSES in card["files"] else None,
        _load_scan(folder, card) if "scan" in card else None,
    )
    context = SiteContext(
        read_polya_usage(folder / USAGE) if USAGE in card["files"] else None,
        read_stability(folder / STABILITY) if STABILITY in card["files"] else None,
    )
    coefficients = read_coefficients(resource(COEFFICIENTS))
    return ReadyModel(
        card,
        fitted,
        coefficients,
        read_seeds(folder / SEEDS),
        context,
        folder / POLYA_SITES if POLYA_SITES in card["files"] else None,
        (folder / NETWORK, card["encoding"]) if NETWORK in card["files"] else None,
    )


def _load_scan(folder: Path, card: dict[str, Any]) -> FittedScan:
    about = scan_settings(card)
    model, intervals, responses = (folder / name for name in SCAN)
    return FittedScan.read(model, responses, intervals, about)


def every_seed() -> list[str]:
    """Return the 16,384 words of miRNA nt 2-8, in alphabetical order."""
    return ["".join(letters) for letters in itertools.product("ACGU", repeat=7)]


def read_seeds(path: str | Path) -> pd.DataFrame:
    """Return the table of `contextpp_tables.read_ta_sps`, of all seeds."""
    with np.load(path) as arrays:
        values = {name: arrays[name] / _UNIT for name in ("sps", "sps_short", "ta")}
    return pd.DataFrame(values, index=pd.Index(every_seed(), name="seed"))


def write_seeds(path: str | Path, seeds: pd.DataFrame) -> None:
    """Write the table of `read_ta_sps` in thousandths; InputError if it lacks a seed."""
    table = seeds.reindex(every_seed())
    if table.isna().any(axis=None):
        missing = table.index[table.isna().any(axis=1)][0]
        raise InputError(f"the table of TA and SPS lacks seed {missing}; give all 16,384")
    names = ("sps", "sps_short", "ta")
    whole = {name: (table[name] * _UNIT).round().astype(np.int16) for name in names}
    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(handle, **whole)
