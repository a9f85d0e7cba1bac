"""Turns of the real Claude Code while it, its model and the daemon are killed: none is lost."""
