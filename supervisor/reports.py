"""What a program reports on its stdout, as messages on a stream."""

from __future__ import annotations

from contextlib import suppress

import structlog
import trio

from supervisor.kept import Chunk
from supervisor.model import Report
from supervisor.record import read
from supervisor.redact import Redactor

log = structlog.get_logger()


class Reports:
    """The way of one life's reports onto `stream`.

    A report is a line that is one JSON object, no longer than 16 KiB and written in one go: a line
    that comes in pieces is a text like others. Nothing here waits. What the stream has no room
    for is lost, and said when it begins and, with the number, when the life is over.
    """

    def __init__(
        self,
        service: str,
        stream: str,
        send: trio.MemorySendChannel[object],
        redactor: Redactor,
    ) -> None:
        self._service = service
        self._stream = stream
        self._send = send
        self._redactor = redactor
        self._lost = 0
        self._goes_on = False  # the next line is the rest of one whose beginning is gone

    def take(self, chunk: Chunk) -> None:
        """Pass on what these lines report."""
        whole = chunk.texts()[self._goes_on :] if not chunk.partial else []
        self._goes_on = chunk.partial
        for text in whole:
            if text.startswith("{") and (found := read(text, self._redactor)):
                self._pass_on(Report(self._service, found[0]))

    def close(self) -> None:
        """Say what was lost."""
        if self._lost:
            log.warning(
                "reports lost", service=self._service, stream=self._stream, count=self._lost
            )

    def _pass_on(self, report: Report) -> None:
        with suppress(trio.WouldBlock):
            self._send.send_nowait(report)
            return
        self._lost += 1
        if self._lost == 1:
            reason = "whoever receives them does not keep up"
            log.warning("losing reports", service=self._service, stream=self._stream, reason=reason)
