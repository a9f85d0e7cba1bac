"""The files of a site as whoever is not its owner may touch them: which, and how they are opened.

What an agent may not reach in a worktree nobody may who asks over HTTP, so the rules are here,
below all services. What asks the disk is synchronous: use a worker thread.
"""
