"""Seed sites and what surrounds them; the context++ model."""
