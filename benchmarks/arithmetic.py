"""How much arithmetic a scan takes, and how long anything takes."""

import time


def flops_per_position(stages):
    """Count two operations per multiplication of the convolutions, at one position.

    `network` counts every stage; the first one is looked up, so that `carried_out` counts
    the others. Biases, pooling and rectifying are not counted.
    """
    width, counts = 20, []
    for stage in stages:
        height, span, n_in, n_out = stage.kernel.shape
        width = width + sum(stage.mirna_padding) - span + 1
        counts.append(2 * height * span * n_in * n_out * width)
        width = width // 2 if stage.pool else width
    return {"network": float(sum(counts)), "carried_out": float(sum(counts[1:]))}


def best(action, repeats):
    """Return the shortest wall time (s), after one call to warm up."""
    if repeats > 1:
        action()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)
