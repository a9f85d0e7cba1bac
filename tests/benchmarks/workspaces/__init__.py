"""Workspaces beside what they could be without us: the git program, one thread, Astro alone."""
