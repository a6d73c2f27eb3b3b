"""From a scan to what a signal network reads: channels, compression, windows."""
