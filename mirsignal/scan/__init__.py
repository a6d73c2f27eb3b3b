"""The scan: P(binding) and attribution at every position of whole transcripts."""
