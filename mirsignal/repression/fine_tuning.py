"""Fine-tune a binding network on fold changes, through the candidates of its scan.

The log2 fold change of miRNA m and a transcript of gene g is modelled as

    c + c_m + (a + a_m) . g - exp(b) * pool(e_w over the candidate windows w)
    e_w = e_0 + s * logit_w + f . context_w + log(loading_w) (+ p: passenger strand)

with the network's logit of each window, and how often its strand is loaded. Pooling
`occupancy` is log(1 + sum exp(e_w)), how much all sites together are bound (McGeary 2019,
Science 366:eaav1741). `attention` is the mean of log(1 + exp(e_w)), what each site would
do alone, by softmax(exp(k) e_w). Network and head are trained together; batch
normalisation keeps its statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.networks.backend import keras, tf
from mirsignal.networks.history import BestEpoch, check_predictions
from mirsignal.networks.seeds import member_seeds
from mirsignal.repression.equation import HIGHEST_ENERGY, limit_repression
from mirsignal.scan.scanning import logit_model
from mirsignal.signals.windows import CONTEXT, PairWindows
from mirsignal.sites.gene_features import fit_scale
from mirsignal.statistics.metrics import pearson

RIDGE = 0.001
"""Penalty on the squares of a, in units of the variance of the fold changes."""
RIDGE_PER_MIRNA = 0.01
"""The same of a_m."""
FIRST_SLOPE = 0.5
"""s before training."""
FIRST_OCCUPANCY = 0.2
"""Mean sum of exp(e_w) before training. Far from it the effect of sites is flat, and
training ends in a constant."""
WARM_UP = 12
"""One in so many steps is of the time in which learning rates rise."""
FEWEST_STEPS = 40
"""Steps per epoch. Batches are smaller where pairs are few: in a few large steps the
network forgets what it knows faster than it learns."""
_SAMPLE = 256
"""Pairs from which the start is set, and pairs that are predicted at once."""


@dataclass(frozen=True)
class FineTuning:
    """A recipe of `regression` of network `fine_tuned` (docs/configuration.md)."""

    pooling: str
    learning_rate: float
    head_learning_rate: float
    batch_size: int
    epochs: int
    n_seeds: int


class RepressionModel:
    """A binding network and the head that turns its logits into log2 fold changes.

    `rows` (strands, 5, M, C) are the pairing rows of the miRNAs `mirnas`, and behind them
    of their passengers where these are scanned (`scanning.mirna_rows`). `head` holds the
    parameters of the module's equation by name, and mean and spread of what is scaled.
    """

    def __init__(
        self,
        network: keras.Model,
        rows: NDArray[np.float32],
        mirnas: Sequence[str],
        n_genes: int,
        pooling: str,
    ):
        self.network, self.mirnas, self.pooling = network, list(mirnas), pooling
        self._logit, self._rows = logit_model(network), tf.constant(rows)
        n_mirnas, n_context = len(self.mirnas), len(CONTEXT)
        shapes = {
            "c": (),
            "c_mirna": (n_mirnas,),
            "a": (n_genes,),
            "a_mirna": (n_mirnas, n_genes),
            "b": (),
            "k": (),
            "e_0": (),
            "s": (),
            "f": (n_context,),
            "p": (),
        }
        self.head = {name: tf.Variable(tf.zeros(shape)) for name, shape in shapes.items()}
        self.scales = {
            name: tf.Variable(tf.ones((2, n)), trainable=False)
            for name, n in (("context", n_context), ("genes", n_genes))
        }
        per_window = tf.TensorSpec((None,), tf.int32)
        self.signature = [
            tf.TensorSpec((None, WINDOW), tf.int32),
            per_window,
            per_window,
            tf.TensorSpec((None, n_context), tf.float32),
            tf.TensorSpec((None,), tf.float32),
            tf.TensorSpec((None, n_mirnas), tf.float32),
            tf.TensorSpec((None, n_genes), tf.float32),
        ]
        self._compiled = tf.function(
            self.call, input_signature=self.signature, autograph=False
        )

    def call(self, codes, strands, of_pair, context, lead, mirnas, genes):
        """Return the log2 fold change (B,) of a batch (`PairWindows.batch`)."""
        head = self.head
        passenger = tf.cast(strands >= len(self.mirnas), tf.float32)
        energy = head["e_0"] + head["s"] * self.logits(codes, strands)
        energy += tf.linalg.matvec(self._scaled("context", context), head["f"])
        energy = tf.minimum(energy + lead + head["p"] * passenger, HIGHEST_ENERGY)
        n_pairs = tf.shape(mirnas)[0]
        pooled = self._pool(energy, of_pair, n_pairs + 1)[:-1]  # the last is of filling
        effects = tf.exp(head["b"]) * pooled
        slopes = head["a"] + mirnas @ head["a_mirna"]
        base = head["c"] + tf.linalg.matvec(mirnas, head["c_mirna"])
        return base + tf.reduce_sum(self._scaled("genes", genes) * slopes, 1) - effects

    def logits(self, codes, strands):
        """Return the network's logits (n,) of windows (n, W) by their strands (n,)."""
        rows = tf.broadcast_to(strands[:, None], tf.shape(codes))
        pairing = tf.gather_nd(self._rows, tf.stack([rows, codes], axis=-1))
        return self._logit(pairing, training=False)[:, 0]

    def _scaled(self, name, values):
        mean, spread = tf.unstack(self.scales[name])
        scaled = (values - mean) / spread
        return tf.where(tf.math.is_nan(scaled), 0.0, scaled)  # unknown: the mean

    def _pool(self, energy, of_pair, n_pairs):
        def total(values):
            return tf.math.unsorted_segment_sum(values, of_pair, n_pairs)

        if self.pooling == "occupancy":
            return tf.math.log1p(total(tf.exp(energy)))
        scaled = tf.exp(self.head["k"]) * energy
        highest = tf.math.unsorted_segment_max(scaled, of_pair, n_pairs)
        weights = tf.exp(scaled - tf.gather(highest, of_pair))
        alone = weights * tf.math.softplus(energy)
        return tf.math.divide_no_nan(total(alone), total(weights))

    def start(
        self,
        windows: PairWindows,
        targets: NDArray[np.float32],
        rng: np.random.Generator,
    ) -> None:
        """Set scales and head from training pairs: their spread, mean and occupancy."""
        for name, values in (("context", windows.context), ("genes", windows.genes)):
            self.scales[name].assign(fit_scale(values))
        sample = rng.permutation(len(windows))[:_SAMPLE]
        codes, strands, of_pair, _, lead, *_ = windows.batch(sample)
        energy = FIRST_SLOPE * self.logits(codes, strands).numpy() + lead
        occupancy = np.exp(energy)[of_pair < len(sample)].sum() / len(sample)
        spread = max(float(targets.std()), 1e-3)
        self.head["s"].assign(FIRST_SLOPE)
        self.head["e_0"].assign(np.log(FIRST_OCCUPANCY / max(occupancy, 1e-6)))
        self.head["b"].assign(np.log(spread))
        self.head["c"].assign(targets.mean() + spread * np.log1p(FIRST_OCCUPANCY))

    def predict(self, windows: PairWindows) -> NDArray[np.float64]:
        """Return the log2 fold change (N,) of all pairs."""
        parts = np.array_split(np.arange(len(windows)), -(-len(windows) // _SAMPLE))
        predicted = [self._compiled(*windows.batch(part)).numpy() for part in parts]
        return np.concatenate(predicted).astype(np.float64)

    def describe(self) -> dict[str, Any]:
        """Return all but the network, as plain numbers and lists for a JSON file."""
        values = {**self.head, **self.scales}
        described = {name: value.numpy().tolist() for name, value in values.items()}
        return {"pooling": self.pooling, "mirnas": self.mirnas} | described


def fine_tune_members(
    load: Callable[[], keras.Model],
    rows: NDArray[np.float32],
    mirnas: Sequence[str],
    windows: PairWindows,
    pairs: pd.DataFrame,
    tuning: FineTuning,
    seed: int,
) -> tuple[list[RepressionModel], pd.DataFrame, NDArray[np.float64]]:
    """Fine-tune `n_seeds` copies of a network, which `load` returns, with their seeds.

    `rows` and `mirnas` are those of `RepressionModel`, the others those of `fine_tune`.
    Returns the models, one row per member and epoch, and the predictions (N, members).
    """
    models, histories, predictions = [], [], []
    for member, own_seed in enumerate(member_seeds(seed, tuning.n_seeds), start=1):
        n_genes = windows.genes.shape[1]
        models.append(RepressionModel(load(), rows, mirnas, n_genes, tuning.pooling))
        history, predicted = fine_tune(models[-1], windows, pairs, tuning, own_seed)
        history.insert(0, "member", member)
        histories.append(history)
        predictions.append(predicted)
    return models, pd.concat(histories), np.stack(predictions, axis=1)


def fine_tune(
    model: RepressionModel,
    windows: PairWindows,
    pairs: pd.DataFrame,
    tuning: FineTuning,
    seed: int,
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Train on the rows of `pairs` marked train, choose the epoch on validation.

    `pairs` has one row for each of `windows` with `part` (train, validation or test) and
    `target_log2fc`. All weights are averaged over about the last epoch of
    steps, which is steadier than those of one step; the epoch with the lowest validation
    mean squared error is kept. A `learning_rate` of 0 leaves the network as it is and
    trains the head. Returns one row per epoch and the predictions (N,) of all rows.
    Raises InputError when an epoch's errors, or a prediction, are not finite.
    """
    targets = pairs["target_log2fc"].to_numpy("float32")
    train, validation = (
        np.flatnonzero(pairs["part"] == part) for part in ("train", "validation")
    )
    rng = np.random.default_rng(seed)
    model.start(windows.take(train), targets[train], rng)
    held_out = windows.take(validation)
    size = min(tuning.batch_size, max(len(train) // FEWEST_STEPS, 1))
    per_epoch = len(train) // size
    step, trained = _training_step(
        model, tuning, tuning.epochs * per_epoch, float(targets[train].var())
    )
    average = _read(trained)
    best = BestEpoch("validation_error", tuning.epochs, patience=tuning.epochs)
    while not best.is_over:
        order = rng.permutation(train)[: per_epoch * size].reshape(per_epoch, size)
        errors = []
        for batch in order:
            errors.append(float(step(targets[batch], *windows.batch(batch))))
            average = _blend(average, _read(trained), 1 / per_epoch)
        current = _read(trained)
        _write(trained, average)
        predicted = model.predict(held_out)
        measures = {
            "train_error": float(np.mean(errors)),
            "validation_error": float(np.mean((predicted - targets[validation]) ** 2)),
            "validation_pearson": pearson(targets[validation], predicted),
        }
        best.add(measures, lambda: _read(trained))
        _write(trained, current)
    _write(trained, best.weights)
    predicted = check_predictions(model.predict(windows))
    return pd.DataFrame(best.rows), limit_repression(predicted)


def _training_step(
    model: RepressionModel, tuning: FineTuning, n_steps: int, variance: float
):
    """Return a compiled step, and the variables that it trains.

    The step takes targets (B,) and a batch and returns the mean squared error. Head and
    network have learning rates of their own, hence not `fit`. They rise at first, so that
    the first errors, of a head that knows nothing yet, do not undo what the network
    knows; then they fall to 0 along a cosine.
    """
    groups = [(tuning.head_learning_rate, list(model.head.values()))]
    if tuning.learning_rate > 0:
        groups.append((tuning.learning_rate, model.network.trainable_variables))
    warm_up = max(n_steps // WARM_UP, 1)
    optimizers = []
    for rate, variables in groups:
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, max(n_steps - warm_up, 1), warmup_target=rate, warmup_steps=warm_up
        )
        optimizers.append(keras.optimizers.Adam(schedule))
        optimizers[-1].build(variables)

    def step(targets, *batch):
        with tf.GradientTape() as tape:
            error = tf.reduce_mean(tf.square(model.call(*batch) - targets))
            ridge = RIDGE * tf.reduce_sum(model.head["a"] ** 2)
            ridge += RIDGE_PER_MIRNA * tf.reduce_sum(model.head["a_mirna"] ** 2)
            loss = (error + ridge) / max(variance, 1e-6)
        gradients = tape.gradient(
            loss,
            [variables for _, variables in groups],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        for optimizer, found, (_, variables) in zip(
            optimizers, gradients, groups, strict=True
        ):
            optimizer.apply_gradients(zip(found, variables, strict=True))
        return error

    signature = [tf.TensorSpec((None,), tf.float32), *model.signature]
    compiled = tf.function(step, input_signature=signature, autograph=False)
    return compiled, [variable for _, variables in groups for variable in variables]


def _read(variables: Sequence[Any]) -> list[NDArray]:
    return [np.array(variable) for variable in variables]


def _write(variables: Sequence[Any], values: Sequence[NDArray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _blend(
    average: Sequence[NDArray], values: Sequence[NDArray], share: float
) -> list[NDArray]:
    pairs = zip(average, values, strict=True)
    return [(1 - share) * old + share * new for old, new in pairs]
