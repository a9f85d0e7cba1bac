"""One log file: appended to, and put aside when it is full. Blocking, for one worker thread."""

from __future__ import annotations

import itertools
import os
import stat
import time
from contextlib import suppress

from supervisor.links import open_file

# Seconds between two looks at whether the file is still the one that stands there.
LOOK = 1.0


class LogFile:
    """FILE, and FILE.1, the youngest of those put aside, to FILE.N.

    It is put aside when the next line would make it longer than `max_bytes`, never within a line;
    with 0 it grows for ever. When somebody moves or deletes it, it is begun anew; folders that are
    missing are made. What is no regular file, such as /dev/stderr, is only written. As root it is
    reached by no link of another user's.
    """

    def __init__(self, path: str, max_bytes: int, backups: int) -> None:
        self._path = path
        self.max_bytes = max_bytes
        self.backups = backups
        self.written = 0  # bytes of what was last given to `write`
        self._descriptor = -1
        self._regular = True
        self._identity = (0, 0)
        self._size = 0
        self._looked = 0.0
        self._within = False  # it ends within a line
        self._torn = False  # and that line will not go on

    def write(self, data: bytes) -> OSError | None:
        """Append pieces of lines; why the file could not be put aside, if it had to be.

        Raises `OSError` when not all is written. The line that this cut is ended before the next.
        """
        self.written = 0
        self._open()
        trouble = None
        while self.written < len(data):
            end = self._share(data, self.written)
            self._append(memoryview(data)[self.written : end])
            if end < len(data):
                trouble = self._put_aside() or trouble
        return trouble

    def clear(self) -> None:
        """Make it empty; those put aside stay."""
        self._open()
        if self._regular:
            os.ftruncate(self._descriptor, 0)
            self._size = 0
            self._within = self._torn = False

    def close(self) -> None:
        """Until the next `write`: where somebody moved it, that one begins it anew."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def _open(self) -> None:
        now = time.monotonic()
        if self._descriptor >= 0 and now - self._looked >= LOOK and not self._stands():
            self.close()
        if self._descriptor < 0:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOCTTY | os.O_NONBLOCK
            self._descriptor = open_file(self._path, flags, 0o644)
            found = os.fstat(self._descriptor)
            self._regular = stat.S_ISREG(found.st_mode)
            self._size = found.st_size
            if (identity := (found.st_dev, found.st_ino)) != self._identity:
                self._within = self._torn = False
            self._identity = identity
            self._looked = now

    def _stands(self) -> bool:
        self._looked = time.monotonic()
        try:
            found = os.stat(self._path)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self._identity

    def _share(self, data: bytes, at: int) -> int:
        """Up to where the rest of `data` goes into this file."""
        room = self.max_bytes - self._size
        if not self.max_bytes or not self._regular or len(data) - at <= room:
            return len(data)
        if room > 0 and (end := data.rfind(b"\n", at, at + room) + 1):
            return end
        if self._within or not self._size:  # a line is whole, however long
            return data.find(b"\n", at) + 1 or len(data)
        return at

    def _append(self, data: memoryview) -> None:
        try:
            if self._torn and data:
                self._size += os.write(self._descriptor, b"\n")
                self._torn = False
            while data:
                count = os.write(self._descriptor, data)
                self._size += count
                self.written += count
                self._within = data[count - 1] != ord("\n")
                data = data[count:]
        except OSError:
            self._torn = self._torn or self._within
            raise

    def _put_aside(self) -> OSError | None:
        """When that cannot be done the file goes on, and it is tried again after as many bytes."""
        self.close()
        trouble = None
        try:
            names = [self._path, *(f"{self._path}.{n + 1}" for n in range(self.backups))]
            for name, older in reversed([*itertools.pairwise(names)]):
                with suppress(FileNotFoundError):
                    os.replace(name, older)
            if not self.backups:
                os.unlink(self._path)
        except OSError as error:
            trouble = error
        self._open()
        self._size = 0
        return trouble
