"""The JSON of the control socket: a request's method and path to a command."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import Any, TypeVar

import msgspec

from supervisor.control import (
    BadConfiguration,
    Diff,
    Reload,
    Remove,
    RestartService,
    Shutdown,
    Signal,
    Specs,
    Start,
    Status,
    Stop,
    Write,
)
from supervisor.desk import Gone, NotFound, Refused
from supervisor.model import ServiceStatus
from supervisor.signals import signal_named
from supervisor.socket.http import Answer, Request, Send, Stream, answer, complaint
from supervisor.socket.observing import health, metrics
from supervisor.socket.served import IDENTIFIER, Served, version
from supervisor.socket.streams import Lines, as_json_lines, follow, samples, watch
from supervisor.spec import Spec
from supervisor.texts import each_text

T = TypeVar("T")

VERBS = {"stop": Stop, "restart": RestartService}


class BadRequest(Exception):
    """A request that makes no sense; the text says why."""


class StartBody(msgspec.Struct, forbid_unknown_fields=True):
    parameters: dict[str, str] = {}


class SignalBody(msgspec.Struct, forbid_unknown_fields=True):
    signal: str | int


class ReloadBody(msgspec.Struct, forbid_unknown_fields=True):
    only: tuple[str, ...] | None = None


class ShutdownBody(msgspec.Struct, forbid_unknown_fields=True):
    reason: str = "asked over the control socket"
    exit_code: int = 0
    again: bool = False


async def respond(served: Served, request: Request) -> Answer | Stream:
    """Never raises for anything that a client sent."""
    try:
        return await _route(served, request)
    except NotFound as error:
        return complaint(404, str(error))
    except Gone as error:
        return complaint(503, str(error))
    except BadConfiguration as error:
        return complaint(409, str(error), problems=error.problems)
    except Refused as error:
        return complaint(409, str(error))
    except BadRequest as error:
        return complaint(400, str(error))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return complaint(400, f"cannot read the request's body: {error}")


async def _route(served: Served, request: Request) -> Answer | Stream:
    ask, body = served.control.ask, request.body
    match request.method, request.parts:
        case "GET", ["v1", "services"]:
            return answer(200, {"services": await ask(Status())})
        case "GET", ["v1", "services", name]:
            return answer(200, {"service": await _status(served, name)})
        case "DELETE", ["v1", "services", name]:
            await ask(Remove(name))
            return answer(200, {})
        case "POST", ["v1", "services", name, "start"]:
            parameters = _decode(body, StartBody).parameters
            return answer(200, {"service": await ask(Start(name, parameters))})
        case "POST", ["v1", "services", name, ("stop" | "restart") as verb]:
            return answer(200, {"service": await ask(VERBS[verb](name))})
        case "POST", ["v1", "services", name, "signal"]:
            signum = _signal(_decode(body, SignalBody).signal)
            await ask(Signal(name, signum))
            return answer(200, {})
        case "POST", ["v1", "services", name, "stdin"]:
            await ask(Write(name, body))
            return answer(200, {})
        case "GET", ["v1", "services", name, "spec"]:
            spec = await _spec(served, name)
            shown = spec if request.query.get("secrets") == "shown" else _hidden(served, spec)
            return answer(200, {"spec": shown})
        case "GET", ["v1", "services", name, "logs"]:
            if name != IDENTIFIER:
                await _status(served, name)
            return _logs(served, request, name)
        case "POST", ["v1", "services", name, "clear"]:
            await _status(served, name)
            served.output.clear(name)
            return answer(200, {})
        case "GET", ["v1", "logs"]:
            return _logs(served, request, None)
        case "GET", ["v1", "events"]:
            return Stream(partial(watch, served.events))
        case "GET", ["v1", "usage"]:
            return Stream(partial(samples, served.usage))
        case "GET", ["v1", "specs"]:
            return answer(200, {"specs": _hidden(served, await ask(Specs()))})
        case "GET", ["v1", "health"]:
            return await health(served, request.query.get("level", "ready"))
        case "GET", ["v1", "diff"]:
            return answer(200, {"differences": _hidden(served, await ask(Diff()))})
        case "POST", ["v1", "reload"]:
            done = await ask(Reload(_decode(body, ReloadBody).only))
            return answer(200, {"differences": _hidden(served, done)})
        case "POST", ["v1", "shutdown"]:
            wish = _decode(body, ShutdownBody)
            await ask(Shutdown(wish.reason, wish.exit_code, wish.again))
            return answer(202, {})
        case "GET", ["v1", "daemon"]:
            return answer(200, _daemon(served))
        case "GET", ["metrics"]:
            return await metrics(served)
        case _:
            return complaint(404, f"there is no {request.method} {request.target}")


async def _status(served: Served, name: str) -> ServiceStatus:
    statuses = await served.control.ask(Status())
    for status in statuses:
        if status.name == name:
            return status
    names = ", ".join(status.name for status in statuses)
    raise NotFound(f"cannot find a service {name!r}; services are {names}")


async def _spec(served: Served, name: str) -> Spec:
    specs = {spec.name: spec for spec in await served.control.ask(Specs())}
    if name not in specs:
        raise NotFound(f"cannot find a service {name!r}; services are {', '.join(specs)}")
    return specs[name]


def _hidden(served: Served, declared: object) -> Any:
    """What is declared, for people to look at: without the values of secrets."""
    return each_text(declared, served.output.redactor.text)


def _logs(served: Served, request: Request, service: str | None) -> Stream:
    query = request.query
    last = query.get("lines")
    if last is not None and not (last.isascii() and last.isdecimal() and len(last) < 10):
        raise BadRequest(f"cannot show {last!r} lines: say a number, such as lines=100")
    which = Lines(service, query.get("stream"), None if last is None else int(last))
    names = [status.name for status in served.events.snapshot if service in (None, status.name)]
    if service in (None, IDENTIFIER):
        names.append(IDENTIFIER)
    if query.get("follow", "0") not in ("", "0"):
        return Stream(partial(follow, served.output, names, which))

    async def show(send: Send) -> None:
        await send(as_json_lines(which.kept(served.output, names)))

    return Stream(show, endless=False)


def _daemon(served: Served) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "version": version(),
        "identifier": IDENTIFIER,
        "state": served.state().name,
        "config": served.config,
        "run": served.run,
    }


def _signal(wish: str | int) -> signal.Signals:
    signum = signal_named(wish)
    if signum is None:
        raise BadRequest(f"cannot send signal {wish!r}: name one, such as HUP, or say its number")
    return signum


def _decode(body: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(body or b"{}", type=kind)
