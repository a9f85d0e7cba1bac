"""What a service writes, on its way to a reader who may be slow: nobody waits for that one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

import trio
from msgspec import Struct

from supervisor.kept import Chunk

# Bytes that may wait, which followers share: as much as is read of a flood at two times.
ROOM = 2 * 1024 * 1024
# Bytes that count for a chunk and for each of its lines, which become records, beside the data.
CHUNK, LINE = 256, 128


class Heard(Struct, frozen=True):
    """Chunks in the order they came, and how many lines of which services were dropped before."""

    missed: Mapping[str, int]
    chunks: tuple[Chunk, ...]


class Follower:
    """A reader's end. Of what it is too slow for the oldest is dropped, and counted."""

    def __init__(self, room: int = ROOM) -> None:
        self._free = room
        self._waiting: deque[Chunk] = deque()
        self._missed: Counter[str] = Counter()
        self._arrived = trio.Event()

    def tell(self, chunk: Chunk) -> None:
        """Take a chunk. It never waits."""
        self._waiting.append(chunk)
        self._free -= _size(chunk)
        while self._free < 0 and len(self._waiting) > 1:
            dropped = self._waiting.popleft()
            self._free += _size(dropped)
            self._missed[dropped.service] += dropped.count
        self._arrived.set()

    async def receive(self) -> Heard:
        """All that waits, once there is some. Cancelling it loses nothing."""
        await self._arrived.wait()
        self._arrived = trio.Event()
        heard = Heard(self._missed, tuple(self._waiting))
        self._free += sum(map(_size, self._waiting))
        self._waiting.clear()
        self._missed = Counter()
        return heard


def _size(chunk: Chunk) -> int:
    return len(chunk.data) + CHUNK + LINE * chunk.count
