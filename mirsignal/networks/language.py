"""A language model of transcripts by next nucleotide: HyenaDNA (Nguyen 2023, NeurIPS 36).

Long convolutions, whose filters are functions of the distance, in place of attention, so
that memory grows linearly with the length. The network is that of package keras-bio; its
published weights (LongSafari/hyenadna-*-hf, model.safetensors) are taken where a user has
them, else it is trained on the study's own transcripts. Longer sequences than its length
are read in stretches that overlap by half, of which the second half counts.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.networks.backend import keras
from mirsignal.networks.checkpoints import Checkpoint
from mirsignal.networks.history import BestEpoch
from mirsignal.networks.markov import FIRST, ORDERS, fit_markov, score_markov
from mirsignal.sequences.codes import UNKNOWN
from mirsignal.statistics.resampling import GeneResamples, interval_of

TOKENS = np.array([7, 8, 9, 10, 11], np.int32)
"""Tokens of A, C, G, U (their T) and N in the published vocabulary."""
PADDING = 4
N_COMPONENTS = 8
"""Principal components of hidden states that are kept as a channel."""
_FILTER = 64  # units of the network that makes filters, as published
_SAMPLED = 20_000  # nucleotides of which components are made
_RESAMPLES = 1000


@dataclass(frozen=True)
class LanguageTraining:
    """A recipe of `language`: what each value means stands in docs/configuration.md."""

    d_model: int
    n_layers: int
    length: int
    batch_size: int
    steps: int
    epochs: int
    patience: int
    learning_rate: float


def make_language(d_model: int, n_layers: int, longest: int) -> keras.Model:
    """Return an untrained network: tokens (B, L) -> logits (B, L, V) of the next ones.

    `longest` is how many tokens its filters know.
    """
    from keras_bio.dna.hyena.config import HyenaDNAConfig
    from keras_bio.dna.hyena.modeling import HyenaDNAForCausalLM

    config = HyenaDNAConfig(
        d_model=d_model,
        n_layer=n_layers,
        d_inner=4 * d_model,
        max_seq_len=longest,
        filter_order=_FILTER,
        embed_dropout=0.0,
    )
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    network = HyenaDNAForCausalLM(config=config, name="hyena")
    return keras.Model(tokens, network(tokens)["logits"], name="language")


def load_language(path: str | Path) -> keras.Model:
    """Return a network that was saved."""
    import keras_bio.dna.hyena.modeling  # noqa: F401  (loading finds layers by name)

    return keras.models.load_model(path)


def load_published(path: str | Path, length: int) -> keras.Model:
    """Return the network of published weights in the layout of Hugging Face.

    Its sizes are told by theirs; it is to read stretches of `length`. Where the weights
    of the last layer are those of the embedding, a file may lack them. Raises InputError
    for a file of another kind, for weights that lack some, have other shapes or are not
    finite, and for a length that their filters do not know.
    """
    from keras_bio.dna.hyena.convert import convert_hyenadna_weights_from_hf
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if Path(path).suffix != ".safetensors":
        raise InputError(
            f"{path}: not a .safetensors file; fetch model.safetensors of a repository "
            "LongSafari/hyenadna-*-hf, or convert the checkpoint to it"
        )
    try:
        weights = load_file(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path}: a folder; give the file in it") from None
    except (SafetensorError, OSError, ValueError) as error:
        words = str(error).splitlines()[0]
        raise InputError(f"{path}: not a safetensors file, or broken ({words})") from None
    embedding = "hyena.backbone.embeddings.word_embeddings.weight"
    if "lm_head.weight" not in weights and embedding in weights:
        weights["lm_head.weight"] = weights[embedding]
    bare = {name.removeprefix("hyena."): value for name, value in weights.items()}
    try:
        d_model = bare["backbone.embeddings.word_embeddings.weight"].shape[1]
        places = bare["backbone.layers.0.mixer.filter_fn.pos_emb.z"].shape[1]
    except KeyError as error:
        raise InputError(f"{path}: no weights of HyenaDNA: {error} is missing") from None
    except IndexError:
        raise InputError(f"{path}: weights of other shapes than HyenaDNA's") from None
    if length + 2 > places:
        raise InputError(
            f"{path}: weights for {places - 2:,} nt; set `language: length` to that or "
            f"fewer ({length:,} now), or take those of a longer model"
        )
    broken = [name for name, value in weights.items() if not np.isfinite(value).all()]
    if broken:
        raise InputError(f"{path}: weights of {broken[0]} are not finite; fetch it again")
    of_layers = (n.split(".")[2] for n in bare if n.startswith("backbone.layers."))
    model = make_language(d_model, len(set(of_layers)), places)
    for weight in model.weights:
        weight.assign(np.full(weight.shape, np.nan))
    try:
        convert_hyenadna_weights_from_hf(weights, model)
    except ValueError as error:
        told = re.search(
            r"shape=(\(.*?\)).*shape=(\(.*?\)).*path=([^,]+)", str(error), re.S
        )
        words = str(error).splitlines()[0]
        if told:
            words = f"{told[3]} is {told[1]} here and {told[2]} there"
        raise InputError(f"{path}: weights of other shapes ({words})") from None
    lacking = [w.path for w in model.weights if np.isnan(np.asarray(w)).any()]
    if lacking:
        raise InputError(f"{path}: lacks weights, such as those of {lacking[0]}")
    return model


def train_language(
    sequences: Sequence[NDArray[np.uint8]],
    validation: Sequence[NDArray[np.uint8]],
    training: LanguageTraining,
    seed: int,
    checkpoint: Checkpoint | None = None,
) -> tuple[keras.Model, pd.DataFrame]:
    """Train by next nucleotide on random stretches; the best epoch on `validation` stays.

    Sequences are codes (L,). Returns the network and a row per epoch (epoch, train_loss,
    validation_loss: nats per nucleotide; seconds). With a `checkpoint`, goes on where a
    killed training stopped. Raises InputError for losses that are not finite.
    """
    found = checkpoint.load() if checkpoint else None
    model, rows, weights = found or (None, [], [])
    if model is None:
        keras.utils.set_random_seed(seed)
        model = make_language(training.d_model, training.n_layers, training.length + 2)
        model.compile(
            keras.optimizers.Adam(training.learning_rate, global_clipnorm=1.0),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            weighted_metrics=[],
        )
    log.info("%s weights", f"{model.count_params():,}")
    best = BestEpoch(
        "validation_loss", training.epochs, training.patience, rows=rows, weights=weights
    )
    while not best.is_over:
        started, losses = time.monotonic(), []
        rng = np.random.default_rng([seed, len(best.rows)])
        for tokens in _stretches(sequences, training, rng):
            known = (tokens[:, 1:] >= TOKENS[0]) & (tokens[:, 1:] < TOKENS[UNKNOWN])
            weight = known.astype(np.float32)
            loss = model.train_on_batch(tokens[:, :-1], tokens[:, 1:], weight)
            losses.append(float(np.ravel(loss)[0]) * weight.size / weight.sum())
        sums, counts = score_language(model, validation, training.length)
        row = {
            "train_loss": float(np.mean(losses)),
            "validation_loss": float(sums.sum() / counts.sum()),
            "seconds": time.monotonic() - started,
        }
        best.add(row, model.get_weights)
        if checkpoint is not None:
            checkpoint.save(model, best.rows, best.weights)
    model.set_weights(best.weights)
    return model, pd.DataFrame(best.rows)


def _stretches(sequences, training, rng) -> Iterator[NDArray[np.int32]]:
    """Yield `steps` batches (B, length + 1) of tokens, long sequences more often."""
    size = training.length + 1
    lengths = np.array([len(codes) for codes in sequences])
    share = np.maximum(lengths - size, 1) / np.maximum(lengths - size, 1).sum()
    for _ in range(training.steps):
        batch = np.full((training.batch_size, size), PADDING, np.int32)
        chosen = rng.choice(len(sequences), training.batch_size, p=share)
        for row, number in zip(batch, chosen, strict=True):
            codes = sequences[number]
            start = rng.integers(0, max(len(codes) - size, 0) + 1)
            part = codes[start : start + size]
            row[: len(part)] = TOKENS[part]
        yield batch


def _read(
    model: keras.Model, codes: NDArray[np.uint8], length: int
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield the outputs of each stretch of a sequence, and the places they are of."""
    half = length // 2
    for start in range(0, max(len(codes) - half, 1), half):
        part = codes[start : start + 2 * half]
        tokens = np.full((1, 2 * half), PADDING, np.int32)
        tokens[0, : len(part)] = TOKENS[part]
        new = 0 if start == 0 else half
        found = model.predict_on_batch(tokens)[0, new : len(part)]
        yield slice(start + new, start + len(part)), found


def score_language(
    model: keras.Model, sequences: Sequence[NDArray[np.uint8]], length: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the sum of -log P (N,) of the nucleotides of each sequence from FIRST on,
    among A, C, G and U, and how many they are (N,)."""
    sums, counts = np.zeros(len(sequences)), np.zeros(len(sequences), np.int64)
    for number, codes in enumerate(sequences):
        for place, logits in _read(model, codes, length):
            following = codes[place.start + 1 : place.stop + 1]
            logits = logits[: len(following), TOKENS[:UNKNOWN]].astype(float)
            logits -= logits.max(axis=1, keepdims=True)
            log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            at = np.arange(place.start + 1, place.start + 1 + len(following))
            known = (following < UNKNOWN) & (at >= FIRST)
            rows = np.flatnonzero(known)
            sums[number] -= log_p[rows, following[rows]].sum()
            counts[number] += len(rows)
    return sums, counts


def compare_perplexity(
    model: keras.Model,
    train: Sequence[NDArray[np.uint8]],
    held_out: Sequence[NDArray[np.uint8]],
    genes: Sequence[str],
    length: int,
    seed: int,
) -> pd.DataFrame:
    """Return the perplexity per nucleotide on held-out sequences, of the language model
    and of Markov chains of `train`: model, n, perplexity, low, high (95%, bootstrap of
    the `genes` of held-out sequences)."""
    scores = {"language": score_language(model, held_out, length)}
    for order in ORDERS:
        table = fit_markov(train, order)
        pairs = [score_markov(codes, table) for codes in held_out]
        sums, counts = map(np.array, zip(*pairs, strict=True))
        scores[f"markov_{order}"] = sums, counts
    draws = GeneResamples(genes, _RESAMPLES, seed)
    rows = []
    for name, (sums, counts) in scores.items():
        of_gene = [np.bincount(draws.gene_of, values) for values in (sums, counts)]
        of_text, n = (draws.counts @ values for values in of_gene)
        low, high = interval_of(np.exp(of_text / n)).values()
        value = float(np.exp(sums.sum() / counts.sum()))
        rows.append((name, int(counts.sum()), value, low, high))
        log.info("%s: perplexity %.4f", name, value)
    return pd.DataFrame(rows, columns=["model", "n", "perplexity", "low", "high"])


def embed(
    model: keras.Model, sequences: Mapping[str, NDArray[np.uint8]], length: int, seed: int
) -> dict[str, NDArray[np.float16]]:
    """Return the first N_COMPONENTS principal components (L, N_COMPONENTS) of the hidden
    states of each nucleotide, by name; scaled to sd 1 over a sample of all."""
    tokens = keras.Input((None,), dtype="int32")
    states = model.get_layer("hyena").hyena(tokens)["last_hidden_state"]
    network = keras.Model(tokens, states)
    hidden = {}
    for name, codes in sequences.items():
        parts = [found for _, found in _read(network, codes, length)]
        hidden[name] = np.concatenate(parts).astype(np.float16)
    every = np.concatenate(list(hidden.values()))
    rng = np.random.default_rng(seed)
    sample = every[rng.integers(0, len(every), min(_SAMPLED, len(every)))].astype(float)
    centre = sample.mean(axis=0)
    _, size, axes = np.linalg.svd(sample - centre, full_matrices=False)
    scale = size[:N_COMPONENTS] / np.sqrt(len(sample))
    turned = (axes[:N_COMPONENTS] / np.maximum(scale, 1e-9)[:, None]).T
    return {
        name: ((values - centre) @ turned).astype(np.float16)
        for name, values in hidden.items()
    }
