"""A browser's side of a WebSocket (RFC 6455), as far as Vite's HMR needs it."""

from __future__ import annotations

import base64
import hashlib
import os

import trio

from services.doctor.web import CHUNK

MOST_BYTES = 16 * 1024 * 1024  # of one message
MOST_CONTROL = 125  # of one that is for the connection: closes, pings and pongs
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10


def new_key() -> str:
    return base64.b64encode(os.urandom(16)).decode()


def accept_of(key: str) -> str:
    """What a server that knows the key answers in Sec-WebSocket-Accept."""
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()


class Lost(Exception):
    """The socket was closed; the text says by whom."""


class Socket:
    """An open WebSocket. `leftover` are the bytes that came with the handshake."""

    def __init__(self, stream: trio.abc.Stream, leftover: bytes = b"") -> None:
        self._stream = stream
        self._bytes = bytearray(leftover)
        self._parts = b""

    async def receive(self) -> str:
        """The next message; pings are answered. Raises `Lost`. Cancelled, it loses nothing."""
        while True:
            frame = self._cut()
            if frame is None:
                await self._read()
                continue
            await self._handle(*frame)
            message = self._message(*frame)
            if message is not None:
                return message

    def _message(self, last: bool, opcode: int, data: bytes) -> str | None:
        if opcode not in (_CONTINUATION, _TEXT, _BINARY):
            return None
        self._parts = data if opcode else self._parts + data
        return self._parts.decode("utf-8", "replace") if last else None

    async def _handle(self, _last: bool, opcode: int, data: bytes) -> None:
        if opcode == _CLOSE:
            code = int.from_bytes(data[:2], "big") if len(data) >= 2 else 1005
            raise Lost(f"it was closed with code {code} {data[2:].decode('utf-8', 'replace')}")
        if opcode == _PING:
            await self._send(_PONG, data)

    def _cut(self) -> tuple[bool, int, bytes] | None:
        """Take one whole frame off what was read."""
        held = self._bytes
        if len(held) < 2:
            return None
        start, size = 2, held[1] & 0x7F
        if held[1] & 0x80 or held[0] & 0x70:
            raise Lost("what came is no frame of a WebSocket server")
        if size >= 126:
            width = 2 if size == 126 else 8
            start += width
            if len(held) < start:
                return None
            size = int.from_bytes(held[2:start], "big")
        if (held[0] & _CLOSE and size > MOST_CONTROL) or len(self._parts) + size > MOST_BYTES:
            raise Lost(f"a frame of {size} bytes came")
        if len(held) < start + size:
            return None
        frame = bool(held[0] & 0x80), held[0] & 0x0F, bytes(held[start : start + size])
        del held[: start + size]
        return frame

    async def _read(self) -> None:
        try:
            data = await self._stream.receive_some(CHUNK)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Lost("the connection was cut") from None
        if not data:
            raise Lost("the connection was closed without a word")
        self._bytes += data

    async def _send(self, opcode: int, data: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        try:
            await self._stream.send_all(bytes([0x80 | opcode, 0x80 | len(data)]) + mask + masked)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Lost("the connection was cut") from None
