"""Measures of ranking and agreement, and resampling of whole genes."""
