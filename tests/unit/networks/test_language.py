"""HyenaDNA: arithmetic beside a reference, published weights, training, embeddings."""

import math

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from mirsignal.errors import InputError
from mirsignal.networks.checkpoints import make_checkpoint
from mirsignal.networks.language import (
    N_COMPONENTS,
    TOKENS,
    LanguageTraining,
    compare_perplexity,
    embed,
    load_language,
    load_published,
    make_language,
    score_language,
    train_language,
)
from mirsignal.networks.storage import save_network
from mirsignal.sequences.codes import LETTERS, UNKNOWN
from mirsignal.signals.channels import N_LANGUAGE

EMBEDDING = "hyena.backbone.embeddings.word_embeddings.weight"
D, LAYERS, PLACES, VOCABULARY, FILTER, EMBEDDED = 8, 2, 40, 16, 64, 5


@pytest.fixture(scope="module")
def weights():
    """Return weights in the layout of published ones, at random; buffers as published."""
    rng = np.random.default_rng(4)

    def draw(*shape, scale=0.4):
        return rng.normal(0, scale, shape).astype(np.float32)

    t = np.linspace(0, 1, PLACES)
    bands = (EMBEDDED - 1) // 2
    w = 2 * math.pi * np.arange(PLACES) / PLACES
    f = np.linspace(1e-4, bands - 1, bands)
    z = np.column_stack([t, np.cos(-w[:, None] * f), np.sin(-w[:, None] * f)])
    slow, fast = math.log(1e-2) / 1.5, math.log(1e-2) / 0.3
    found = {
        "hyena.backbone.embeddings.word_embeddings.weight": draw(VOCABULARY, D),
        "hyena.backbone.ln_f.weight": 1 + draw(D),
        "hyena.backbone.ln_f.bias": draw(D),
        "lm_head.weight": draw(VOCABULARY, D),
    }
    for number in range(LAYERS):
        lead = f"hyena.backbone.layers.{number}"
        mixer, implicit = f"{lead}.mixer", f"{lead}.mixer.filter_fn.implicit_filter"
        for norm in ("norm1", "norm2"):
            found[f"{lead}.{norm}.weight"] = 1 + draw(D)
            found[f"{lead}.{norm}.bias"] = draw(D)
        for name, (n_in, n_out) in {
            f"{lead}.mlp.fc1": (D, 4 * D),
            f"{lead}.mlp.fc2": (4 * D, D),
            f"{mixer}.in_proj": (D, 3 * D),
            f"{mixer}.out_proj": (D, D),
            f"{implicit}.0": (EMBEDDED, FILTER),
            f"{implicit}.2": (FILTER, FILTER),
            f"{implicit}.4": (FILTER, FILTER),
        }.items():
            found[f"{name}.weight"] = draw(n_out, n_in, scale=n_in**-0.5)
            found[f"{name}.bias"] = draw(n_out)
        found[f"{implicit}.6.weight"] = draw(D, FILTER, scale=FILTER**-0.5)
        found[f"{implicit}.1.freq"] = 1 + draw(1, FILTER)
        found[f"{mixer}.short_filter.weight"] = draw(3 * D, 1, 3)
        found[f"{mixer}.short_filter.bias"] = draw(3 * D)
        filters = f"{mixer}.filter_fn"
        found[f"{filters}.bias"] = draw(D)
        found[f"{filters}.pos_emb.z"] = z[None].astype(np.float32)
        found[f"{filters}.pos_emb.t"] = t[None, :, None].astype(np.float32)
        deltas = np.linspace(slow, fast, D)[None, None]
        found[f"{filters}.modulation.deltas"] = deltas.astype(np.float32)
    return found


def reference(weights, tokens):
    """Return logits (L, V) by the equations of Poli 2023 (arXiv:2302.10866), in numpy."""
    w = {
        name.removeprefix("hyena.backbone."): v.astype(float)
        for name, v in weights.items()
    }

    def linear(x, name):
        bias = w.get(f"{name}.bias", 0.0)
        return x @ w[f"{name}.weight"].T + bias

    def norm(x, name):
        scaled = (x - x.mean(-1, keepdims=True)) / np.sqrt(
            x.var(-1, keepdims=True) + 1e-5
        )
        return scaled * w[f"{name}.weight"] + w[f"{name}.bias"]

    def gelu(x):
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    length = len(tokens)
    x = w["embeddings.word_embeddings.weight"][tokens]
    for number in range(LAYERS):
        lead = f"layers.{number}"
        projected = linear(norm(x, f"{lead}.norm1"), f"{lead}.mixer.in_proj")
        padded = np.vstack([np.zeros((2, 3 * D)), projected])
        kernel = w[f"{lead}.mixer.short_filter.weight"][:, 0]
        short = sum(padded[at : at + length] * kernel[:, at] for at in range(3))
        short += w[f"{lead}.mixer.short_filter.bias"]
        gate, other, value = np.split(short, 3, axis=1)
        filters = f"{lead}.mixer.filter_fn"
        hidden = w[f"{filters}.pos_emb.z"][0, :length]
        frequency = w[f"{filters}.implicit_filter.1.freq"]
        for step in (0, 2, 4):
            hidden = np.sin(
                frequency * linear(hidden, f"{filters}.implicit_filter.{step}")
            )
        hidden = linear(hidden, f"{filters}.implicit_filter.6")
        times = w[f"{filters}.pos_emb.t"][0, :length]
        decay = np.exp(-times * np.abs(w[f"{filters}.modulation.deltas"][0]))
        hidden = hidden * (decay + 0.05)
        value = value * other
        long = np.zeros_like(value)
        for at in range(length):
            long[at] = (value[: at + 1] * hidden[: at + 1][::-1]).sum(axis=0)
        mixed = (long + value * w[f"{filters}.bias"]) * gate
        x = x + linear(mixed, f"{lead}.mixer.out_proj")
        inner = gelu(linear(norm(x, f"{lead}.norm2"), f"{lead}.mlp.fc1"))
        x = x + linear(inner, f"{lead}.mlp.fc2")
    return norm(x, "ln_f") @ w["lm_head.weight"].T


def test_published_weights_give_what_the_equations_give(weights, tmp_path, rng):
    save_file(weights, tmp_path / "model.safetensors")
    model = load_published(tmp_path / "model.safetensors", 32)
    tokens = rng.integers(7, 12, 33)
    found = model.predict_on_batch(tokens[None].astype(np.int32))[0]
    assert found == pytest.approx(reference(weights, tokens), abs=2e-4)
    save_network(tmp_path / "model.keras", model)
    again = load_language(tmp_path / "model.keras")
    assert again.predict_on_batch(tokens[None].astype(np.int32))[0] == pytest.approx(
        found
    )


def without(name):
    return lambda weights: {k: v for k, v in weights.items() if not k.endswith(name)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("ln_f.bias"), "lacks weights, such as those of .*ln_f/beta"),
        (without("word_embeddings.weight"), "no weights of HyenaDNA: .*word_embeddings"),
        (lambda w: w | {"lm_head.weight": w["lm_head.weight"][:, :4]}, "of other shapes"),
        (
            lambda w: w | {"hyena.backbone.ln_f.weight": np.ones(3, np.float32)},
            r"of other shapes \(.*ln_f/gamma is \(8,\) here and \(3,\) there\)",
        ),
        (
            lambda w: w | {EMBEDDING: w[EMBEDDING][:, 0].copy()},
            "of other shapes than Hyena",
        ),
        (
            lambda w: w | {"lm_head.weight": w["lm_head.weight"] * np.nan},
            "are not finite",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, tmp_path, change, message):
    save_file(change(weights), tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=message):
        load_published(tmp_path / "model.safetensors", 32)


def test_filters_that_know_fewer_places_are_refused(weights, tmp_path):
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="for 38 nt; set `language: length` to that"):
        load_published(tmp_path / "model.safetensors", 39)


def test_a_last_layer_that_is_the_embedding_may_lack(weights, tmp_path):
    tied = weights | {"lm_head.weight": weights[EMBEDDING]}
    found = []
    for number, given in enumerate((tied, without("lm_head.weight")(tied))):
        save_file(given, tmp_path / f"{number}.safetensors")
        model = load_published(tmp_path / f"{number}.safetensors", 32)
        found.append(model.predict_on_batch(np.arange(7, 12)[None].astype(np.int32)))
    assert np.array_equal(*found)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.bin", b"x", "not a .safetensors file; fetch model.safetensors"),
        ("model.safetensors", b"xxxxxxxxxxxx", "not a safetensors file, or broken"),
        ("absent.safetensors", None, "no such file"),
    ],
)
def test_files_that_are_no_weights_are_refused(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_published(tmp_path / name, 32)


def test_tokens_stand_in_the_order_of_our_codes():
    """HyenaDNA's vocabulary gives A, C, G and T the numbers 7 to 10."""
    assert LETTERS[:UNKNOWN] == "ACGU"
    assert list(TOKENS[:UNKNOWN]) == [7, 8, 9, 10]


TRAINING = LanguageTraining(
    d_model=16,
    n_layers=1,
    length=32,
    batch_size=8,
    steps=30,
    epochs=3,
    patience=3,
    learning_rate=0.03,
)


@pytest.fixture(scope="module")
def sequences():
    """Return sequences in which a nucleotide mostly follows from the last but one."""
    rng = np.random.default_rng(8)
    made = []
    for length in (90, 200, 33, 150):
        codes = list(rng.integers(0, 4, 2))
        while len(codes) < length:
            follows = (codes[-2] + 1) % 4
            codes.append(follows if rng.random() < 0.9 else rng.integers(0, 4))
        made.append(np.array(codes, np.uint8))
    return made


def test_training_learns_and_goes_on_where_it_stopped(sequences, tmp_path):
    def checkpoint(epochs):
        table = pd.DataFrame({"text": ["x"]})
        return make_checkpoint(tmp_path / f"{epochs}", table, TRAINING, 1)

    train, held_out = sequences[:3], sequences[3:]
    model, rows = train_language(train, held_out, TRAINING, 1)
    assert rows["validation_loss"].min() < 0.9 * math.log(4)
    short = TRAINING.__class__(**{**TRAINING.__dict__, "epochs": 1})
    kept = checkpoint(1)
    train_language(train, held_out, short, 1, kept)
    resumed, again = train_language(train, held_out, TRAINING, 1, kept)
    columns = ["epoch", "train_loss", "validation_loss"]
    pd.testing.assert_frame_equal(again[columns], rows[columns])
    for one, other in zip(model.get_weights(), resumed.get_weights(), strict=True):
        assert np.array_equal(one, other)
    held_out = np.array_split(held_out[0], 2)
    table = compare_perplexity(model, train, held_out, ["a", "b"], 32, 1)
    table = table.set_index("model")
    assert table["n"].nunique() == 1
    assert table.loc["language", "perplexity"] < table.loc["markov_0", "perplexity"]
    assert (table["low"] <= table["perplexity"]).all()
    alone = compare_perplexity(model, train, held_out, ["a", "a"], 32, 1)
    assert alone["low"].isna().all()  # isoforms of one gene tell nothing of others


def test_a_long_sequence_is_read_in_stretches_each_nucleotide_once(rng):
    model = make_language(8, 1, 66)
    codes = rng.integers(0, 5, 64).astype(np.uint8)
    whole = model.predict_on_batch(TOKENS[codes][None])[0]
    log_p = whole[:, TOKENS[:4]]
    log_p = log_p - np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    known = [at for at in range(5, 64) if codes[at] < 4]
    total = -sum(log_p[at - 1, codes[at]] for at in known)
    sums, counts = score_language(model, [codes], 64)
    assert counts.tolist() == [len(known)]
    assert sums[0] == pytest.approx(total, rel=1e-4)
    for length in (10, 16, 33, 50):
        assert score_language(model, [codes], length)[1].tolist() == [len(known)]
        found = embed(model, {"t": codes}, length, 1)["t"]
        assert found.shape == (64, N_COMPONENTS)


def test_the_channel_has_as_many_columns_as_are_kept():
    assert N_LANGUAGE == N_COMPONENTS
