"""What a daemon left behind that was killed: ended before the next one in its place begins.

Every process of a life carries its marker, and every marker begins with its daemon's place. No
other daemon has the same place at the same time, so whoever carries it belongs to a dead one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterable
from contextlib import suppress

import structlog
import trio

from supervisor import procfs
from supervisor.survivors import hides, mark_of

log = structlog.get_logger()

SERVICE = "NURSERYD_SERVICE"
# Seconds: to end when asked, and to be gone once killed.
GRACE = 5.0
PATIENCE = 2.0
# Seconds between two looks where a process hid its environment, as in the middle of an exec.
PAUSE = 0.01
LOOKS = 4  # while one that shows no environment leaves doubt, as some do for good


def place_of(socket: str) -> str:
    """By what the place of a control socket is known; raises `OSError` without its folder.

    A path alone would not do: two containers may see each other's processes and have the same
    paths. The name of a file has no `/`, so that no place is the beginning of another with one.
    """
    folder, name = os.path.split(socket)
    it = os.stat(folder or ".")
    return f"{it.st_dev:x}:{it.st_ino:x}:{name}"


async def end_leftovers(place: str) -> None:
    """End all that carry this place, but those that this process descends from.

    Asked first, killed after `GRACE`; what then outlives `PATIENCE` is left, and told of. Only
    whose environment may be read is known: one's own user's, or everybody's for root. When
    cancelled, those that have not ended live on.
    """
    spared = _ancestry()
    left = await _look(place, spared)
    if not left:
        return
    log.warning("ending what a killed daemon left behind", **_told(left))
    with trio.move_on_after(GRACE):
        await _end(left, signal.SIGTERM, signal.SIGCONT)
    with trio.move_on_after(PATIENCE):
        while left := await _look(place, spared):
            await _end(left, signal.SIGKILL)
    if left:
        log.error("cannot end what a killed daemon left behind", **_told(left))


def _told(left: dict[int, str]) -> dict[str, object]:
    return {"pids": sorted(left), "services": sorted(set(left.values()))}


def _ancestry() -> set[int]:
    """This process and all that it descends from, as far as can be seen."""
    found = {pid := os.getpid()}
    with suppress(OSError):  # mounted with hidepid, /proc shows nobody but our own
        while pid := procfs.stat(str(pid)).parent:
            found.add(pid)
    return found


async def _look(place: str, spared: Collection[int]) -> dict[int, str]:
    """The leftovers by pid, each with its service; again where one may have been in hiding.

    Also when others were found: one that is not would be killed without having been asked.
    """
    left: dict[int, str] = {}
    for _ in range(LOOKS):
        left, sure = find(place, spared)
        if sure:
            break
        await trio.sleep(PAUSE)
    return left


def find(place: str, spared: Collection[int] = ()) -> tuple[dict[int, str], bool]:
    """The leftovers at this moment, by pid with their services, and whether it is sure of all."""
    prefix = os.fsencode(f"{place}/")
    left: dict[int, str] = {}
    sure = True
    for name, _ in procfs.processes():
        if int(name) in spared:
            continue
        try:
            variables = procfs.variables(name)
            if not variables and hides(procfs.stat(name)):
                sure = False
        except OSError:  # gone, or not ours to read
            continue
        if (mark_of(variables) or b"").startswith(prefix):
            left[int(name)] = _service(variables)
    return left, sure


def _service(variables: Iterable[bytes]) -> str:
    prefix = f"{SERVICE}=".encode()
    name = next((it.removeprefix(prefix) for it in variables if it.startswith(prefix)), b"")
    return name.decode(errors="backslashreplace")


async def _end(pids: Iterable[int], *signals: signal.Signals) -> None:
    """Signal each of them, and wait until all have ended."""
    async with trio.open_nursery() as nursery:
        for pid in pids:
            nursery.start_soon(_end_one, pid, signals)


async def _end_one(pid: int, signals: Iterable[signal.Signals]) -> None:
    try:
        it = os.pidfd_open(pid)
    except OSError:  # gone, or no descriptor left: whoever looks again will see
        await trio.sleep(PAUSE)
        return
    try:
        with suppress(ProcessLookupError, PermissionError):
            for signum in signals:
                signal.pidfd_send_signal(it, signum)
        await trio.lowlevel.wait_readable(it)
    finally:
        os.close(it)
