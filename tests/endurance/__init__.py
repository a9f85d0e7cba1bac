"""One long run in which everything goes wrong at once, and what must not grow meanwhile."""
