"""One network of several that differ in their seed alone."""

from __future__ import annotations

from collections.abc import Sequence

from mirsignal.networks.backend import keras


def average_networks(networks: Sequence[keras.Model]) -> keras.Model:
    """Return the network whose output is the mean of those of `networks`."""
    if len(networks) == 1:
        return networks[0]
    inputs, outputs = _side_by_side(networks)
    return keras.Model(inputs, keras.layers.Average()(outputs), name="mean_of_members")


def join_networks(networks: Sequence[keras.Model]) -> keras.Model:
    """Return the network that has an output for each of `networks`."""
    if len(networks) == 1:
        return networks[0]
    return keras.Model(*_side_by_side(networks), name="members")


def split_networks(network: keras.Model) -> list[keras.Model]:
    """Return the networks that `join_networks` has joined."""
    parts = [layer for layer in network.layers if isinstance(layer, keras.Model)]
    return parts if network.name == "members" else [network]


def _side_by_side(networks: Sequence[keras.Model]) -> tuple[list, list]:
    """Return inputs as of each network, and their outputs; layers are `member_1` ..."""
    inputs = [keras.Input(x.shape[1:], name=x.name) for x in networks[0].inputs]
    outputs = []
    for number, network in enumerate(networks, start=1):
        network.name = f"member_{number}"
        outputs.append(network(inputs if len(inputs) > 1 else inputs[0]))
    return inputs, outputs
