"""supervisord's API with a supervisor of our own making, which says what a real one says seldom."""

from __future__ import annotations

import xmlrpc.client
from functools import partial

import trio
import trio.testing
from msgspec.structs import replace

from supervisor.control import Difference
from supervisor.desk import Desk, Gone, NotFound, Refused
from supervisor.events import Events
from supervisor.model import ServiceStatus, State
from supervisor.socket.http import Answer, Request
from supervisor.socket.xmlrpc.api import Api
from supervisor.spec import ProcessSpec, Ready
from tests.supervisor.inside import served_by


async def asked(
    answers: dict[str, object], name: str, *parameters: object, events: Events | None = None
) -> object:
    """The result of a call where the supervisor answers so, by the names of the commands."""

    async def answer(request: object) -> object:
        await trio.lowlevel.checkpoint()
        found = answers[type(request).__name__]
        if isinstance(found, Exception):
            raise found
        return found

    desk = Desk("the supervisor")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.answer, answer)
        body = xmlrpc.client.dumps(parameters, f"supervisor.{name}").encode()
        found = await Api(served_by(desk, events), nursery).respond(Request("POST", "/RPC2", body))
        nursery.cancel_scope.cancel()
    assert isinstance(found, Answer)
    try:
        return xmlrpc.client.loads(found.body)[0][0]
    except xmlrpc.client.Fault as fault:
        return fault.faultString


def status(**fields: object) -> tuple[ServiceStatus, ...]:
    return (ServiceStatus(name="a", kind="process", **fields),)


async def test_a_start_that_ended_in_another_way_is_an_abnormal_termination():
    answers = {"Status": status(), "Specs": (), "Start": status(state=State.STOPPED)[0]}
    assert await asked(answers, "startProcess", "a") == "ABNORMAL_TERMINATION: a"
    answers["Start"] = status(state=State.EXITED, failed=True)[0]
    assert await asked(answers, "startProcess", "a") == "ABNORMAL_TERMINATION: a"


async def test_a_program_that_says_nothing_of_its_readiness_has_to_stay_up(autojump_clock):
    up = status(state=State.RUNNING)[0]
    spec = ProcessSpec(name="a", command=("sh",))
    answers: dict[str, object] = {"Status": status(), "Specs": (spec,), "Start": up}
    events = Events()
    events.publish(up)

    async def change(after: float, **changes: object) -> None:
        await trio.sleep(after)
        events.publish(replace(up, **changes))

    async def started(*changes: tuple[float, dict[str, object]]) -> object:
        found: list[object] = []
        async with trio.open_nursery() as nursery:
            for after, what in changes:
                nursery.start_soon(partial(change, after, **what))
            found.append(await asked(answers, "startProcess", "a", events=events))
        return found[0]

    dead = {"state": State.BACKOFF}
    assert await started((0.3, {"name": "b"}), (0.6, {"note": "busy"})) is True
    assert await started((0.3, {"name": "b"}), (0.6, dead)) == "SPAWN_ERROR: a"
    assert await started() == "SPAWN_ERROR: a"  # it was down before anybody looked
    answers["Specs"] = (ProcessSpec(name="a", command=("sh",), ready=Ready(delay=1.0)),)
    assert await started() is True


async def test_what_is_written_is_told_to_the_supervisor():
    answers = {"Status": status(state=State.RUNNING), "Write": None}
    assert await asked(answers, "sendProcessStdin", "a", "x") is True


async def test_a_supervisor_that_has_ended_is_one_that_shuts_down():
    answers: dict[str, object] = {"Status": Gone("it has ended"), "Diff": Gone("it has ended")}
    assert await asked(answers, "getProcessInfo", "a") == "SHUTDOWN_STATE"
    assert await asked(answers, "reloadConfig") == "SHUTDOWN_STATE"
    answers = {"Status": status(state=State.RUNNING), "Stop": NotFound("cannot find it")}
    assert await asked(answers, "stopProcess", "a") == "BAD_NAME: cannot find it"
    answers = {"Status": status(state=State.RUNNING), "Write": Gone("it has ended")}
    assert await asked(answers, "sendProcessStdin", "a", "x") == "SHUTDOWN_STATE"
    answers = {"Status": status(state=State.RUNNING), "Stop": Refused("cannot do it")}
    assert await asked(answers, "stopProcess", "a", False) is True


async def test_services_that_come_and_go_are_told_by_their_groups():
    def member(name: str, group: str) -> ServiceStatus:
        return ServiceStatus(name=name, kind="process", group=group)

    answers = {
        "Status": (member("a", "pair"), member("b", "pair"), member("c", "last")),
        "Diff": (
            Difference("b", "removed"),
            Difference("c", "removed"),
            Difference("d", "added", group="pair"),
            Difference("e", "added", group="new"),
            Difference("f", "added", group="new"),
        ),
    }
    assert await asked(answers, "reloadConfig") == [[["new"], ["pair"], ["last"]]]


async def test_what_changes_in_the_daemon_itself_is_no_group():
    answers = {
        "Status": (*status(), ServiceStatus(name="b", kind="process", group="g")),
        "Diff": (
            Difference("", "changed", restart={"socket": (1, 2)}),
            Difference("new", "added"),
            Difference("b", "changed"),
            Difference("a", "removed"),
        ),
    }
    assert await asked(answers, "reloadConfig") == [[["new"], ["g"], ["a"]]]
