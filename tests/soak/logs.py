"""A child that writes so much that its log file is put aside again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from tests.endurance.promise import Promise, exactly
from tests.soak.load import Load
from tests.soak.world import BACKUPS, MAX_BYTES
from tests.whole.daemon import until

OF_A_LIFE = 20  # rotations, until the child is ended and its files are read
LINE = 64  # bytes of each of its lines


class Rotations(Load):
    """A rotation is a file put aside. At the end of each life of the child all that its files hold
    is one row of numbers without a gap, up to the last line that it wrote.
    """

    name = "rotations"
    workers = 1

    def prepare(self) -> None:
        self._file = self.world.folder / "chatter.log"
        self._written = 0

    def work(self, worker: int, share: int) -> None:
        for _ in self.rounds(-(-share // OF_A_LIFE)):
            self.world.good("POST", "/v1/services/chatter/start", {})
            for _ in range(OF_A_LIFE):
                with self.one():
                    self._until_put_aside()
            self.world.good("POST", "/v1/services/chatter/stop", {})
            self._look()

    def _until_put_aside(self) -> None:
        """Then the youngest file that was put aside is another one."""
        before = _identity(self._aside)
        until("a rotation", lambda: _identity(self._aside) != before)

    @property
    def _aside(self) -> Path:
        return self._file.with_name("chatter.log.1")

    def _look(self) -> None:
        """Nothing is lost; what was read of a child that has ended may be written later."""
        count = [int(word) for word in (self.world.folder / "chatter.count").read_text().split()]
        self._written = sum(count)
        last = count[-1] - 1
        until(f"line {last}, the last one", lambda: self._numbers()[-1:] == [last])
        for before, after in pairwise(self._numbers()):
            if after not in (before + 1, 0):
                raise AssertionError(f"lines are lost between {before} and {after}")

    def _numbers(self) -> list[int]:
        """What is there, the oldest file first; one may be on its way to another name."""
        content = b""
        for name in (*(f"chatter.log.{n}" for n in range(BACKUPS, 0, -1)), "chatter.log"):
            with suppress(FileNotFoundError):
                content += self._file.with_name(name).read_bytes()
        return [int(line) for line in content.split()]

    def promises(self) -> Iterator[Promise]:
        enough = self.done * (MAX_BYTES // LINE)
        yield Promise("lines that were written", self._written, least=enough)
        yield exactly("lines lost, by the metrics", self.world.metric("nurseryd_log_lost_total"), 0)


def _identity(file: Path) -> int:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return 0
