"""A server that receives webhooks as one of somebody else's would, and misbehaves when told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h11
import msgspec
import trio

SECRET = "whsec_" + base64.b64encode(b"a key of 24 bytes, or so").decode()


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self):
        return msgspec.json.decode(self.body)

    def is_signed(self, secret: str = SECRET) -> bool:
        """Verified as the specification has it, with nothing of the sender's."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = b".".join(
            (self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body)
        )
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{mac}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """`answers` are raw answers in their order, then `ok` for good; None hangs, b"" drops.

    Where it `stays`, it neither says more after an answer nor hangs up.
    """

    answers: list[bytes | None] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    stays: bool = False
    port: int = 0
    arrived: trio.Event = field(default_factory=trio.Event)

    async def wait_for(self, count: int) -> None:
        while len(self.received) < count:
            await self.arrived.wait()

    async def serve(self, stream) -> None:
        connection = h11.Connection(h11.SERVER)
        headers: dict[str, str] = {}
        body = b""
        try:
            while True:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    connection.receive_data(await stream.receive_some(65536))
                elif isinstance(event, h11.Request):
                    headers = {name.decode(): value.decode() for name, value in event.headers}
                elif isinstance(event, h11.Data):
                    body += bytes(event.data)
                else:
                    break
            if not headers:
                return  # hung up before it asked
            self.received.append(Received(headers, body))
            self.arrived.set()
            self.arrived = trio.Event()
            answer = self.answers.pop(0) if self.answers else ok()
            if answer is not None:
                await stream.send_all(answer)
            if answer is None or self.stays:
                await trio.sleep_forever()
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.RemoteProtocolError):
            pass
        finally:
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)


def ok() -> bytes:
    return answer(204)


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} X", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def receiving(*answers: bytes | None, certificate: Path | None = None):
    """A receiver on loopback, over TLS with a certificate."""
    receiver = Receiver(list(answers))
    handler: Callable = receiver.serve
    async with trio.open_nursery() as nursery:
        if certificate is None:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        else:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            listeners = await trio.open_ssl_over_tcp_listeners(0, context, host="127.0.0.1")
        raw = getattr(listeners[0], "transport_listener", listeners[0])
        receiver.port = raw.socket.getsockname()[1]
        await nursery.start(trio.serve_listeners, handler, listeners)
        yield receiver
        nursery.cancel_scope.cancel()
