"""Whether a thread's preview comes back, and shows what is in its files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import h11
import trio

from tests.chaos.client import Defect
from tests.chaos.turns.http import HOST, Away
from tests.chaos.whole.people import Person
from tests.chaos.whole.site import shown
from tests.whole.daemon import SERVICES

GLANCE = 1.0  # seconds between two visits


def bound(services: Path = SERVICES) -> float:
    """Seconds in which a preview is back that is asked for: its dependencies are installed anew,
    a server that does not get ready is ended and begun again, and the door holds one visit.
    """
    table: dict[str, Any] = tomllib.loads(services.read_text())["service"]
    server, install = table["astro@"], table["install@"]
    start = 2 * (server["start_timeout"] + server["stop_timeout"])
    return start + INSTALL * (1 + install["budget"]["restarts"]) + HOLD


INSTALL = 30.0  # seconds that npm takes for the site on a machine that is busy, from its archives
HOLD = 20.0  # `hold` of [service.hmr.options]


async def recovers(person: Person, door: int, within: float) -> float:
    """How many seconds it took; raises `Defect` where it takes longer than `within`."""
    began = trio.current_time()
    said = ""
    with trio.move_on_after(within):
        preview = await person.asking.preview()
        while True:
            try:
                status, page = await _visit(door, f"{preview['id']}.localhost:{door}")
                wanted = person.lines()
                said = f"{status}, {len(page)} bytes, lines {shown(page)}, not {wanted}"
                if status == 200 and shown(page) == wanted:
                    return trio.current_time() - began
                if status != 200:
                    await person.asking.preview()
            except Away as error:
                said = str(error)
            await trio.sleep(GLANCE)
    raise Defect(f"the preview of {person.thread} is not back within {within:g} s: {said}")


async def _visit(port: int, host: str) -> tuple[int, str]:
    """As a browser that opens the page. Raises `Away`."""
    headers = [
        *(("Host", host), ("Accept", "text/html"), ("Connection", "close")),
        *(("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")),
    ]
    connection = h11.Connection(h11.CLIENT)
    request = h11.Request(method="GET", target="/", headers=headers)
    sent = [connection.send(it) or b"" for it in (request, h11.EndOfMessage())]
    try:
        async with await trio.open_tcp_stream(HOST, port) as stream:
            await stream.send_all(b"".join(sent))
            status, body = 0, b""
            while True:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    connection.receive_data(await stream.receive_some())
                elif isinstance(event, h11.Response):
                    status = event.status_code
                elif isinstance(event, h11.Data):
                    body += bytes(event.data)
                else:
                    return status, body.decode()
    except (OSError, trio.BrokenResourceError, h11.RemoteProtocolError) as error:
        raise Away(str(error)) from error
