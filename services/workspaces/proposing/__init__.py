"""How the REST API of each forge is asked for a merge."""
