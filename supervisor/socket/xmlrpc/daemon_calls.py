"""The calls that are about the daemon itself."""

from __future__ import annotations

import os

import structlog

from supervisor.control import Shutdown
from supervisor.socket.served import IDENTIFIER, version
from supervisor.socket.xmlrpc.asking import Asking, Struct

log = structlog.get_logger()

API_VERSION = "3.0"  # supervisorctl talks to no other
WHY = "asked over XML-RPC"


class DaemonCalls:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def api_version(self) -> str:
        return API_VERSION

    async def daemon_version(self) -> str:
        return version()

    async def identification(self) -> str:
        return IDENTIFIER

    async def state(self) -> Struct:
        state = self._asking.served.state()
        return {"statecode": int(state), "statename": state.name}

    async def pid(self) -> int:
        return os.getpid()

    async def shutdown(self) -> bool:
        await self._asking.ask(Shutdown(WHY))
        return True

    async def restart(self) -> bool:
        await self._asking.ask(Shutdown(WHY, again=True))
        return True

    async def remote_event(self, kind: str, data: str) -> bool:
        log.info("remote communication event", type=kind, data=data)
        return True
