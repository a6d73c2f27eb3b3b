"""Figures, one module per stage: tables in, SVG out."""
