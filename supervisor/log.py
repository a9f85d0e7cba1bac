"""The log, set up once: events as JSON in a container, readable on a terminal."""

from __future__ import annotations

import json
import logging
import math
import os
import reprlib
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, TextIO, cast

import msgspec
import structlog
import trio
from structlog.typing import EventDict, Processor, WrappedLogger

from supervisor.ansi import harmless
from supervisor.kept import Chunk
from supervisor.limiter import Limiter
from supervisor.record import LEVEL, hidden, message, read, records
from supervisor.redact import Redactor
from supervisor.sink import Sink

LEVELS = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error")}


# Never with the values of variables: a secret may be among them.
TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def setup(
    style: Literal["auto", "json", "console"],
    level: str,
    descriptor: int | None = None,
    redactor: Redactor | None = None,
) -> Logbook:
    """Send every log event to `descriptor` (stdout by default), one line each.

    Close it at the very end: it writes what still waits.
    """
    out = _stdout() if descriptor is None else descriptor
    terminal = os.isatty(out)
    console = style == "console" or (style == "auto" and terminal)
    redactor = Redactor() if redactor is None else redactor
    render = _console(terminal, redactor) if console else _Json(redactor)
    limiter = Limiter()
    logbook = Logbook(
        Sink(out), limiter, redactor, LEVELS[level] <= LEVELS[LEVEL], render if console else None
    )
    accepting = logging.getLogger("trio.serve_listeners")
    accepting.handlers, accepting.propagate = [_Accepting()], False
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            limiter,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
            *(() if console else (structlog.processors.ExceptionRenderer(TRACEBACKS),)),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", logbook)),
        cache_logger_on_first_use=True,
    )
    return logbook


class Logbook:
    """Where all is written down: our own events, through structlog, and what children write."""

    def __init__(
        self,
        sink: Sink,
        limiter: Limiter,
        redactor: Redactor,
        children: bool,
        render: Processor | None,
    ) -> None:
        self.sink = sink
        self._limiter = limiter
        self._redactor = redactor
        self._children = children
        self._render = render
        self._keep: Callable[[str], None] | None = None

    def keep(self, keep: Callable[[str], None]) -> None:
        """Tell `keep` every event of our own from now on, in this thread, which is Trio's."""
        token, thread = trio.lowlevel.current_trio_token(), threading.get_ident()

        def tell(text: str) -> None:
            if threading.get_ident() == thread:
                keep(text)
            else:
                with suppress(trio.RunFinishedError):
                    token.run_sync_soon(keep, text)

        self._keep = tell

    def record(self, chunk: Chunk) -> None:
        """A child's lines as one event each; an object that it wrote itself becomes `data`."""
        if self._children:
            text = records(chunk, self._redactor) if self._render is None else self._shown(chunk)
            self.sink.put(chunk.service, text, chunk.count)

    def write(self, text: str) -> None:
        """An event of our own, rendered; for `structlog.WriteLogger`."""
        self.sink.write(text)
        if self._keep is not None:
            self._keep(text.removesuffix("\n"))

    def flush(self) -> None:
        """Nothing: `write` waits for nobody."""

    def close(self, patience: float = 1.0) -> None:
        """Write what waits; give up after so many seconds."""
        self._limiter.tell()
        self.sink.close(patience)

    def _shown(self, chunk: Chunk) -> bytes:
        facts: EventDict = {"service": chunk.service, "level": LEVEL}
        facts["timestamp"] = time.strftime("%H:%M:%S", time.localtime(chunk.at))
        if chunk.partial:
            facts["partial"] = True
        shown = [self._rendered(text, facts) for text in chunk.texts()]
        return "".join(shown).encode("utf-8", "backslashreplace")

    def _rendered(self, text: str, facts: EventDict) -> str:
        assert self._render is not None
        with suppress(RecursionError):  # what is only just too deep to be shown is a text
            if text.startswith("{") and (found := read(text, self._redactor)):
                event = {**facts, "event": message(found[0]), "data": found[0]}
                return f"{self._render(None, LEVEL, event)}\n"
        return f"{self._render(None, LEVEL, {**facts, 'event': text})}\n"


class _Accepting(logging.Handler):
    """What Trio says, with a traceback and ten times a second, of a listener that cannot take
    anybody in since no descriptor is left: that in a line, once in so many seconds.
    """

    PERIOD = 60.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._next = -math.inf

    def emit(self, record: logging.LogRecord) -> None:
        if self._clock() >= self._next:
            self._next = self._clock() + self.PERIOD
            reason = record.getMessage()
            structlog.get_logger().warning("cannot take in who connects for now", reason=reason)


def _stdout() -> int:
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        return os.open(os.devnull, os.O_WRONLY)  # closed before we began: keep its number taken
    return sys.stdout.fileno()


def _console(colours: bool, redactor: Redactor) -> Processor:
    """For people: the service stands before the event."""
    render = structlog.dev.ConsoleRenderer(
        exception_formatter=structlog.dev.plain_traceback, colors=colours, pad_event_to=0
    )

    def shown(logger: WrappedLogger, method: str, event: EventDict) -> str:
        service = event.pop("service", None)
        if service is not None:
            event["event"] = f"[{service}] {event.get('event', '')}"
        return harmless(redactor.text(render(logger, method, event)))

    return shown


class _Json:
    """For machines: any value is shown somehow, and none that must be hidden."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> str:
        text = _json(event)
        if not self._redactor.active:
            return text
        return msgspec.json.encode(hidden(json.loads(text), self._redactor)).decode()


def _json(event: EventDict) -> str:
    try:
        return msgspec.json.encode(event, enc_hook=str).decode()
    except Exception:  # a value's own __str__ may raise anything, and a log line ends nothing
        return json.dumps({str(key): _plainly(value) for key, value in event.items()})


def _plainly(value: object) -> object:
    return value if isinstance(value, str | bool | None) else reprlib.repr(value)
