"""One end of an HTTP/1.1 connection: h11's state machine, and the stream under it."""

from __future__ import annotations

import h11
import trio

CHUNK = 64 * 1024

Incoming = (
    h11.Request
    | h11.InformationalResponse
    | h11.Response
    | h11.Data
    | h11.EndOfMessage
    | h11.ConnectionClosed
)


class Peer:
    """Reads and writes events. `head_limit` bounds the bytes of a message's head."""

    def __init__(
        self,
        stream: trio.abc.HalfCloseableStream,
        role: type[h11.CLIENT] | type[h11.SERVER],
        *,
        head_limit: int,
    ) -> None:
        self.stream = stream
        self.http = h11.Connection(role, max_incomplete_event_size=head_limit)

    async def receive(self) -> Incoming | None:
        """The next event, or None when h11 waits for the other direction first.

        Raises `h11.RemoteProtocolError` for what is not HTTP, `trio.BrokenResourceError` for a
        lost connection.
        """
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                self.http.receive_data(bytes(await self.stream.receive_some(CHUNK)))
            elif isinstance(event, Incoming):
                return event
            else:
                return None

    async def send(self, *events: h11.Event) -> None:
        """Write events, waiting for as long as the other end does not read."""
        data = b"".join(self.http.send(event) or b"" for event in events)
        if data:
            await self.stream.send_all(data)

    @property
    def leftover(self) -> bytes:
        """What arrived after the end of HTTP: the first bytes of another protocol."""
        return self.http.trailing_data[0]
