"""Look at a target once: does it answer?"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from typing import cast
from urllib.parse import urlsplit

import trio
from msgspec.structs import replace

from supervisor.causes import describe
from supervisor.child import LaunchError
from supervisor.spawn import Program, spawn, why_not
from supervisor.spec import TARGETS, Target

TAIL = 4096  # bytes of what a program writes that are kept, for its last line
LINE = 200  # characters of that line
DRAIN = 0.1  # seconds for what is still in its pipes when it has ended
VISIBLE = re.compile(r"[!-~]+")  # what may stand in a request line


class ProbeFailed(Exception):
    """It did not answer as it should; the text says how."""


async def probe(target: Target, like: Program | None = None) -> None:
    """Return when the target answers; raise `ProbeFailed` when it refuses or answers badly.

    A program runs with the environment, the directory and the user of the program `like`, by
    default with the daemon's. It never gives up waiting by itself: the caller sets a timeout by
    a cancel scope. When cancelled it returns after nothing is left of such a program.
    """
    if trouble := problem(target):
        raise ProbeFailed(trouble)
    if target.http is not None:
        await _http(target.http, any_status=target.any_status)
    elif target.tcp is not None:
        host, _, port = target.tcp.rpartition(":")
        async with await _connect(host.strip("[]"), int(port)):
            pass
    else:
        assert target.exec is not None
        await _exec(target.exec, like or Program(command=(), environment=os.environ))


def problem(target: Target) -> str | None:
    """Why a target can never be probed, or None."""
    if sum(getattr(target, way) is not None for way in TARGETS) != 1:
        return f"set exactly one of {', '.join(TARGETS)}"
    if target.exec is not None:
        return None if target.exec and target.exec[0] else "exec names no program"
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
    host, _, port = (target.tcp or "").rpartition(":")
    fine = bool(host) and port.isascii() and port.isdecimal() and 0 < int(port) < 65536
    return None if fine else "tcp is not of the form host:port"


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
    import h11

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


async def _exec(command: tuple[str, ...], like: Program) -> None:
    program = replace(like, command=command, stdin=subprocess.DEVNULL, descriptors={}, pid_in=())
    name = repr(command[0])
    try:
        child = spawn(program, f"probe-{secrets.token_hex(8)}")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise ProbeFailed(f"cannot run {name}: {why_not(error, program)}") from None
    tail = bytearray()
    trouble = ""

    async def keep_tail(source: int) -> None:
        async with trio.lowlevel.FdStream(os.dup(source)) as stream:
            async for data in stream:
                tail.extend(data)
                del tail[:-TAIL]

    async with child, trio.open_nursery() as readers:
        for source, _ in child.outputs:
            readers.start_soon(keep_tail, source)
        try:
            await child.until_launched()
            await child.until_ended()
        except LaunchError as error:
            trouble = f"cannot run {name}: {why_not(error, program)}"
        finally:
            with trio.CancelScope(shield=True):
                await child.clear_away()
        readers.cancel_scope.deadline = trio.current_time() + DRAIN
    if trouble:
        raise ProbeFailed(trouble)
    if child.code != 0:
        lines = tail.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        said = f": {last[:LINE]}" if last else ""
        raise ProbeFailed(f"{name} {describe(child.code)}{said}")
