"""POST /RPC2: one call of the table, or several at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from supervisor.socket.http import Answer, complaint
from supervisor.socket.served import DaemonState
from supervisor.socket.xmlrpc.asking import Asking
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.socket.xmlrpc.table import Method, Parameter, methods
from supervisor.socket.xmlrpc.wire import Unreadable, read_call, write_fault, write_result

METHOD = Parameter("string", "name", "A method, as namespace.name")


class Rpc:
    """All methods, those of the namespace `system` included."""

    def __init__(self, asking: Asking) -> None:
        self._served = asking.served
        self._methods: Mapping[str, Method] = {
            **methods(asking),
            "system.listMethods": Method(
                self._list, "array", (), "The names of all methods.", always=True
            ),
            "system.methodHelp": Method(
                self._help, "string", (METHOD,), "What a method is for.", always=True
            ),
            "system.methodSignature": Method(
                self._signature,
                "array",
                (METHOD,),
                "What a method returns and takes, as the names of types.",
                always=True,
            ),
            "system.multicall": Method(
                self._several,
                "array",
                (Parameter("array", "calls", "Structs of methodName and params"),),
                "Several calls, one after the other: the result of each, or a struct of faultCode"
                " and faultString.",
                always=True,
            ),
        }

    async def respond(self, body: bytes) -> Answer:
        """Raises nothing for anything that a client sent."""
        try:
            name, parameters = read_call(body)
        except Unreadable as error:
            return complaint(400, str(error))
        try:
            content = write_result(await self._call(name, parameters))
        except Fault as fault:
            content = write_fault(fault)
        return Answer(200, content, "text/xml")

    async def _call(self, name: str, parameters: tuple[Any, ...]) -> object:
        method = self._methods.get(name)
        if method is None:
            raise Fault(Code.UNKNOWN_METHOD)
        if not method.always and self._served.state() is not DaemonState.RUNNING:
            raise Fault(Code.SHUTDOWN_STATE)
        return await method(parameters)

    async def _list(self) -> list[str]:
        return sorted(self._methods)

    async def _help(self, name: str) -> str:
        return self._known(name).help

    async def _signature(self, name: str) -> list[str]:
        return self._known(name).signature

    def _known(self, name: str) -> Method:
        if name not in self._methods:
            raise Fault(Code.SIGNATURE_UNSUPPORTED)
        return self._methods[name]

    async def _several(self, calls: list[object]) -> list[object]:
        return [await self._one_of_several(call) for call in calls]

    async def _one_of_several(self, call: object) -> object:
        try:
            name, parameters = _name_and_parameters(call)
            return await self._call(name, parameters)
        except Fault as fault:
            return {"faultCode": int(fault.code), "faultString": str(fault)}


def _name_and_parameters(call: object) -> tuple[str, tuple[Any, ...]]:
    struct = cast("dict[str, object]", call) if isinstance(call, dict) else {}
    name, parameters = struct.get("methodName"), struct.get("params", [])
    if not isinstance(name, str):
        raise Fault(Code.INCORRECT_PARAMETERS, "No methodName")
    if name == "system.multicall":
        raise Fault(Code.INCORRECT_PARAMETERS, "Recursive system.multicall forbidden")
    if not isinstance(parameters, list):
        raise Fault(Code.INCORRECT_PARAMETERS, "params is no array")
    return name, tuple(cast("list[object]", parameters))
