"""Predictors side by side on the same pairs, and against a simulated truth."""
