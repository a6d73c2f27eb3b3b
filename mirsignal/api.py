"""The public interface: thin functions over the rooms, for scripts and notebooks.

Sequences are RNA or DNA of either case, 5' to 3'. In arguments and columns `mirna` is the
name of a miRNA, `mirna_sequence` its nucleotides, `sequence` those of a transcript.
Coordinates are 0-based and half open. Array axes are those of `mirsignal.axes`: N
examples, M = 20 nucleotides of the miRNA, W = 50 of a target window, L of a transcript.

Every function raises `mirsignal.errors.InputError`, a ValueError of one line, for a
letter that is no nucleotide, a miRNA outside 15 to 30 nt and a file that is not what it
should be. TensorFlow and ViennaRNA are imported by the functions that need them. Unlike
a job of the workflow, nothing here reserves a GPU: set CUDA_VISIBLE_DEVICES where GPUs
are shared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.resources import COEFFICIENTS, resource
from mirsignal.logs import log
from mirsignal.sequences.codes import check_target, encode, normalise
from mirsignal.sequences.mirnas import check_mirna

if TYPE_CHECKING:
    from keras import Model

    from mirsignal.ready.models import ReadyModel
    from mirsignal.repression.prediction import FittedOccupancy, Prediction
    from mirsignal.sites.accessibility import Folding
    from mirsignal.sites.context import SiteContext


def read_sequences(path: str | Path) -> dict[str, str]:
    """Return RNA sequences by id from a FASTA (plain, gzip or zip).

    The id is the first word of the header, of GENCODE's headers the transcript. Raises
    InputError for a repeated id, an empty record and a letter that is no nucleotide.
    """
    from mirsignal.sequences.fasta import read_fasta

    return dict(read_fasta(path))


def read_mirnas(path: str | Path, species: str | None = None) -> pd.DataFrame:
    """Return mature miRNAs from a table (mirna, sequence) or a FASTA such as miRBase's.

    Of several species that whose names start with `species` (hsa) is kept. Columns: mirna
    (name), sequence (RNA), seed (nt 2-8), aliases (other names of the same sequence) and
    the passenger strand: passenger, passenger_source, passenger_share (0 to below 1). A
    passenger that the file does not give is assumed to be that of an siRNA.
    """
    from mirsignal.sequences import mirnas

    return mirnas.read_mirnas(path, species=species)


def load_binding_model(path: str | Path | None = None) -> Model:
    """Return a binding network (results/STUDY/binding/RECIPES/model.keras), by default
    the one that comes along.

    It maps pairing matrices (N, W, M, C) to P(binding) (N, 1). Of a file with several
    (members.keras) it is the first, the best on validation pairs. Raises InputError for a
    file that is no such network, and where TensorFlow is not installed.
    """
    from mirsignal.ready.cards import HUMAN, NETWORK
    from mirsignal.ready.prediction import import_backend

    path = path or HUMAN / NETWORK
    try:
        model = import_backend().keras.models.load_model(path, compile=False)
    except ValueError as error:
        line = str(error).splitlines()[0]
        raise InputError(f"{path}: not a Keras model ({line})") from None
    from mirsignal.binding.models.averaging import split_networks

    model = split_networks(model)[0]
    _encoding(model, path)
    return model


def score_pairs(
    model: Model, mirna_sequences: str | Sequence[str], targets: Sequence[str]
) -> NDArray[np.float32]:
    """Return P(binding) (N,) of miRNAs with target sites (N) of up to 50 nt.

    One miRNA stands for all targets. A shorter target is padded with N at its 3' end.
    The architecture is that of miRBind (Klimentova 2022, Cells 11:3721), or a smaller
    one. Raises InputError where the numbers of miRNAs and targets differ.
    """
    from mirsignal.binding.batches import predict_pairs

    if isinstance(mirna_sequences, str):
        mirna_sequences = [mirna_sequences] * len(targets)
    if len(mirna_sequences) != len(targets):
        raise InputError(
            f"{len(mirna_sequences)} miRNAs for {len(targets)} targets; give one each"
        )
    pairs = _pairs(mirna_sequences, targets)
    return predict_pairs(model, pairs, _encoding(model))


def scan_transcript(
    model: Model,
    mirna_sequence: str,
    sequence: str,
    threshold: float = 0.5,
    mode: Literal["attribution", "prediction"] = "attribution",
    steps: int = 4,
) -> pd.DataFrame:
    """Return the signal of a miRNA along a transcript, a row per nucleotide (L).

    `prediction` is P(binding) of the 50 nt centred there. `score` is the mean over the
    windows above `threshold` that cover the nucleotide of P x attribution of the logit
    (integrated gradients in `steps` steps, Sundararajan 2017, arXiv:1703.01365), at the
    best region of the miRNA: `seed` (nt 2-8), `centre` (9-12), `three_prime` (13-20). In
    mode `prediction` the score is P where it is above the threshold. The workflow
    calibrates a threshold for each miRNA (results/STUDY/scan/RECIPES/thresholds.json).
    Raises InputError for mode `attribution` with a network that is not convolutional.
    """
    from mirsignal.scan.scores import make_scorer

    mirna_sequence, codes = check_mirna(mirna_sequence), encode(sequence.strip())
    scorer = make_scorer(model, _encoding(model), mode, steps)
    (track,), _ = scorer.score([codes], mirna_sequence, threshold)
    return pd.DataFrame(track, columns=list(scorer.channels))


def find_peaks(
    signal: pd.DataFrame, smoothing: int = 7, min_prominence: float = 0.25
) -> pd.DataFrame:
    """Return the peaks of what `scan_transcript` returns, best first.

    The score is averaged over `smoothing` nt; a peak falls by `min_prominence` of its
    height between it and any higher one. Columns: start, end (at half height), summit,
    height (smoothed score), prediction (highest P within 25 nt), close (another summit
    lies less than 50 nt away).
    """
    from mirsignal.scan.peaks import call_peaks

    score, prediction = signal["score"].to_numpy(), signal["prediction"].to_numpy()
    return call_peaks(score, prediction, smoothing, min_prominence)


class Explanation(NamedTuple):
    """SHAP values of a pair: `base` + sum of `values` is `logit`, but for `residual`."""

    values: NDArray[np.float64]
    """(W, M): what each pairing of target and miRNA nucleotide adds to the logit."""
    logit: float
    base: float
    """Mean logit of the background."""
    residual: float


def explain_pair(
    model: Model,
    mirna_sequence: str,
    target: str,
    background: pd.DataFrame,
    explainer: Literal["deep", "gradient"] = "deep",
    seed: int = 0,
) -> Explanation:
    """Return the SHAP values of a miRNA with a target site of up to 50 nt.

    Lundberg 2017, arXiv:1705.07874. `background` are pairs to compare with, the more the
    slower; 20 to 100 training pairs do (columns mirna_sequence and target, as in
    results/STUDY/samples/RECIPE/pairs.parquet). shap patches TensorFlow's gradients: do
    not train a network in the same process.
    """
    from mirsignal.interpretation.explanation import PairExplainer, pairs_to_matrices

    encoding = _encoding(model)
    compared = pairs_to_matrices(background, encoding)
    pair = pairs_to_matrices(_pairs([mirna_sequence], [target]), encoding)
    fitted = PairExplainer(model, compared, explainer, seed)
    values, residual = fitted.explain(pair)
    logit = float(fitted.logits(pair)[0])
    return Explanation(values[0], logit, fitted.base, float(residual[0]))


def find_seed_sites(mirna_sequence: str, sequence: str) -> pd.DataFrame:
    """Return the canonical sites of a miRNA: start, end, site_type, in their order.

    Types are 8mer, 7mer-m8, 7mer-A1 and 6mer (Bartel 2009, Cell 136:215, Figure 1);
    coordinates are those of the 6 to 8 paired nucleotides.
    """
    from mirsignal.sites.seed_sites import match_sites

    found = match_sites(check_mirna(mirna_sequence), normalise(sequence))
    return pd.DataFrame(found, columns=["start", "end", "site_type"])


def score_contextpp(
    mirna_sequence: str,
    sequence: str,
    orf: str = "",
    ta_sps: pd.DataFrame | None = None,
    accessibility: bool = True,
) -> pd.DataFrame:
    """Return the sites of a miRNA in a 3' UTR with their context++ score, a row each.

    Agarwal 2015, eLife 4:e05005, without conservation (PCT). `contextpp` is a log2 fold
    change, lower is stronger; that of the 3' UTR is its sum. `orf` is the reading frame,
    `ta_sps` the table of `mirsignal.sites.contextpp_tables.read_ta_sps`; what is not
    given is taken at a typical value. With `accessibility` the RNA around each site is
    folded (RNAplfold). Sites within the first 15 nt do not count. Other columns are the
    features of the model: see `mirsignal.sites.contextpp_features`.
    """
    from mirsignal.sites.accessibility import fold_sites
    from mirsignal.sites.contextpp import read_coefficients, score_folded, tabulate_sites

    mirnas = pd.DataFrame({"mirna": [""], "sequence": [check_mirna(mirna_sequence)]})
    sequences = {"": normalise(sequence)}
    orfs = pd.Series({"": normalise(orf)})
    sites = tabulate_sites(mirnas, sequences, orfs, ta_sps)
    folded = fold_sites(sites, sequences) if accessibility else None
    scored = score_folded(sites, folded, read_coefficients(resource(COEFFICIENTS)))
    return scored.drop(columns=["mirna", "transcript"])


def load_occupancy_model(study: str | Path, recipe: str = "sites") -> FittedOccupancy:
    """Return the occupancy model of a finished study, from its folder results/STUDY.

    It is read from occupancy/RECIPE/model.npz and intervals.tsv, and
    inputs/mirnas.parquet. Raises InputError for a file that is missing or broken.
    """
    from mirsignal.repression.prediction import FittedOccupancy

    folder, mirnas = (
        Path(study, "occupancy", recipe),
        Path(study, "inputs/mirnas.parquet"),
    )
    model, intervals = folder / "model.npz", folder / "intervals.tsv"
    for path in (model, intervals, mirnas):
        if not path.exists():
            raise InputError(f"{path}: no such file; run the study's main job first")
    return FittedOccupancy.read(model, intervals, mirnas)


def predict_repression(
    model: FittedOccupancy,
    mirnas: pd.DataFrame,
    sequences: Mapping[str, str],
    genes: Mapping[str, str] | None = None,
    orfs: Mapping[str, str] | None = None,
    ta_sps: pd.DataFrame | None = None,
    accessibility: bool = True,
    noise_sd: float | None = None,
    context: SiteContext | None = None,
) -> Prediction:
    """Return how `mirnas` (of `read_mirnas`) repress the mRNAs of 3' UTRs `sequences`.

    `genes` and `orfs` are genes and reading frames by id of the 3' UTR; by default each
    3' UTR is a gene of its own, without a known frame. Of the result, `genes` has a row
    per miRNA and gene: predicted_log2fc (relative to an mRNA without sites; lower is
    stronger), low and high (95% prediction interval for measurements with standard
    deviation `noise_sd`, by default the study's), and counts of sites; `sites` has a row
    per site and its effect (log2). Columns are explained in
    `docs/tables.md`. The model combines context++ with competition of
    sites, as in the biochemical model of McGeary 2019, Science 366:eaav1741. `context`
    (`mirsignal.sites.context.SiteContext`) is what is known of the surroundings of sites,
    for a model that has learned from them; what it lacks counts as the mean. Raises
    InputError for a model that has learned from tracks.
    """
    from mirsignal.repression.prediction import predict_from_sequences
    from mirsignal.sequences.strands import load_strands
    from mirsignal.sites.context import CONTEXT_FEATURES
    from mirsignal.sites.contextpp import read_coefficients

    if "passenger_source" not in mirnas:
        raise InputError("miRNAs without passenger_source; read them with read_mirnas")
    told = set(model.models[0].features) & CONTEXT_FEATURES.keys()
    if told and context is None:
        log.warning(
            "the model has learned from %s, of which nothing is known without `context`",
            ", ".join(sorted(told)),
        )
    transcripts, utrs, frames = _transcripts(sequences, genes, orfs)
    return predict_from_sequences(
        model,
        load_strands(mirnas, "mirnas"),
        transcripts,
        utrs,
        frames,
        read_coefficients(resource(COEFFICIENTS)),
        ta_sps,
        accessibility=accessibility,
        noise_sd=noise_sd,
        context=context,
    )


def predict_targets(
    mirnas: str | Sequence[str],
    sequences: Mapping[str, str] | pd.Series | pd.DataFrame,
    genes: Mapping[str, str] | None = None,
    orfs: Mapping[str, str] | None = None,
    accessibility: bool | Folding = True,
    noise_sd: float | None = None,
    model: ReadyModel | None = None,
    binding: bool = False,
    scan: bool = False,
) -> Prediction:
    """Return how miRNAs repress the mRNAs of 3' UTRs `sequences`, without any training.

    `mirnas` are names (hsa-miR-21-5p, miR-21), accessions or sequences; the guide alone
    is taken to be loaded. `sequences` may also be a table of transcript and sequence,
    with the columns gene and orf where they are known. The other arguments and the result
    are those of `predict_repression`; `accessibility` may be what `mirsignal.sites.
    accessibility.fold_transcripts` returns. `model` is a ready model
    (`mirsignal.ready.models.load_ready_model`), by default the one that comes along. With
    `binding` sites have the logit of its binding network; with `scan` the network scans
    the 3' UTRs, and the prediction is the mixture of seed sites and of what it finds.
    """
    from mirsignal.ready.mirnas import choose_mirnas
    from mirsignal.ready.models import load_ready_model
    from mirsignal.ready.prediction import predict_batches
    from mirsignal.ready.transcriptome import Transcriptome
    from mirsignal.repression.prediction import Prediction

    transcriptome = Transcriptome(*_transcripts(sequences, genes, orfs))
    asked = [mirnas] if isinstance(mirnas, str) else mirnas
    model, chosen = model or load_ready_model(), choose_mirnas(asked)
    parts = predict_batches(
        model, chosen, transcriptome, accessibility, noise_sd, binding, scan
    )
    tables = zip(*parts, strict=True)
    return Prediction(*(pd.concat(table, ignore_index=True) for table in tables))


def _transcripts(
    sequences: Mapping[str, str] | pd.Series | pd.DataFrame,
    genes: Mapping[str, str] | None,
    orfs: Mapping[str, str] | None,
) -> tuple[pd.DataFrame, dict[str, str], pd.Series]:
    """Return transcripts, their 3' UTRs and reading frames, as predictions take them."""
    from mirsignal.sequences.transcripts import describe_transcripts

    if isinstance(sequences, pd.DataFrame):
        if missing := {"transcript", "sequence"} - set(sequences):
            raise InputError(
                f"sequences: column {min(missing)!r} is missing (it has: "
                f"{', '.join(map(str, sequences))}); rename it"
            )
        table = sequences.set_index("transcript")
        if genes is None and "gene" in table:
            genes = table["gene"].to_dict()
        if orfs is None and "orf" in table:
            orfs = table["orf"].fillna("").to_dict()
        sequences = table["sequence"]
    if not isinstance(sequences, Mapping | pd.Series) or not len(sequences):
        raise InputError(
            "sequences: give 3' UTRs by transcript, or a table of transcript and sequence"
        )
    ids = pd.Series(list(sequences.keys()), dtype=object)
    if len(wrong := ids[~ids.map(lambda name: isinstance(name, str))]):
        raise InputError(f"sequences: id {wrong.iloc[0]!r} is no text; give ids as text")
    if len(twice := ids[ids.duplicated()]):
        raise InputError(f"sequences: {twice.iloc[0]!r} occurs twice; leave one out")
    utrs = _as_rna(sequences, "sequences")
    known = {} if orfs is None else dict(orfs)
    frames = _as_rna({name: known.get(name, "") for name in utrs}, "orfs")
    named = {} if genes is None else dict(genes)
    table = describe_transcripts(list(utrs.items()), named, "sequences")
    return table, utrs, pd.Series(frames)


def _as_rna(texts: Mapping[str, str] | pd.Series, what: str) -> dict[str, str]:
    """Return sequences as upper-case RNA; InputError names the one that is faulty."""
    found = {}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise InputError(f"{what}: {name!r} has no sequence; leave it out")
        try:
            found[str(name)] = normalise(text)
        except InputError as error:
            raise InputError(f"{what}: {name}: {error}") from None
    return found


def _pairs(mirna_sequences: Sequence[str], targets: Sequence[str]) -> pd.DataFrame:
    """Return a table of pairs as upper-case RNA."""
    pairs = {"mirna_sequence": [check_mirna(text) for text in mirna_sequences]}
    return pd.DataFrame(pairs | {"target": [check_target(text) for text in targets]})


def _encoding(model: Model, name: str | Path = "model") -> str:
    """Return the encoding of a network's pairing matrices, told by their channels."""
    from mirsignal.axes import MIRNA_LENGTH, WINDOW
    from mirsignal.binding.pairing import ENCODINGS

    shape = model.input_shape
    for encoding, table in ENCODINGS.items():
        if shape == (None, WINDOW, MIRNA_LENGTH, table.shape[-1]):
            return encoding
    raise InputError(f"{name}: not a binding network (its input has shape {shape})")
