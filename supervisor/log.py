"""The log, set up once: events as JSON in a container, readable on a terminal."""

from __future__ import annotations

import json
import logging
import os
import reprlib
import sys
from contextlib import suppress
from typing import Literal, TextIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, WrappedLogger

from supervisor.output import Line
from supervisor.sink import Sink

LEVELS = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error")}


# Never with the values of variables: a secret may be among them.
TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def setup(
    style: Literal["auto", "json", "console"], level: str, descriptor: int | None = None
) -> Sink:
    """Send every log event to `descriptor` (stdout by default), one line each.

    Close the sink at the very end: it writes what still waits.
    """
    out = _stdout() if descriptor is None else descriptor
    terminal = os.isatty(out)
    sink = Sink(out)
    console = style == "console" or (style == "auto" and terminal)
    renderers: list[structlog.typing.Processor] = (
        [
            _named,
            structlog.dev.ConsoleRenderer(
                exception_formatter=structlog.dev.plain_traceback,
                colors=terminal,
                pad_event_to=0,
            ),
        ]
        if console
        else [structlog.processors.ExceptionRenderer(TRACEBACKS), _json]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", sink)),
        cache_logger_on_first_use=True,
    )
    return sink


def _stdout() -> int:
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        return os.open(os.devnull, os.O_WRONLY)  # closed before we began: keep its number taken
    return sys.stdout.fileno()


def write_line(line: Line) -> None:
    """One line of a child as one event; an object that the child wrote itself becomes `data`."""
    facts: dict[str, object] = {
        "service": line.service,
        "stream": line.stream,
        "pid": line.pid,
        "sequence": line.sequence,
    }
    if line.partial:
        facts["partial"] = True
    log = structlog.get_logger()
    if line.text.startswith("{"):
        # Too deep to be read, or only just too deep to be written: then it is a text like others.
        with suppress(msgspec.DecodeError, RecursionError):
            data = msgspec.json.decode(line.text, type=dict[str, object])
            text = str(data.get("message") or data.get("event") or "")
            log.info(text, **facts, data=data)
            return
    log.info(line.text, **facts)


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    try:
        return msgspec.json.encode(event, enc_hook=str).decode()
    except Exception:  # a value's own __str__ may raise anything, and a log line ends nothing
        return json.dumps({str(key): _plainly(value) for key, value in event.items()})


def _plainly(value: object) -> object:
    return value if isinstance(value, str | bool | None) else reprlib.repr(value)


def _named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """On a terminal the service stands before the event, and a child's bookkeeping is left out."""
    service = event.pop("service", None)
    if service is not None:
        event["event"] = f"[{service}] {event.get('event', '')}"
    if "stream" in event:
        for key in ("stream", "pid", "sequence"):
            event.pop(key, None)
    return event
