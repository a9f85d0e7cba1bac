"""How much of everything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    repositories: tuple[int, ...] = (2000, 400)  # files
    commits: int = 200
    rounds: int = 25
    worktrees: int = 11
    threads: int = 10


TINY = Sizes(repositories=(60,), commits=3, rounds=1, worktrees=1, threads=2)
