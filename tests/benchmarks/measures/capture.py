"""From a child's first byte on stdout to its last line in a file, and how many got there."""

from __future__ import annotations

import time
from pathlib import Path

from tests.benchmarks import procfs
from tests.benchmarks.field import Field
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.job import NotDone
from tests.benchmarks.running import Running

LINE = 100  # bytes, as child.c writes them
FILLING = b"x" * 80  # stands once in every line, whatever a supervisor puts around it
STYLES = {"block": "written in blocks of 64 KB", "line": "one write a line"}
CALM = 0.3  # seconds in which a file does not grow, once the child is through
# A record for each line competes with who looks at lines, the same bytes with who does not.
AIMS = (Aim("s6"), Aim("supervisord", ours="nurseryd to a file"))


def measure(field: Field) -> None:
    for style, how in STYLES.items():
        speed = Figure("capture", f"lines captured, {how}", "MB/s", AIMS, more_is_better=True)
        spent = Figure("capture", f"CPU for 100 MB, {how}", "ms")
        lost = Figure("capture", f"lines lost, {how}", "", (Aim("", 0),))
        for peer in field.rounds("capture", field.sizes.captures):
            work = ("write", str(field.sizes.lines), style)
            with (
                field.trying("capture", peer),
                field.supervised("capture", peer, 1, *work) as running,
            ):
                running.until_up()
                seconds, lines = captured(running, field.sizes.lines, field.sizes.capture_limit)
                megabytes = lines * LINE / 1e6
                field.results.add(speed, peer.name, megabytes / seconds)
                cpu = procfs.cpu_ms(running.supervisors())
                field.results.add(spent, peer.name, cpu / megabytes * 100)
                if running.journal.first("done"):
                    field.results.add(lost, peer.name, field.sizes.lines - lines)


def captured(running: Running, lines: int, limit: float) -> tuple[float, int]:
    """Seconds until the files no longer grow, and the lines in them.

    A child that is not through within `limit` seconds is measured by what had come by then.
    """
    begun = running.journal.entries[0].at
    grown, size = begun, 0
    while (now := time.monotonic_ns()) - begun < limit * 1e9:
        running.journal.read()
        now_there = sum(file.stat().st_size for file in _files(running))
        if now_there != size:
            grown, size = now, now_there
        elif running.journal.first("done") and now - grown > CALM * 1e9:
            break
        time.sleep(0.002)
    found = sum(_lines(file) for file in _files(running))
    if not found:
        raise NotDone(f"captured none of {lines} lines in {limit:g} s")
    return (grown - begun) / 1e9, found


def _files(running: Running) -> list[Path]:
    return [file for pattern in running.captured for file in running.directory.glob(pattern)]


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(FILLING in line for line in lines)
