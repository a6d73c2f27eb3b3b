"""Nucleotide sequences: codes, FASTA, miRNAs and their duplexes, transcripts."""
