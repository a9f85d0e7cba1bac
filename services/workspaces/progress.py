"""What is told of transfers under way: enough to watch them, and no more than that."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Literal

import structlog
import trio

from services.messages import Transfer, Transfers
from supervisor.desk import Refused

log = structlog.get_logger()

EVERY = 0.25  # seconds, between two values that a person sees change

What = Literal["clone", "fetch", "push"]
Progress = Callable[[int, int, int], None]


class Pace:
    """Which of a transfer's many steps are told: one in `EVERY`, and the last."""

    def __init__(self) -> None:
        self._told_at = -math.inf
        self._told = (0, 0)

    def due(self, now: float, done: int, total: int) -> bool:
        """Whether to tell this step; it then counts as told."""
        step = done, total
        last = 0 < total <= done
        if step == self._told or (not last and now - self._told_at < EVERY):
            return False
        self._told_at, self._told = now, step
        return True


class Board:
    """All transfers under way, put anew where everybody sees them whenever one changes."""

    def __init__(self, publish: Callable[[Transfers], None]) -> None:
        self._publish = publish
        self._running: dict[str, Transfer] = {}
        # A board outlives the service: what an earlier life had under way is not any more.
        publish(Transfers(self._running))

    @contextmanager
    def shown(self, whose: str, what: What | None) -> Generator[Progress]:
        """Show a transfer until the block ends, and log how it ended, unless `what` is None.

        What is yielded may be called in any thread.
        """
        if what is None:
            yield lambda _done, _total, _size: None
            return
        loop = trio.lowlevel.current_trio_token()
        pace = Pace()
        under_way = True

        def show(transfer: Transfer) -> None:
            if under_way:
                self._set(whose, transfer)

        def progress(done: int, total: int, size: int) -> None:
            if pace.due(time.monotonic(), done, total):
                with suppress(trio.RunFinishedError):
                    loop.run_sync_soon(show, Transfer(what, done, total, size))

        self._set(whose, Transfer(what))
        begun = time.monotonic()
        try:
            yield progress
            seconds = round(time.monotonic() - begun, 1)
            log.info("transfer ended", workspace=whose, what=what, seconds=seconds)
        except Refused as refusal:
            log.warning("transfer failed", workspace=whose, what=what, reason=str(refusal))
            raise
        finally:
            under_way = False
            self._set(whose, None)

    def _set(self, whose: str, transfer: Transfer | None) -> None:
        others = {name: other for name, other in self._running.items() if name != whose}
        self._running = others if transfer is None else {**others, whose: transfer}
        self._publish(Transfers(self._running))
