"""nurseryd beside its peers: the same work, in one run, interleaved. `make bench` runs it."""
