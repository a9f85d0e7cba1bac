"""The routes of our own, under /v1."""
