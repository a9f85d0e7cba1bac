"""How one process asks at a desk in another: tagged JSON lines over a Unix socket."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import msgspec
import trio

from services import messages
from supervisor.desk import Gone, NotFound, Refused, Request

R = TypeVar("R")
How = Literal["answered", "refused", "not found", "gone"]

_encoded = partial(msgspec.json.encode, enc_hook=str)  # a path is the only thing JSON lacks


class Asked(msgspec.Struct, frozen=True):
    """A request, tagged by the name of its type."""

    name: str
    request: msgspec.Raw


class Told(msgspec.Struct, frozen=True):
    """What became of a request; `text` says why it was not done."""

    how: How
    answer: msgspec.Raw = msgspec.Raw(b"null")
    text: str = ""


class Wire:
    """Either end of a connection, with one request on it at a time; a context manager."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._come = b""

    async def __aenter__(self) -> Wire:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stream.aclose()

    async def ask(self, request: Request[R]) -> R:
        """Raises what the desk raises, and `Gone` too where the other end goes without a word."""
        await self._send(Asked(type(request).__name__, msgspec.Raw(_encoded(request))))
        line = await self._line()
        if line is None:
            raise Gone("the other process ended")
        told = msgspec.json.decode(line, type=Told)
        match told.how:
            case "answered":
                answer: R = _decoded(told.answer, _answer_of(type(request)))
                return answer
            case "refused":
                raise Refused(told.text)
            case "not found":
                raise NotFound(told.text)
            case "gone":
                raise Gone(told.text)

    async def asked(self) -> Request[Any] | None:
        """The next request; None when there will be no more."""
        line = await self._line()
        if line is None:
            return None
        it = msgspec.json.decode(line, type=Asked)
        request: Request[Any] = _decoded(it.request, getattr(messages, it.name))
        return request

    async def answer(self, answer: object) -> None:
        await self._send(Told("answered", msgspec.Raw(_encoded(answer))))

    async def refuse(self, refusal: Refused) -> None:
        hows: dict[type[Refused], How] = {Gone: "gone", NotFound: "not found"}
        await self._send(Told(hows.get(type(refusal), "refused"), text=str(refusal)))

    async def _send(self, message: msgspec.Struct) -> None:
        """What the other end, gone by now, cannot read is no loss."""
        try:
            await self._stream.send_all(_encoded(message) + b"\n")
        except trio.BrokenResourceError:
            await trio.lowlevel.checkpoint()

    async def _line(self) -> bytes | None:
        while b"\n" not in self._come:
            try:
                piece = await self._stream.receive_some()
            except trio.BrokenResourceError:
                return None
            if not piece:
                return None
            self._come += piece
        line, _, self._come = self._come.partition(b"\n")
        return line


@cache
def _answer_of(request: type[Request[Any]]) -> Any:
    """What a request is answered with, as its class says."""
    (base,) = request.__dict__["__orig_bases__"]
    return get_args(base)[0]


def _decoded(raw: msgspec.Raw, shape: Any) -> Any:
    return msgspec.json.decode(raw, type=shape, dec_hook=_path)


def _path(shape: type, value: Any) -> Any:
    return Path(value) if shape is Path else value
