"""Predictions without training: ready models, the command `mirsignal`, tables."""
