"""One request, and its whole answer, over a connection of its own."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import h11
import trio

from services.doctor.causes import Broken, Symptom
from services.doctor.target import Target

MOST_BYTES = 4 * 1024 * 1024  # of a body; what is beyond is not looked at
CHUNK = 64 * 1024

_TLS_ALERT = b"\x15\x03"
_HTTP = b"HTTP/"

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have names in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def get(self, name: str) -> str:
        """A header's value, the first where there are several; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def is_page(self) -> bool:
        return "text/html" in self.get("content-type").lower()


class Exchange:
    """A connection on which one request is made. What comes after a 101 is in `leftover`."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=256 * 1024)
        self._begun = self._ended = False

    async def ask(self, target: Target, path: str, headers: Headers) -> Answer:
        """GET a path and read all of the answer. Raises `Broken`; a 101 is an answer too."""
        try:
            return await self._ask(target, path, headers)
        except h11.RemoteProtocolError as error:
            if self._ended:
                seen = "the connection was closed before the end of an answer"
                raise Broken(Symptom.HUNG_UP, seen) from None
            raise Broken(Symptom.NOT_HTTP, f"the answer is no HTTP/1.1: {error}") from None
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Broken(Symptom.HUNG_UP, "the connection was cut before an answer") from None

    async def _ask(self, target: Target, path: str, headers: Headers) -> Answer:
        fields = [("Host", target.authority), *headers]
        try:
            request = h11.Request(
                method="GET",
                target=path,
                headers=[
                    (name.encode("latin-1"), value.encode("latin-1")) for name, value in fields
                ],
            )
        except (h11.LocalProtocolError, UnicodeError):
            seen = "HTTP has no way to say its name, its path, a cookie or the token"
            raise Broken(Symptom.BAD_ADDRESS, seen) from None
        sent = self._http.send(request) + self._http.send(h11.EndOfMessage())
        await self.stream.send_all(sent)
        answer, body = None, bytearray()
        while True:
            match await self._next():
                case h11.InformationalResponse(status_code=101) as switched:
                    return Answer(101, _plain(switched))
                case h11.Response() as answer:
                    pass
                case h11.Data(data=data):
                    body += data
                case h11.EndOfMessage():
                    break
                case _:
                    pass
            if len(body) > MOST_BYTES:
                break
        assert answer is not None
        whole = Answer(answer.status_code, _plain(answer))
        return Answer(whole.status, whole.headers, _unpacked(bytes(body), whole))

    async def _next(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            data = bytes(await self.stream.receive_some(CHUNK))
            self._ended = not data
            if not self._begun:
                _check_beginning(data)
            self._begun = True
            self._http.receive_data(data)

    @property
    def leftover(self) -> bytes:
        return self._http.trailing_data[0]


def _check_beginning(data: bytes) -> None:
    """Raises `Broken` for a first word that no web server says, whatever is still to come."""
    if data.startswith(_TLS_ALERT):
        raise Broken(Symptom.TLS_WHERE_PLAIN, "the answer is an alert of TLS")
    if not _HTTP.startswith(data[: len(_HTTP)]):
        raise Broken(Symptom.NOT_HTTP, f"the answer begins with {data[:24]!r}")


def _plain(event: h11.Response | h11.InformationalResponse) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode(), value.decode("latin-1")) for name, value in event.headers)


def _unpacked(body: bytes, answer: Answer) -> bytes:
    """We ask for no compression; some compress all the same."""
    if answer.get("content-encoding").lower() not in ("gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(wbits=47).decompress(body, MOST_BYTES)
    except zlib.error:
        return body
