"""What knows the workflow or the machine; outside the digests of results."""
