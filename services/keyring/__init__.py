"""The operator's tokens, by which all others are signed."""
