"""Which nucleotides make a prediction, and whether measurements agree."""
