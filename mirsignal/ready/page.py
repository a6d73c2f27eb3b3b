"""A page of a prediction: one file that opens from disk, without a network or a server.

Its parts lie in page_parts/: a template, a style sheet, a script, and the table
library Tabulator 6.5 (MIT licence, LICENSE.tabulator). Data are gzip of JSON in base64, a
block per miRNA.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from mirsignal import __version__
from mirsignal.axes import WINDOW
from mirsignal.files.atomic import atomic_path
from mirsignal.repression.intervals import NO_SITE, SITES
from mirsignal.repression.prediction import (
    FULL_MATCH,
    NOT_SCANNED,
    SCANNED,
    Prediction,
)
from mirsignal.sequences.annotation import Blocks
from mirsignal.sequences.splicing import lift
from mirsignal.sites.seed_sites import SITE_TYPES

PARTS = Path(__file__).parent / "page_parts"
MOST_MIRNAS = 25
"""miRNAs of a page at most; of more, the first."""
_STATUS = (SITES, NO_SITE, NOT_SCANNED, FULL_MATCH)
_COUNTS = (*(f"n_{kind}" for kind in SITE_TYPES), "n_orf")
_UPSTREAM, _DOWNSTREAM = 15, 4  # nt of the target that are drawn beside a site
FEATURES = {
    "contextpp": "context++ score (log2)",
    "local_au": "A and U within 30 nt (share, weighted)",
    "distance": "distance to the nearer end (log10 nt)",
    "three_prime": "pairing of the 3' part (score)",
    "accessibility": "accessibility (log10 of P unpaired)",
    "air": "share of mRNAs that hold the site",
    "stability": "stability of the mRNA",
    "conserved": "conserved (1: yes)",
    "response": "response of the gene (1: average)",
    "p": "P(binding) by the network",
}
"""Features of a site that are shown beside the average site of its type."""
CAPTION_GENES = (
    "Predicted log2 fold change of each gene's mRNA relative to mRNAs without seed "
    "sites: lower is stronger repression. 95% of measured values lie between the two "
    "ends, which come from left-out miRNAs and experiments and hold the noise of a "
    "measurement: where they reach above 0, a single experiment may show no repression. "
    "Open a gene by name."
)
CAPTION_SITES = (
    "Effect: what the prediction would lack without the site. Start and end are 0-based "
    "and half open, in the region. Bars are as tall as the effect, the line is at that "
    "of the strongest, and squares below are the darker, the better a site is accessible "
    "and the higher P(binding); sites in the reading frame are in the table alone."
)


class TargetPage:
    """Collects predictions, and writes them as a page.

    `sequences` are 3' UTRs and `orfs` reading frames by transcript; `transcripts` has
    transcript and gene, and chrom and strand where `blocks` in the genome are known.
    """

    def __init__(
        self,
        sequences: Mapping[str, str],
        orfs: pd.Series,
        transcripts: pd.DataFrame,
        blocks: Mapping[str, Blocks] | None = None,
        about: str = "",
    ):
        self._sequences, self._orfs = sequences, orfs
        self._places = transcripts.set_index("transcript") if blocks else None
        self._blocks = blocks or {}
        self._about, self._data = about, dict[str, str]()
        by_gene = transcripts.groupby("gene", sort=False)["transcript"]
        self._of_gene = {gene: list(own) for gene, own in by_gene}

    def add(self, prediction: Prediction, mirnas: pd.DataFrame) -> None:
        """Take predictions of some of `mirnas` (mirna, sequence, passenger)."""
        own = mirnas[mirnas["mirna"].isin(prediction.genes["mirna"].unique())]
        for row in own.itertuples():
            if len(self._data) >= MOST_MIRNAS:
                return
            genes, sites = (t[t["mirna"] == row.mirna] for t in prediction)
            strands = [row.sequence, row.passenger if pd.notna(row.passenger) else ""]
            data = self._describe(row.mirna, strands, genes, sites)
            text = json.dumps(data, separators=(",", ":"))
            packed = gzip.compress(text.encode(), 6, mtime=0)
            self._data[row.mirna] = base64.b64encode(packed).decode()

    def _describe(
        self, mirna: str, strands: list[str], genes: pd.DataFrame, sites: pd.DataFrame
    ) -> dict[str, Any]:
        table: dict[str, Any] = {
            "id": list(genes["gene"]),
            "predicted": _numbers(genes["predicted_log2fc"], 4),
            "low": _numbers(genes["low"], 3),
            "high": _numbers(genes["high"], 3),
            "rank": [None if np.isnan(r) else int(r) for r in genes["rank"]],
            "status": [_STATUS.index(status) for status in genes["status"]],
            "counts": [genes[name].tolist() for name in _COUNTS],
        }
        if "gene_name" in genes:
            table["name"] = list(genes["gene_name"])
        number = pd.Index(genes["gene"]).get_indexer(sites["gene"])
        windows, p8, paths = self._windows(sites, strands[0])
        described = sites.assign(
            air=np.exp(sites["log_air"].to_numpy(float)) if "log_air" in sites else np.nan
        )
        if "binding" in sites:
            described["p"] = expit(sites["binding"].to_numpy(float))
        listed: dict[str, Any] = {
            "gene": number.tolist(),
            "transcript": list(sites["transcript"]),
            "group": list(sites["group"]),
            "start": sites["start"].tolist(),
            "end": sites["end"].tolist(),
            "type": list(sites["site_type"]),
            "effect": _numbers(sites["effect"], 4),
            "window": windows,
            "p8": p8,
        }
        if any(paths):
            listed["path"] = paths
        for name in FEATURES:
            if name in described:
                listed[name] = _numbers(described[name], 4)
        if self._places is not None:
            listed["genome"] = self._in_genome(sites)
        return {
            "mirna": mirna,
            "strands": strands,
            "genes": table,
            "sites": listed,
            "typical": _typical(described),
        }

    def _windows(
        self, sites: pd.DataFrame, guide: str
    ) -> tuple[list[str], list[int], list[list[int]]]:
        """Return the target around each site, where in it nt 8 of the miRNA lies
        opposite, and of scanned sites, which have no seed match, the pairs of the most
        stable duplex (`_fold`)."""
        windows, places, paths = list[str](), list[int](), list[list[int]]()
        pairs_nt8 = sites["site_type"].isin(["8mer", "7mer-m8"])
        for row, has_m8 in zip(sites.itertuples(), pairs_nt8, strict=True):
            if row.site_type == SCANNED:
                middle, half = (row.start + row.end) // 2, WINDOW // 2
                whole = self._sequences[row.transcript]
                windows.append(whole[max(middle - half, 0) : middle + half])
                places.append(0)
                paths.append(_fold(guide, windows[-1]))
                continue
            in_utr = row.group.endswith("utr")
            text = (
                self._sequences[row.transcript] if in_utr else self._orfs[row.transcript]
            )
            first = max(row.start - _UPSTREAM, 0)
            windows.append(text[first : row.end + _DOWNSTREAM])
            places.append(int(row.start - (not has_m8) - first))
            paths.append([])
        return windows, places, paths

    def _in_genome(self, sites: pd.DataFrame) -> list[str | None]:
        places: list[str | None] = []
        for row in sites.itertuples():
            blocks = self._blocks.get(row.transcript)
            if blocks is None or self._places is None or not row.group.endswith("utr"):
                places.append(None)
                continue
            at = self._places.loc[row.transcript]
            parts = lift(blocks, at["strand"], row.start, row.end)
            spans = ",".join(f"{start + 1}-{end}" for start, end in parts)
            places.append(f"{at['chrom']}:{spans}")
        return places

    def write(self, path: str | Path) -> None:
        """Write the page, whole or not at all."""
        about = {
            "mirnas": list(self._data),
            "lengths": {name: len(text) for name, text in self._sequences.items()},
            "of_gene": self._of_gene,
            "features": [{"key": k, "label": v} for k, v in FEATURES.items()],
            "caption_genes": CAPTION_GENES,
            "caption_sites": CAPTION_SITES,
            "text": f"mirsignal {__version__}. {self._about}".strip(),
        }
        scripts = [_script("about-data", "application/json", _safe(json.dumps(about)))]
        scripts += [
            _script(f"mirna-{number}", "text/plain", text)
            for number, text in enumerate(self._data.values())
        ]
        template = (PARTS / "page.html").read_text()
        parts = {"<!--{data}-->": "\n".join(scripts)}
        for name in re.findall(r"/\*\{(.+?)\}\*/", template):
            parts[f"/*{{{name}}}*/"] = (PARTS / name).read_text()
        for mark, text in parts.items():
            template = template.replace(mark, text)
        with atomic_path(path) as temporary:
            temporary.write_text(template)


def _script(name: str, kind: str, text: str) -> str:
    return f'<script id="{name}" type="{kind}">{text}</script>'


def _safe(text: str) -> str:
    """Return JSON that cannot end the element it stands in."""
    return text.replace("<", "\\u003c")


def _numbers(values: pd.Series, digits: int) -> list[float | None]:
    rounded = np.round(values.to_numpy(float), digits) + 0.0
    return [None if np.isnan(value) else value for value in rounded.tolist()]


def _fold(mirna: str, window: str) -> list[int]:
    """Return the pairs of the most stable duplex (ViennaRNA), from the miRNA's 5' end on:
    place in the miRNA, place in the window, and so on (0-based)."""
    import RNA

    found = RNA.duplexfold(mirna, window)
    own, other = found.structure.split("&")
    first = found.i - len(own)
    of_mirna = [first + at for at, mark in enumerate(own) if mark == "("]
    of_window = [found.j - 1 + at for at, mark in enumerate(other) if mark == ")"]
    pairs = zip(of_mirna, reversed(of_window), strict=True)
    return [place for pair in pairs for place in pair]


def _typical(sites: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Return mean and sd of each feature over the sites of each type."""
    names = [name for name in FEATURES if name in sites]
    found: dict[str, dict[str, dict[str, float]]] = {}
    for kind in (*SITE_TYPES, SCANNED):
        own = sites.loc[sites["site_type"] == kind, names].astype(float)
        mean, sd = own.mean().fillna(0.0), own.std().fillna(0.0)
        found[kind] = {n: {"mean": mean[n].round(4), "sd": sd[n].round(4)} for n in names}
    return found
