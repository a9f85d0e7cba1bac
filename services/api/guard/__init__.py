"""Who is let in, how often, and what browsers are told of it."""
