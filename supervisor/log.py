"""The log, set up once: events as JSON in a container, readable on a terminal."""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, WrappedLogger

from supervisor.output import Line

LEVELS = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error")}


def setup(
    style: Literal["auto", "json", "console"], level: str, stream: TextIO | None = None
) -> None:
    """Send every log event to `stream` (stdout by default), one line each."""
    out = sys.stdout if stream is None else stream
    console = style == "console" or (style == "auto" and out.isatty())
    renderers: list[structlog.typing.Processor] = (
        [_named, structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=0)]
        if console
        else [structlog.processors.dict_tracebacks, _json]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )


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
    text = line.text
    if text.startswith("{"):
        try:
            data = msgspec.json.decode(text, type=dict[str, object])
        except msgspec.DecodeError:
            pass
        else:
            facts["data"] = data
            text = str(data.get("message") or data.get("event") or "")
    structlog.get_logger().info(text, **facts)


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


def _named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """On a terminal the service stands before the event, and a child's bookkeeping is left out."""
    service = event.pop("service", None)
    if service is not None:
        event["event"] = f"[{service}] {event.get('event', '')}"
    if "stream" in event:
        for key in ("stream", "pid", "sequence"):
            event.pop(key, None)
    return event
