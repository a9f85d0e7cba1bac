"""How much a client may take of everything."""

from __future__ import annotations

from dataclasses import dataclass

KB = 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """Durations are seconds, sizes bytes.

    `head` is for a request to come whole, from its first byte on, however slowly it does; `idle`
    for a next one to begin; `stall` for a client to take anything of an answer. `connections` may
    be open at once.
    """

    head: float = 60.0
    idle: float = 75.0
    stall: float = 60.0
    connections: int = 2000
    longest_head: int = 64 * KB
    # A longer body is read by hypercorn, piece by piece.
    longest_body: int = 64 * KB
    # What may come ahead while a request is served.
    ahead: int = 64 * KB
