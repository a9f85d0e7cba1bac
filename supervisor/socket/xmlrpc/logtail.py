"""GET /logtail/NAME/STREAM and /mainlogtail: what `supervisorctl tail -f` reads, as it comes."""

from __future__ import annotations

from functools import partial

from supervisor.output import Line, Output
from supervisor.socket.http import Answer, Send, Stream, complaint
from supervisor.socket.served import IDENTIFIER
from supervisor.socket.xmlrpc.asking import Asking
from supervisor.socket.xmlrpc.faults import Fault

FIRST = 1024  # bytes of what was written before


async def logtail(asking: Asking, parts: list[str]) -> Stream | Answer:
    """`parts` are the process and, unless it is stdout, the stream."""
    match parts:
        case [name]:
            stream = "stdout"
        case [name, ("stdout" | "stderr") as stream]:
            pass
        case _:
            return complaint(404, "cannot find such a log: ask for /logtail/NAME/stdout")
    try:
        service = (await asking.members()).one(name).name
    except Fault as fault:
        return complaint(404, str(fault))
    return _tail(asking.served.output, service, stream)


def mainlogtail(output: Output) -> Stream:
    return _tail(output, IDENTIFIER, "log")


def _tail(output: Output, service: str, stream: str) -> Stream:
    return Stream(partial(_follow, output, service, stream), "text/plain; charset=utf-8")


async def _follow(output: Output, service: str, stream: str, send: Send) -> None:
    with output.follow(service) as follower:
        await send(_end(output.window(service, stream)[1]))
        while True:
            heard = await follower.receive()
            parts = [f"({missed} lines missed)\n".encode() for missed in heard.missed.values()]
            lines = (line for chunk in heard.chunks for line in chunk if line.stream == stream)
            await send(b"".join((*parts, *map(_bytes, lines))))


def _end(kept: bytes) -> bytes:
    """The last bytes, from the begin of a line on where there is one among them."""
    if len(kept) <= FIRST:
        return kept
    end = kept[-FIRST:]
    return end[end.find(b"\n", 0, -1) + 1 :]


def _bytes(line: Line) -> bytes:
    return line.text.encode("utf-8", "backslashreplace") + (b"" if line.partial else b"\n")
