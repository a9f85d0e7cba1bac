"""`status --watch`: the table, drawn anew from the event stream. The daemon is never polled."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

import click

from supervisor.cli.nurseryctl import naming
from supervisor.cli.nurseryctl.screen import draw
from supervisor.cli.nurseryctl.table import row, table
from supervisor.socket.client import Client

TICK = 1.0  # seconds between two drawings when nothing happens: ages go on

Services = dict[str, dict[str, Any]]


def apply(services: Services, record: dict[str, Any]) -> str | None:
    """Take one record of the event stream in; the name that changed, or None for a snapshot."""
    if "snapshot" in record:
        services.clear()
        services.update((service["name"], service) for service in record["snapshot"])
        return None
    before, now = record["before"], record["now"]
    name = (now or before)["name"]
    if now is None:
        services.pop(name, None)
    else:
        services[name] = now
    return name


def watch(client: Client, words: Sequence[str], out: TextIO) -> None:
    """Until the daemon ends or somebody interrupts. Where `out` is no terminal, a line a change."""
    with client.events() as records:
        if out.isatty():
            draw(_pictures(_arrivals(records), words), out)
        else:
            _append(records, words)


def _append(records: Iterable[dict[str, Any]], words: Sequence[str]) -> None:
    services: Services = {}
    for record in records:
        name = apply(services, record)
        chosen = _chosen(words, services)
        if name is None:
            lines = table(chosen, time.time())
        else:
            lines = [row(service, time.time()) for service in chosen if service["name"] == name]
        for line in lines:
            click.echo(line)


def _chosen(words: Sequence[str], services: Services) -> list[dict[str, Any]]:
    return naming.only(words, list(services.values()))


def _pictures(
    arrivals: queue.SimpleQueue[dict[str, Any] | Exception | None], words: Sequence[str]
) -> Iterator[list[str]]:
    """The table, with every record and every `TICK`, until the records end."""
    services: Services = {}
    while True:
        try:
            record = arrivals.get(timeout=TICK)
        except queue.Empty:
            pass
        else:
            if record is None:
                return
            if isinstance(record, Exception):
                raise record
            apply(services, record)
        yield table(_chosen(words, services), time.time())


def _arrivals(
    records: Iterable[dict[str, Any]],
) -> queue.SimpleQueue[dict[str, Any] | Exception | None]:
    """The records as they come, then None; or what went wrong."""
    arrivals: queue.SimpleQueue[dict[str, Any] | Exception | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for record in records:
                arrivals.put(record)
            arrivals.put(None)
        except Exception as error:  # it is raised where somebody waits
            arrivals.put(error)

    threading.Thread(target=read, daemon=True).start()
    return arrivals
