"""The embedded demo: a study whose truth is known, and its files."""
