"""What can be asked over the control socket: a request's method and path to a command."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import msgspec

from supervisor.control import Control, RestartService, Shutdown, Start, Status, Stop
from supervisor.desk import NotFound, Refused
from supervisor.model import ServiceStatus

VERBS = {"start": Start, "stop": Stop, "restart": RestartService}


class StartBody(msgspec.Struct, forbid_unknown_fields=True):
    parameters: dict[str, str] = {}


class ShutdownBody(msgspec.Struct, forbid_unknown_fields=True):
    reason: str = "asked over the control socket"
    exit_code: int = 0
    again: bool = False


async def respond(control: Control, method: str, path: str, body: bytes) -> tuple[int, Any]:
    """The status and the JSON of the answer. Never raises for anything that a client sent."""
    try:
        return await _route(control, method, path, body)
    except NotFound as error:
        return 404, {"error": str(error)}
    except Refused as error:
        return 409, {"error": str(error)}
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return 400, {"error": f"cannot read the request's body: {error}"}


async def _route(control: Control, method: str, path: str, body: bytes) -> tuple[int, Any]:
    match method, [unquote(part) for part in path.split("?")[0].strip("/").split("/")]:
        case "GET", ["v1", "services"]:
            statuses: tuple[ServiceStatus, ...] = await control.ask(Status())
            return 200, {"services": statuses}
        case "POST", ["v1", "services", name, "start"]:
            parameters = _decode(body, StartBody).parameters
            return 200, {"service": await control.ask(Start(name, parameters))}
        case "POST", ["v1", "services", name, ("stop" | "restart") as verb]:
            return 200, {"service": await control.ask(VERBS[verb](name))}
        case "POST", ["v1", "shutdown"]:
            wish = _decode(body, ShutdownBody)
            await control.ask(Shutdown(wish.reason, wish.exit_code, wish.again))
            return 202, {}
        case _:
            return 404, {"error": f"there is no {method} {path}"}


def _decode(body: bytes, kind: type[Any]) -> Any:
    return msgspec.json.decode(body or b"{}", type=kind)
