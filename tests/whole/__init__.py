"""The whole daemon on real input, as `make run` starts it."""
