"""Sample sets: positives from chimeras, negatives without leaks, splits, their audit."""
