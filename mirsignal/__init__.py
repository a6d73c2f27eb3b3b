"""mirsignal: from microRNA binding signals along transcripts to repression.

The library holds the science and does not know that Snakemake exists. Nothing is
imported here, so that a script loads (and a rerun depends on) only what it names.
"""

__version__ = "0.1.0"
