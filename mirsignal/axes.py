"""The one legend of array axes and of the lengths that every stage shares.

Docstrings name axes by these letters:

N  examples (pairs, windows or transcripts)
M  miRNA nucleotides, 5' to 3', cut or padded to 20
W  window nucleotides of the target, 5' to 3', 50
L  transcript nucleotides
C  channels (of the pairing matrix, or of a signal)
"""

MIRNA_LENGTH = 20
"""M: nucleotides of the miRNA that networks see (Helwak 2013 calls them the driver)."""

WINDOW = 50
"""W: nucleotides of a target window."""

CENTRE = WINDOW // 2
"""A window is named by its nucleotide CENTRE: window t covers [t - 25, t + 25)."""

P_LEVELS = 4096
"""Different values of P(binding), less one: scans round it to 1/4096."""

REGIONS = {"seed": slice(1, 8), "centre": slice(8, 12), "three_prime": slice(12, 20)}
"""Regions of the miRNA as slices of M: nt 2-8, 9-12, 13-20 (1-based, inclusive)."""

TARGET, MIRNA = slice(0, WINDOW), slice(WINDOW, WINDOW + MIRNA_LENGTH)
"""The nucleotides of the target and of the miRNA among those of a pair."""
CHANGES = ("A", "C", "G", "U", "deletion")
"""What a nucleotide is changed to by mutagenesis."""
