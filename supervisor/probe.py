"""Look at a target once: does it answer?"""

from __future__ import annotations

import os
import re
from typing import cast
from urllib.parse import urlsplit

import h11
import trio

from supervisor.spec import Target

VISIBLE = re.compile(r"[!-~]+")  # what may stand in a request line


class ProbeFailed(Exception):
    """It did not answer as it should; the text says how."""


async def probe(target: Target) -> None:
    """Return when the target answers; raise `ProbeFailed` when it refuses or answers badly.

    It never gives up waiting by itself: the caller sets a timeout by a cancel scope.
    """
    if trouble := problem(target):
        raise ProbeFailed(trouble)
    if target.http is not None:
        await _http(target.http, any_status=target.any_status)
    elif target.tcp is not None:
        host, _, port = target.tcp.rpartition(":")
        async with await _connect(host.strip("[]"), int(port)):
            pass


def problem(target: Target) -> str | None:
    """Why a target can never be probed, or None."""
    if target.http is not None:
        try:
            url = urlsplit(target.http)
            fine = (
                VISIBLE.fullmatch(target.http) is not None
                and url.scheme == "http"
                and bool(url.hostname)
                and (url.port is None or url.port > 0)
            )
        except ValueError:
            fine = False
        return None if fine else "http is not an address such as http://127.0.0.1:8080/health"
    if target.tcp is not None:
        host, _, port = target.tcp.rpartition(":")
        fine = bool(host) and port.isascii() and port.isdecimal() and 0 < int(port) < 65536
        return None if fine else "tcp is not of the form host:port"
    return None


async def _connect(host: str, port: int) -> trio.SocketStream:
    try:
        return await trio.open_tcp_stream(host, port)
    except (OSError, UnicodeError) as error:  # no host's name can be such a text
        raise ProbeFailed(f"cannot connect to {host}:{port}: {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    """Why no address of a host could be reached, each reason once."""
    group = error.__cause__
    if isinstance(group, ExceptionGroup):
        causes = cast("ExceptionGroup[Exception]", group).exceptions
        return ", ".join(dict.fromkeys(map(_reason, causes)))
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number and number > 0 else str(error)


async def _http(address: str, *, any_status: bool) -> None:
    url = urlsplit(address)
    host, port = url.hostname or "", url.port or 80
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    connection = h11.Connection(h11.CLIENT)
    request = h11.Request(
        method="GET",
        target=path,
        headers=[
            ("Host", url.netloc),
            ("User-Agent", "nurseryd-prober"),
            ("Accept", "*/*"),
            ("Connection", "close"),
        ],
    )
    async with await _connect(host, port) as stream:
        try:
            await stream.send_all(connection.send(request) + connection.send(h11.EndOfMessage()))
            event = connection.next_event()
            while event is h11.NEED_DATA or isinstance(event, h11.InformationalResponse):
                if event is h11.NEED_DATA:
                    connection.receive_data(await _some(address, stream))
                event = connection.next_event()
        except trio.BrokenResourceError:
            raise ProbeFailed(f"{address} closed the connection") from None
        except h11.RemoteProtocolError as error:
            raise ProbeFailed(f"{address} does not speak HTTP: {error}") from None
    assert isinstance(event, h11.Response)
    if not any_status and not 200 <= event.status_code < 400:
        raise ProbeFailed(f"{address} answered {event.status_code}")


async def _some(address: str, stream: trio.SocketStream) -> bytes:
    data = await stream.receive_some()
    if not data:
        raise ProbeFailed(f"{address} closed the connection")
    return bytes(data)
