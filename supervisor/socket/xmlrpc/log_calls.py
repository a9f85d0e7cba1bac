"""The calls that are about what processes, and the daemon, write and read."""

from __future__ import annotations

from supervisor.control import Write
from supervisor.desk import Gone, Refused
from supervisor.model import State
from supervisor.socket.served import IDENTIFIER
from supervisor.socket.xmlrpc.asking import Asking, Struct
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.socket.xmlrpc.names import Member
from supervisor.socket.xmlrpc.windows import Window


class LogCalls:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def read_log(self, offset: int, length: int) -> str:
        return self._window(IDENTIFIER, "log").read(offset, length)

    async def clear_log(self) -> bool:
        self._asking.served.output.clear(IDENTIFIER)
        return True

    async def read_stdout(self, name: str, offset: int, length: int) -> str:
        return (await self._window_of(name, "stdout")).read(offset, length)

    async def read_stderr(self, name: str, offset: int, length: int) -> str:
        return (await self._window_of(name, "stderr")).read(offset, length)

    async def tail_stdout(self, name: str, offset: int, length: int) -> list[object]:
        return (await self._window_of(name, "stdout")).tail(offset, length)

    async def tail_stderr(self, name: str, offset: int, length: int) -> list[object]:
        return (await self._window_of(name, "stderr")).tail(offset, length)

    async def clear(self, name: str) -> bool:
        await self._clear((await self._asking.members()).one(name))
        return True

    async def clear_all(self) -> list[Struct]:
        return await self._asking.each(
            (await self._asking.members()).all, self._clear, lambda one: True
        )

    async def write(self, name: str, chars: str) -> bool:
        one = (await self._asking.members()).one(name)
        if one.status.state not in (State.STARTING, State.RUNNING):
            raise Fault(Code.NOT_RUNNING, name)
        try:
            await self._asking.served.control.ask(
                Write(one.name, chars.encode("utf-8", "surrogateescape"))
            )
        except Gone:
            raise Fault(Code.SHUTDOWN_STATE) from None
        except Refused as refusal:
            raise Fault(Code.NO_FILE, str(refusal)) from None
        return True

    async def _clear(self, one: Member) -> None:
        self._asking.served.output.clear(one.name)

    async def _window_of(self, name: str, stream: str) -> Window:
        return self._window((await self._asking.members()).one(name).name, stream)

    def _window(self, service: str, stream: str) -> Window:
        return Window(*self._asking.served.output.window(service, stream))
