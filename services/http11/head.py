"""The heads of HTTP/1.1 messages, read as strictly as RFC 9112 allows. Pure.

Two readers of one message that differ in where it ends are how requests get smuggled, so what may
be read in two ways is refused rather than repaired.
"""

from __future__ import annotations

import re

from msgspec import Struct

Headers = list[tuple[bytes, bytes]]

FIELDS = 128  # at most, in one head; browsers send some 20
TARGET = 16 * 1024  # bytes
CHUNKED = -1
UNTIL_CLOSE = -2

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_VALUE = rb"[^\x00-\x08\x0a-\x1f\x7f]*"
_REQUEST = re.compile(rb"(%b) ([\x21-\x7e]+) HTTP/(\d)\.(\d)\r\n" % _TOKEN)
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: (%b))?\r\n" % _VALUE)
# Checked from its start and as a whole, in a time that grows with its length and not faster.
_BLOCK = re.compile(rb"(?:%b:%b\r\n)*" % (_TOKEN, _VALUE))
_FIELD = re.compile(rb"([^:]+):([^\r]*)\r\n")
_DIGITS = re.compile(rb"\d{1,18}")
_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)([^#]*)", re.IGNORECASE)
_HOST = re.compile(rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=%]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?")
# What no head begins with, however it goes on: TLS, or a line that ended without its CR.
_HOPELESS = re.compile(rb"[^!#$%&'*+\-.^_`|~0-9A-Za-z]|.*?(?:[^\r]\n|\r[^\n])", re.DOTALL)
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class BadHead(Exception):
    """A message that is not read any further; `status` is what its sender is told."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"cannot read this: {why}")
        self.status = status


class RequestHead(Struct, frozen=True, gc=False):
    """`target` is a path with its query, or "*". Names of `headers` are lower case, as in `given`.

    `given` has the last value of each name. `length` is the body's in bytes, or `CHUNKED`.
    `keeps`: whether the client wants to go on with this connection.
    """

    method: bytes
    target: bytes
    modern: bool
    headers: Headers
    given: dict[bytes, bytes]
    length: int
    keeps: bool


class ResponseHead(Struct, frozen=True, gc=False):
    """As for a request; `length` may be `UNTIL_CLOSE` too, and is 0 where no body can be."""

    status: int
    reason: bytes
    modern: bool
    headers: Headers
    given: dict[bytes, bytes]
    length: int
    keeps: bool


def is_hopeless(start: bytes) -> bool:
    """Whether what has come of a head can be no head already, so that none need be waited for."""
    return _HOPELESS.match(start) is not None


def read_request(head: bytes, alike: RequestHead | None = None) -> RequestHead:
    """A request's head, from its first byte to the blank line. Raises `BadHead`.

    One that is `alike` was the same, byte for byte, after its target: all that follows from that
    is taken from it.
    """
    line = _REQUEST.match(head)
    if line is None:
        raise BadHead(400, "the first line is no request")
    method, target, major, minor = line.groups()
    if major != b"1" or minor > b"1":
        raise BadHead(505, "it is neither HTTP/1.1 nor HTTP/1.0")
    if len(target) > TARGET:
        raise BadHead(414, f"its target is longer than {TARGET} bytes")
    modern = minor == b"1"
    if alike is None:
        headers, given, length, keeps = _read_block(head, line.end(), modern)
    else:
        headers, given, length, keeps = alike.headers, alike.given, alike.length, alike.keeps
    if method == b"CONNECT":
        raise BadHead(400, "this is no proxy to elsewhere")
    if target[0] != 0x2F:
        target = _origin_form(method, target, given.get(b"host"))
    return RequestHead(method, target, modern, headers, given, length, keeps)


def read_response(head: bytes, method: bytes) -> ResponseHead:
    """The head of an answer to a request by `method`. Raises `BadHead` with 502."""
    line = _STATUS.match(head)
    if line is None:
        raise BadHead(502, "the first line is no status")
    minor, digits, reason = line.groups()
    modern = minor == b"1"
    status = int(digits)
    if status > 599:
        raise BadHead(502, "there is no such status")
    headers = _fields(head, line.end(), 502)
    given = dict(headers)
    if len(given) != len(headers):
        _check_repeated(headers, 502)
    length = UNTIL_CLOSE
    if b"transfer-encoding" in given:
        if b"content-length" in given or not modern:
            raise BadHead(502, "its length is given in two ways")
        if given[b"transfer-encoding"].lower() != b"chunked":
            raise BadHead(502, "its transfer coding is not just 'chunked'")
        length = CHUNKED
    elif b"content-length" in given:
        length = _digits(given[b"content-length"], 502)
    if method == b"HEAD" or status < 200 or status in (204, 304):
        length = 0
    keeps = modern
    if b"connection" in given:
        keeps = _keeps(headers, modern)
    return ResponseHead(status, reason or b"", modern, headers, given, length, keeps)


def read_fields(block: bytes) -> Headers:
    """The lines of a trailer section, without the blank one. Raises `BadHead`."""
    return _fields(block + b"\r\n", 0, 400)


def _fields(head: bytes, start: int, status: int) -> Headers:
    end = len(head) - 2
    block = _BLOCK.match(head, start)
    if block is None or block.end() != end:
        raise BadHead(502 if status == 502 else 400, "a header line is malformed")
    headers = [
        (name.lower(), value.strip(b" \t")) for name, value in _FIELD.findall(head, start, end)
    ]
    if len(headers) > FIELDS:
        raise BadHead(status, f"it has more than {FIELDS} header fields")
    return headers


def _read_block(
    head: bytes, start: int, modern: bool
) -> tuple[Headers, dict[bytes, bytes], int, bool]:
    """A request's `headers`, `given`, `length` and `keeps`."""
    headers = _fields(head, start, 431)
    given = dict(headers)
    if len(given) != len(headers):
        _check_repeated(headers)
    host = given.get(b"host")
    if host is None:
        if modern:
            raise BadHead(400, "it has no Host")
    elif host and _HOST.fullmatch(host) is None:
        raise BadHead(400, "its Host is none")
    length = 0
    if b"content-length" in given or b"transfer-encoding" in given:
        length = _request_length(given, modern)
    keeps = _keeps(headers, modern) if b"connection" in given else modern
    return headers, given, length, keeps


def _check_repeated(headers: Headers, status: int = 400) -> None:
    seen: set[bytes] = set()
    for name, _ in headers:
        if name in seen and (name in _FRAMING or (name == b"host" and status == 400)):
            raise BadHead(status, f"it has {name.decode()} twice")
        seen.add(name)


def _request_length(given: dict[bytes, bytes], modern: bool) -> int:
    coding = given.get(b"transfer-encoding")
    if coding is None:
        return _digits(given[b"content-length"], 400)
    if b"content-length" in given:
        raise BadHead(400, "its length is given in two ways")
    if not modern:
        raise BadHead(400, "HTTP/1.0 has no transfer codings")
    if coding.lower() != b"chunked":
        raise BadHead(501, "its transfer coding is not just 'chunked'")
    return CHUNKED


def _digits(value: bytes, status: int) -> int:
    if _DIGITS.fullmatch(value) is None:
        raise BadHead(status, "its Content-Length is no plain number")
    return int(value)


def _keeps(headers: Headers, modern: bool) -> bool:
    options = {
        option.strip(b" \t").lower()
        for name, value in headers
        if name == b"connection"
        for option in value.split(b",")
    }
    return b"close" not in options and (modern or b"keep-alive" in options)


def _origin_form(method: bytes, target: bytes, host: bytes | None) -> bytes:
    if target == b"*" and method == b"OPTIONS":
        return target
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        raise BadHead(400, "the target must be a path")
    authority, path = absolute.groups()
    if host is None or authority.lower() != host.lower():
        raise BadHead(400, "its target and its Host name two places")
    return path if path.startswith(b"/") else b"/" + path
