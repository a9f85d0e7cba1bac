"""Turns through the whole daemon, each backend that asks a model over its own wire."""
