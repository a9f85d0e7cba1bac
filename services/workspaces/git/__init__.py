"""Git, through pygit2, which nobody else imports: synchronous, and meant for worker threads.

A thread's worktree is opened by git's own directory for it (`admin`), which no edit of the site
can reach. Every function raises `GitFailed`, with git's own reason, where git fails.
"""
