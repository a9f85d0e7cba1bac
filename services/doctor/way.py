"""What one walk knows so far: each hop leaves something for the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import trio

from services.doctor.dial import connect, secure
from services.doctor.frames import Socket
from services.doctor.target import Target
from services.doctor.web import Answer, Exchange, Headers


class NotTried(Exception):
    """A hop that has no place on this way; the text says why."""


@dataclass(kw_only=True)
class Way:
    """A walk to `address`. Durations are seconds, `wait` that of a plain hop.

    `domains` are those that the front door serves, None where nobody knows. `edit` changes the
    page, where that is allowed, and returns a text that it shows from then on.
    """

    address: str
    token: str = ""
    wait: float = 5.0
    patience: float = 0.0
    inside: bool = False
    domains: tuple[str, ...] | None = None
    edit: Callable[[], Awaitable[str]] | None = None

    streams: AsyncExitStack = field(default_factory=AsyncExitStack)
    target: Target = field(init=False)
    addresses: tuple[str, ...] = ()
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    answered: Answer | None = None
    page: Answer | None = None
    client_path: str = ""
    socket_path: str = ""
    socket: Socket = field(init=False)

    async def open(self) -> Exchange:
        """A connection as a browser makes one; the walk closes it. Raises `Broken`."""
        stream: trio.abc.Stream = await connect(self.addresses, self.target.port, self.wait)
        await self.streams.enter_async_context(stream)
        if self.target.secure:
            assert isinstance(stream, trio.SocketStream)
            stream = await secure(stream, self.target.host)
        return Exchange(stream)

    @property
    def sends_token(self) -> bool:
        """It is told over TLS, and inside this machine, and to nobody else."""
        return bool(self.token) and (self.target.secure or self.target.is_local)

    def headers(self) -> Headers:
        """What every request carries."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return [
            ("User-Agent", "nurseryd-doctor"),
            *([("Authorization", f"Bearer {self.token}")] if self.sends_token else []),
            *([("Cookie", kept)] if kept else []),
        ]

    def keep_cookies(self, answer: Answer) -> None:
        for line in answer.all("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()
