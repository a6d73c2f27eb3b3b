"""Files: read with one line per fault, written whole or not at all."""
