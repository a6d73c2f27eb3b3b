"""From sites and signals to log2 fold changes."""
