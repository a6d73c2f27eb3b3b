"""Predict how new miRNAs repress new transcripts, with a fitted occupancy model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.repression.intervals import KNOWN, NEW, NO_SITE, SITES, interval
from mirsignal.repression.occupancy import OccupancyModel, load_occupancy
from mirsignal.repression.responses import read_responses
from mirsignal.sequences.wiggles import TRACK
from mirsignal.sites.accessibility import Folding
from mirsignal.sites.context import SiteContext, name_by_gene
from mirsignal.sites.regions import find_regions
from mirsignal.sites.seed_sites import CLEARED, SITE_TYPES, match_fully

SHORTEST = CLEARED + 6
"""Nucleotides that a 3' UTR needs to hold a site at all."""
NOT_SCANNED, FULL_MATCH = "not scanned", "full match"
LISTED = 5
"""Sites that the table of genes names, strongest first."""
SCANNED = "scanned"
"""Type of a site that the binding network finds by itself."""
WEAKEST = 0.005
"""Effect (log2) below which such a site is not listed."""
_SITE_ORDER = ["mirna", "gene", "effect", "transcript", "start"]


@dataclass(frozen=True)
class FittedScan:
    """The other part of a mixture: sites that a binding network finds by itself."""

    models: Sequence[OccupancyModel]
    responses: pd.Series | None
    intervals: pd.DataFrame
    """Prediction intervals of the mixture."""
    share: float
    """Weight of these effects in the mixture; that of seed sites is the rest."""
    reference: float
    """Mean effect (log2) on mRNAs without seed sites, from which these effects count."""
    n_sites: int
    """Sites of each miRNA and 3' UTR."""

    @classmethod
    def read(
        cls,
        model: str | Path,
        responses: str | Path,
        intervals: str | Path,
        about: Mapping[str, Any],
    ) -> FittedScan:
        """Read model.npz, responses.tsv and intervals.tsv; `about` has the other fields,
        and may have more."""
        fields = {name: about[name] for name in ("share", "reference", "n_sites")}
        return cls(
            load_occupancy(model),
            read_responses(responses),
            pd.read_csv(intervals, sep="\t", comment="#"),
            **fields,
        )


@dataclass(frozen=True)
class FittedOccupancy:
    """What a study's occupancy model needs to predict from sequences."""

    models: Sequence[OccupancyModel]
    intervals: pd.DataFrame
    """Prediction intervals, the table of `intervals.calibrate_study`."""
    mirnas: pd.DataFrame
    """mirna (name) and sequence of the study, by which the model knows a miRNA."""
    responses: pd.Series | None = None
    """How strongly genes respond (`responses`), by gene; 1 where it is not known."""
    scan: FittedScan | None = None

    @classmethod
    def read(
        cls,
        model: str | Path,
        intervals: str | Path,
        mirnas: str | Path,
        responses: str | Path | None = None,
    ) -> FittedOccupancy:
        """Read model.npz, intervals.tsv, mirnas.parquet and, of several data sets,
        responses.tsv; InputError as they raise."""
        return cls(
            load_occupancy(model),
            pd.read_csv(intervals, sep="\t", comment="#"),
            pd.read_parquet(mirnas),
            read_responses(responses) if responses else None,
        )

    def named(self, transcripts: pd.DataFrame) -> FittedOccupancy:
        """Return the same for genes by id, where `transcripts` has gene and gene_name."""
        named: dict[str, Any] = {}
        if self.responses is not None:
            named["responses"] = name_by_gene(self.responses, transcripts)
        if self.scan is not None and self.scan.responses is not None:
            own = name_by_gene(self.scan.responses, transcripts)
            named["scan"] = replace(self.scan, responses=own)
        return replace(self, **named)


class SiteScorer(Protocol):
    """What `site_logits.SiteNetwork` does; a model of sites alone needs no Keras."""

    def score(
        self, sites: pd.DataFrame, mirnas: pd.DataFrame, sequences: Mapping[str, str]
    ) -> pd.DataFrame: ...


class Prediction(NamedTuple):
    """Predicted genes, and the sites that make the prediction."""

    genes: pd.DataFrame
    sites: pd.DataFrame


def predict_from_sequences(
    fitted: FittedOccupancy,
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sequences: Mapping[str, str],
    orfs: pd.Series,
    coefficients: pd.DataFrame,
    ta_sps: pd.DataFrame | None = None,
    accessibility: bool | Folding = True,
    noise_sd: float | None = None,
    context: SiteContext | None = None,
    network: SiteScorer | None = None,
    scan: Callable[..., pd.DataFrame] | None = None,
) -> Prediction:
    """Find and score the sites of `mirnas` in `sequences`, and predict their genes.

    `mirnas` has mirna, sequence, passenger and passenger_share (`strands.load_strands`);
    `transcripts` transcript, gene, length and n_unknown (`describe_transcripts`);
    `sequences` holds the 3' UTRs and `orfs` the reading frames ("" where unknown) by
    transcript; `coefficients` are those of context++, `ta_sps` what `read_ta_sps`
    returns. Without `accessibility` no RNA is folded; it may be what was folded before.
    `context` is what else is known of the surroundings of sites, and `network` the one
    whose logits they have, for a model that was learned from them. `scan` finds the sites
    of a mixture's other part (`scanned_sites.scan_sites`, called with `mirnas`,
    `transcripts` and `sequences`). Returns the tables of `predict_genes`. Raises
    InputError for a model that has learned from tracks, and where the table of conserved
    sites of `context` lacks a column that the model has learned from.
    """
    context = context or SiteContext()
    features = fitted.models[0].features
    if tracks := [name for name in features if name.startswith(TRACK)]:
        raise InputError(
            f"the occupancy model has learned from {', '.join(tracks)}, which is not "
            "known of other transcripts; fit one without"
        )
    context.require(features)
    context = context.fitting(sequences)
    sites = find_regions(
        mirnas, transcripts, sequences, orfs, coefficients, ta_sps, accessibility, context
    )
    sites = context.add_to(sites, mirnas)
    if network is not None:
        sites = sites.join(network.score(sites, mirnas, sequences))
    scanned = None
    if scan is not None:
        scanned = context.add_to(scan(mirnas, transcripts, sequences), mirnas)
    cleaved = _find_cleaved(mirnas, transcripts, sequences, orfs)
    return predict_genes(fitted, mirnas, transcripts, sites, noise_sd, cleaved, scanned)


def _find_cleaved(
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sequences: Mapping[str, str],
    orfs: pd.Series,
) -> pd.MultiIndex:
    """Return (mirna, gene) of full matches of guides in 3' UTRs and reading frames."""
    genes = transcripts.set_index("transcript")["gene"]
    frames = orfs[(orfs != "") & orfs.index.isin(genes.index)]
    regions = {"3' UTR": sequences, "reading frame": frames.to_dict()}
    found = {
        (mirna, genes[name]): region
        for region, texts in regions.items()
        for mirna, sequence in zip(mirnas["mirna"], mirnas["sequence"], strict=True)
        for name in match_fully(sequence, texts)
    }
    for (mirna, gene), region in found.items():
        log.warning(
            "%s pairs fully with the %s of %s: cleaved, no score", mirna, region, gene
        )
    return pd.MultiIndex.from_tuples(list(found), names=["mirna", "gene"])


def name_as_known(mirnas: pd.DataFrame, fitted: FittedOccupancy) -> pd.Series:
    """Return the name under which the model knows each miRNA, by its sequence.

    `mirnas` have mirna and sequence. A miRNA that was not trained on gets a name that no
    model has, even if it is called like one that was.
    """
    known = fitted.mirnas
    trained = known[known["mirna"].isin(fitted.models[0].mirnas)]
    names = trained.set_index("sequence")["mirna"]
    ours = mirnas["sequence"].map(names)
    return ours.fillna("new " + mirnas["mirna"]).set_axis(mirnas["mirna"])


def predict_genes(
    fitted: FittedOccupancy,
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sites: pd.DataFrame,
    noise_sd: float | None = None,
    cleaved: pd.MultiIndex | None = None,
    scanned: pd.DataFrame | None = None,
) -> Prediction:
    """Return a row per miRNA and gene, and the `sites` with what each of them does.

    `mirnas` has mirna and sequence; `transcripts` transcript, gene, length and n_unknown;
    `sites` is the table of `regions.tabulate_regions`. Predicted is the log2 fold
    change relative to an mRNA without sites: 0 where there is none, lower where
    repression is stronger, NaN for a gene whose 3' UTRs are all too short or unknown to
    hold a site, and for `cleaved` pairs (mirna, gene). `low` and `high` are the ends of
    its 95% prediction interval in an experiment whose mRNAs without sites have standard
    deviation `noise_sd` (None: as the study's). `rank` counts from the strongest
    repression of a miRNA on; `percentile` is the share of genes that are repressed no
    more than this one.

    With `scanned`, the sites that the network finds (`scanned_sites.scan_sites`), what is
    predicted is the mixture of `fitted.scan`: relative to the average mRNA without seed
    sites. Those of them that do WEAKEST or more are listed among the sites.
    """
    models, genes = fitted.models, transcripts["gene"].drop_duplicates()
    names = name_as_known(mirnas, fitted)
    keys = [list(mirnas["mirna"]), genes]
    pairs = pd.MultiIndex.from_product(keys, names=["mirna", "gene"])
    table = pairs.to_frame(index=False)
    asked = table.assign(mirna=names.loc[table["mirna"]].array)
    effects, described = _effects(models, fitted.responses, asked, names, sites)
    intervals = fitted.intervals
    if scanned is not None and (scan := fitted.scan) is not None:
        found, listed = _effects(scan.models, scan.responses, asked, names, scanned)
        effects = (1 - scan.share) * effects + scan.share * (found - scan.reference)
        described["effect"] *= 1 - scan.share
        listed["effect"] *= scan.share
        listed = listed[listed["effect"].abs() >= WEAKEST]
        listed = listed.assign(site_type=SCANNED, contextpp=np.nan)
        described = pd.concat([described, listed], ignore_index=True)
        intervals = scan.intervals
    status = _status(table, transcripts, sites, cleaved)
    predicted = np.where(np.isin(status, (NOT_SCANNED, FULL_MATCH)), np.nan, effects)
    table = table.assign(predicted_log2fc=predicted, status=status, low=np.nan)
    table["high"] = np.nan
    is_known = asked["mirna"].isin(models[0].mirnas).to_numpy()
    for predicts, chosen in ((KNOWN, is_known), (NEW, ~is_known)):
        if not chosen.any():
            continue
        own = intervals[intervals["predicts"] == predicts]
        ends = interval(own, table[chosen], noise_sd)
        table.loc[chosen, ["low", "high"]] = np.column_stack(ends)
    if cleaved is not None:
        of_pair = pd.MultiIndex.from_frame(described[["mirna", "gene"]])
        described.loc[of_pair.isin(cleaved), "effect"] = np.nan
    n_known = int(names.isin(models[0].mirnas).sum())
    counts = table["status"].value_counts().to_dict()
    log.info("%d miRNAs, %d of them trained on; genes: %s", len(names), n_known, counts)
    described = described.sort_values(_SITE_ORDER, ignore_index=True)
    table = table.join(_summarise(described, pairs))
    return Prediction(_rank(table), described)


def _effects(
    models: Sequence[OccupancyModel],
    responses: pd.Series | None,
    asked: pd.DataFrame,
    names: pd.Series,
    sites: pd.DataFrame,
) -> tuple[NDArray[np.float64], pd.DataFrame]:
    """Return the effects (N,) on `asked` pairs, and the sites with response and effect.

    `asked` has miRNAs by the `names` under which the models know them.
    """
    response = pd.Series(1.0, sites.index)
    if responses is not None:
        response = sites["gene"].map(responses).astype(float).fillna(1.0)
    as_known = sites.assign(
        mirna=names.loc[sites["mirna"]].array, weight=sites["weight"] * response
    )
    effects = np.mean([model.effects(asked, as_known) for model in models], axis=0)
    of_sites = [model.site_effects(asked, as_known) for model in models]
    return effects, sites.assign(response=response, effect=np.mean(of_sites, axis=0))


def join_predictions(
    parts: Sequence[Prediction], mirnas: Sequence[str], genes: Sequence[str]
) -> Prediction:
    """Return predictions of all `genes`, of which each part has some: rows and ranks are
    those that predicting all genes at once gives."""
    table, sites = (
        pd.concat(each, ignore_index=True) for each in zip(*parts, strict=True)
    )
    keys = {"mirna": mirnas, "gene": genes}
    place = [pd.Index(all_).get_indexer(table[name]) for name, all_ in keys.items()]
    table = table.iloc[np.lexsort(place[::-1])].reset_index(drop=True)
    return Prediction(_rank(table), sites.sort_values(_SITE_ORDER, ignore_index=True))


def _rank(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of genes with rank and percentile."""
    by_mirna = table.groupby("mirna", sort=False)["predicted_log2fc"]
    ranks = by_mirna.rank(method="max", ascending=False, pct=True)
    return table.assign(rank=by_mirna.rank(method="min"), percentile=100 * ranks)


def _status(
    table: pd.DataFrame,
    transcripts: pd.DataFrame,
    sites: pd.DataFrame,
    cleaved: pd.MultiIndex | None,
) -> NDArray[np.str_]:
    known = transcripts["length"] - transcripts["n_unknown"] >= SHORTEST
    scanned = table["gene"].isin(transcripts.loc[known, "gene"])
    keys = pd.MultiIndex.from_frame(table[["mirna", "gene"]])
    has_site = keys.isin(pd.MultiIndex.from_frame(sites[["mirna", "gene"]]))
    found = np.where(has_site, SITES, NO_SITE)
    if cleaved is not None:
        found = np.where(keys.isin(cleaved), FULL_MATCH, found)
    return np.where(scanned, found, NOT_SCANNED)


def _summarise(sites: pd.DataFrame, pairs: pd.MultiIndex) -> pd.DataFrame:
    """Return counts of sites and the strongest in words, in the order of `pairs`."""
    keys = [sites["mirna"], sites["gene"]]
    guide = sites["group"] == "guide_utr"
    counts = {
        f"n_{kind}": guide & (sites["site_type"] == kind) for kind in SITE_TYPES
    } | {
        "n_orf": sites["group"] == "guide_orf",
        "n_passenger": sites["group"].str.startswith("passenger"),
    }
    summed = pd.DataFrame(counts).groupby(keys).sum()
    strongest = sites.dropna(subset="effect").groupby(["mirna", "gene"]).head(LISTED)
    words = pd.Series(
        [
            f"{row.transcript}:{row.start}-{row.end} {row.site_type} {row.group} "
            f"{row.effect:.3f}"
            for row in strongest.itertuples()
        ],
        index=strongest.index,
        dtype="str",
    )
    listed = words.groupby([strongest["mirna"], strongest["gene"]]).agg("; ".join)
    joined = summed.reindex(pairs, fill_value=0).astype(int)
    joined["strongest_sites"] = listed.reindex(pairs).fillna("").to_numpy()
    return joined.reset_index(drop=True)
