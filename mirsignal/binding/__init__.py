"""The binding network: pairing matrices, training, evaluation, baselines."""
