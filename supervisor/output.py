"""What children write: to the log and to files, the last lines kept, and whoever follows told."""

from __future__ import annotations

import itertools
import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar

import trio

from supervisor.ansi import Stripper
from supervisor.follower import Follower
from supervisor.kept import Chunk, Kept, Line, ends
from supervisor.lines import Assembler, Piece
from supervisor.logfiles import LogFiles
from supervisor.pipe import LINES, Pipe
from supervisor.redact import Redactor
from supervisor.sink import OURS, Sink
from supervisor.spec import Log

__all__ = ["OURS", "Chunk", "Line", "Output"]

K = TypeVar("K")
V = TypeVar("V")

# Bytes that a record takes beside its text, at most.
RECORD = 256
# A line without its end is shown after so many seconds.
PAUSE = 0.25
# So many lines may wait for a reader that misses none.
HELD_UP = 256


class Output:
    """Every service's lines, and the daemon's own events as those of `OURS`.

    `write` is told each chunk, for the log; `sink` is where it goes, to wait for. The last `keep`
    lines are kept per service.
    """

    def __init__(
        self,
        write: Callable[[Chunk], None],
        keep: int = 200,
        *,
        sink: Sink | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        self._write = write
        self._sink = sink
        self._redactor = Redactor() if redactor is None else redactor
        self._files = LogFiles()
        self._services: defaultdict[str, _Service] = defaultdict(lambda: _Service(keep))
        self._followers: defaultdict[str | None, set[Follower]] = defaultdict(set)
        self._held_up_by: defaultdict[str, set[trio.MemorySendChannel[Line]]] = defaultdict(set)

    @property
    def redactor(self) -> Redactor:
        """What all of it goes through."""
        return self._redactor

    @property
    def lost(self) -> Mapping[str, int]:
        """How many lines were dropped: of each service on the way to the log, and of each file."""
        return {**({} if self._sink is None else self._sink.lost), **self._files.lost}

    def configure(self, service: str, log: Log) -> None:
        """What becomes of its output from now on."""
        it = self._services[service]
        before, it.log = it.files, log
        for path in log.file, log.error_file:
            if path is not None:
                self._files.configure(path, log)
        if before - it.files:
            self._keep_files()

    def hide(self, secrets: Iterable[str], patterns: Iterable[str] | None = None) -> None:
        """Hide these values too from now on, and what matches these patterns instead of others."""
        self._redactor.hide(secrets)
        if patterns is not None:
            self._redactor.match(patterns)

    def tail(self, service: str, lines: int | None = None) -> tuple[Line, ...]:
        """The last lines of a service, oldest first: as many as are kept, unless fewer will do."""
        return tuple(itertools.chain.from_iterable(self.kept(service, lines)))

    def kept(self, service: str, lines: int | None = None) -> tuple[Chunk, ...]:
        """The same as the chunks that they came in."""
        return self._services[service].kept.last(lines) if service in self._services else ()

    def window(self, service: str, stream: str) -> tuple[int, bytes]:
        """The kept bytes of one stream, and how many of it came before them."""
        if service not in self._services:
            return 0, b""
        return self._services[service].kept.window(stream)

    def clear(self, service: str) -> None:
        """Drop what is kept, and empty its files but for those put aside."""
        if service in self._services:
            self._services[service].kept.clear()
            for path in self._services[service].files:
                self._files.clear(path)

    def forget(self, service: str) -> None:
        """Drop what is kept of a service that vanished, and close its files."""
        self._services.pop(service, None)
        self._keep_files()

    def reopen(self) -> None:
        """Begin all files anew where they stood: somebody has moved them."""
        self._files.reopen()

    def close(self, patience: float = 1.0) -> None:
        """Write what waits for the files; give up after so many seconds."""
        self._files.close(patience)

    @contextmanager
    def follow(self, service: str | None) -> Generator[Follower]:
        """What a service writes, or all and the daemon, from now on; who is slow misses some."""
        follower = Follower()
        with _among(self._followers, service, follower):
            yield follower

    @contextmanager
    def every_line(self, service: str) -> Generator[trio.MemoryReceiveChannel[Line]]:
        """Lines of a service from now on, and none is missed: whoever asks must keep reading, for
        it holds the service up.
        """
        send, receive = trio.open_memory_channel[Line](HELD_UP)
        with send, receive, _among(self._held_up_by, service, send):
            yield receive

    async def drain(
        self,
        source: int,
        service: str,
        pid: int,
        stream: str,
        tell: Callable[[Chunk], None] | None = None,
    ) -> None:
        """Read a pipe to its end, which is left open. Cancelled, it takes what was written by then.

        `tell` is told each chunk as well.

        The child is held up while the log or its file is behind, but not by one that stands still:
        then lines are lost, and counted.
        """
        pipe = Pipe(source)
        assembler = Assembler(self._redactor)
        stripper = Stripper()

        def pieces_of(data: bytes) -> list[Piece]:
            return assembler.feed(
                stripper.feed(data) if self._services[service].log.strip_ansi else data
            )

        def take(pieces: list[Piece]) -> list[Chunk]:
            chunks = [self._take(service, stream, pid, *piece) for piece in pieces]
            if tell is not None:
                for chunk in chunks:
                    tell(chunk)
            return chunks

        try:
            while True:
                if not await pipe.ready(PAUSE if assembler.pending else math.inf):
                    await self._tell(service, take(assembler.pause()))
                    await pipe.ready()
                await self._relief(service, pipe.size)
                data = pipe.read()
                if data is None:
                    break
                chunks = take(pieces_of(data))
                pipe.adapt(len(data), sum(chunk.count for chunk in chunks))
                await self._tell(service, chunks)
            await self._tell(service, take(assembler.feed(stripper.flush()) + assembler.flush()))
        finally:
            for data in pipe.rest():
                take(pieces_of(data))
            take(assembler.feed(stripper.flush()) + assembler.flush())

    def note(self, text: str) -> None:
        """Take an event of our own, which is in the log already."""
        self._keep(OURS, "log", os.getpid(), text.encode("utf-8", "backslashreplace"), False)

    async def _relief(self, service: str, size: int) -> None:
        it = self._services[service]
        if it.files:
            await self._files.relief(service, size)
        if it.log.daemon and self._sink is not None:
            await self._sink.relief(service, 6 * size + RECORD * LINES)

    async def _tell(self, service: str, chunks: list[Chunk]) -> None:
        for reader in tuple(self._held_up_by.get(service, ())):
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                for line in itertools.chain.from_iterable(chunks):
                    await reader.send(line)

    def _take(self, service: str, stream: str, pid: int, data: bytes, partial: bool) -> Chunk:
        it = self._services[service]
        path = it.log.error_file if stream == "stderr" else None
        if path := path or it.log.file:
            self._files.write(service, path, data)
        chunk = self._keep(service, stream, pid, data, partial)
        if it.log.daemon:
            self._write(chunk)
        return chunk

    def _keep(self, service: str, stream: str, pid: int, data: bytes, partial: bool) -> Chunk:
        it = self._services[service]
        if not partial and not data.endswith(b"\n"):
            data += b"\n"  # a stream has ended within a line
        count = 1 if partial else ends(data)
        first, at = it.sequence + 1, time.time()
        chunk = Chunk(service, stream, pid, first, at, data, count, partial, it.begun)
        it.sequence += count
        it.kept.add(chunk)
        for whom in service, None:
            for follower in self._followers.get(whom, ()):
                follower.tell(chunk)
        return chunk

    def _keep_files(self) -> None:
        self._files.keep({path for it in self._services.values() for path in it.files})


class _Service:
    def __init__(self, keep: int) -> None:
        self.log = Log()
        self.kept = Kept(keep)
        self.sequence = 0
        self.begun = time.time()

    @property
    def files(self) -> set[str]:
        return {path for path in (self.log.file, self.log.error_file) if path is not None}


@contextmanager
def _among(those: defaultdict[K, set[V]], key: K, one: V) -> Generator[None]:
    """Put one among those of a key for as long as a `with` lasts; a key without any is none."""
    those[key].add(one)
    try:
        yield
    finally:
        those[key].discard(one)
        if not those[key]:
            del those[key]
