"""The supervised services: how they are, and commands for them."""

from __future__ import annotations

import re

import msgspec
import pytest
import trio
from msgspec.structs import replace
from structlog.testing import capture_logs

from services.api.v1.service_replies import ServiceDescription
from supervisor.control import RestartService, Start, Status, Stop
from supervisor.desk import NotFound, Refused
from supervisor.model import ServiceStatus, State
from tests.services.api.fakes import WRITE
from tests.services.api.test_service import start

__all__ = ["start"]

AT = 1_700_000_000.25
HMR = ServiceStatus(
    name="hmr",
    kind="task",
    state=State.RUNNING,
    ready=True,
    since=AT,
    started=AT,
    ready_after=0.5,
    restarts=2,
)
API = ServiceStatus(name="api", kind="task", state=State.RUNNING, essential=True, since=AT)
ASTRO = ServiceStatus(name="astro@t:1-ab", kind="process", state=State.BACKOFF, next_restart=AT)


class Supervisor:
    """Answers commands; `gate` is waited for before it does, `outcome` is what it answers."""

    def __init__(self, events):
        self.events = events
        self.asked = []
        self.done = []
        self.gate = None
        self.outcome = replace(HMR, state=State.RUNNING)
        self.began = trio.Event()
        for status in (HMR, API, ASTRO):
            events.publish(status)

    async def handle(self, request):
        self.asked.append(request)
        await trio.lowlevel.checkpoint()
        match request:
            case Status():
                return self.events.snapshot
            case Start() | Stop() | RestartService():
                if isinstance(self.outcome, Exception):
                    raise self.outcome
                self.events.publish(replace(self.events.get(request.name), state=State.STOPPING))
                self.began.set()
                if self.gate is not None:
                    await self.gate.wait()
                self.done.append(request)
                self.events.publish(self.outcome)
                return self.outcome
            case _:
                raise AssertionError(request)


@pytest.fixture
async def supervisor(fakes, nursery):
    supervisor = Supervisor(fakes.harness.events)
    nursery.start_soon(fakes.harness.desk.answer, supervisor.handle)
    return supervisor


async def test_all_services_are_listed(client, headers, supervisor):
    reply = await client.get("/v1/services", headers=headers)
    assert reply.status_code == 200
    services = (await reply.get_json())["services"]
    assert [service["name"] for service in services] == ["hmr", "api", "astro@t:1-ab"]
    assert services[0] == {
        "name": "hmr",
        "kind": "task",
        "group": "",
        "state": "RUNNING",
        "ready": True,
        "healthy": None,
        "reason": "",
        "note": "",
        "failed": False,
        "pid": None,
        "exitCode": None,
        "restarts": 2,
        "since": "2023-11-14T22:13:20.250000Z",
        "started": "2023-11-14T22:13:20.250000Z",
        "ended": None,
        "readyAfter": 0.5,
        "goneAfter": None,
        "nextRestart": None,
        "nextStart": None,
        "essential": False,
        "parameters": {},
    }
    assert services[2]["nextRestart"] == "2023-11-14T22:13:20.250000Z"


def test_a_service_is_told_with_all_that_the_control_socket_tells():
    ours = [field.name for field in msgspec.structs.fields(ServiceDescription)]
    assert ours == [field.name for field in msgspec.structs.fields(ServiceStatus)]


@pytest.mark.parametrize("name", ["astro@t:1-ab", "astro%40t%3A1-ab"])
async def test_one_service_is_told_by_its_name(client, headers, supervisor, name):
    reply = await client.get(f"/v1/services/{name}", headers=headers)
    assert (await reply.get_json())["service"]["name"] == "astro@t:1-ab"


async def test_what_is_no_service_is_not_found(client, headers, supervisor, fakes):
    found = "cannot find a service 'web'; services are hmr, api, astro@t:1-ab"
    reply = await client.get("/v1/services/web", headers=headers)
    assert reply.status_code == 404
    assert reply.content_type == "application/problem+json"
    assert (await reply.get_json())["detail"] == found
    reply = await client.post("/v1/services/web/start", headers=headers)
    assert reply.status_code == 404
    assert "POST /v1/threads/CLIENT/USER/THREAD/preview" in (await reply.get_json())["detail"]
    assert supervisor.asked == []
    supervisor.outcome = NotFound("cannot find a service 'web'")
    assert (await client.post("/v1/services/web/stop", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("verb", "command", "state"),
    [
        ("start", Start("hmr"), State.RUNNING),
        ("start", Start("hmr"), State.EXITED),
        ("stop", Stop("hmr"), State.STOPPED),
        ("stop", Stop("hmr"), State.FATAL),
        ("restart", RestartService("hmr"), State.RUNNING),
    ],
)
async def test_a_command_is_answered_when_it_is_done(
    client, headers, supervisor, fakes, verb, command, state
):
    supervisor.outcome = replace(HMR, state=state)
    with capture_logs() as logs:
        reply = await client.post(f"/v1/services/hmr/{verb}", headers=headers)
    assert reply.status_code == 200
    answer = await reply.get_json()
    assert (answer["service"]["state"], answer["warning"]) == (state, None)
    assert supervisor.asked == [command]
    assert fakes.activities() == [WRITE]
    kind = type(command).__name__
    assert {"event": "commanded", "command": kind, "target": "hmr", "log_level": "info"} in logs


@pytest.mark.parametrize(
    ("verb", "state", "failed"),
    [
        ("start", State.BACKOFF, False),
        ("start", State.EXITED, True),
        ("restart", State.FATAL, True),
        ("stop", State.RUNNING, False),
    ],
)
async def test_what_does_not_come_out_as_asked_is_a_problem_with_the_service(
    client, headers, supervisor, verb, state, failed
):
    supervisor.outcome = replace(HMR, state=state, failed=failed, reason="exit code 3")
    reply = await client.post(f"/v1/services/hmr/{verb}", headers=headers)
    assert reply.status_code == 422
    problem = await reply.get_json()
    assert f"hmr, it is {state}: exit code 3; see GET /v1/services/hmr/logs" in problem["detail"]
    assert problem["service"]["state"] == state


async def test_after_the_timeout_the_answer_is_how_it_is_and_it_goes_on(
    client, headers, supervisor, autojump_clock
):
    supervisor.gate = trio.Event()
    began = trio.current_time()
    reply = await client.post("/v1/services/hmr/stop?timeout=2.5", headers=headers)
    assert trio.current_time() - began == pytest.approx(2.5)
    assert reply.status_code == 202
    assert (await reply.get_json())["service"]["state"] == "STOPPING"
    assert supervisor.done == []
    supervisor.gate.set()
    await trio.testing.wait_all_tasks_blocked()
    assert supervisor.done == [Stop("hmr")]


async def test_nobody_waits_longer_than_a_load_balancer(
    client, headers, supervisor, autojump_clock
):
    supervisor.gate = trio.Event()
    began = trio.current_time()
    assert (await client.post("/v1/services/hmr/stop", headers=headers)).status_code == 202
    assert trio.current_time() - began == 55


async def test_with_no_timeout_at_all_it_is_carried_out_nevertheless(client, headers, supervisor):
    for _ in range(20):  # the order of tasks is by chance
        supervisor.gate = trio.Event()
        supervisor.done.clear()
        reply = await client.post("/v1/services/hmr/restart?timeout=0", headers=headers)
        assert reply.status_code == 202
        assert (await reply.get_json())["service"]["state"] == "STOPPING"
        supervisor.gate.set()
        await trio.testing.wait_all_tasks_blocked()
        assert supervisor.done == [RestartService("hmr")]


async def test_with_no_timeout_at_all_a_refusal_is_told(client, headers, supervisor):
    supervisor.outcome = Refused("cannot start anything: it ends")
    for _ in range(20):
        reply = await client.post("/v1/services/hmr/start?timeout=0", headers=headers)
        assert reply.status_code == 409
        assert (await reply.get_json())["detail"] == "cannot start anything: it ends"


@pytest.mark.parametrize("timeout", ["-1", "56", "nan", "inf", "soon"])
async def test_a_timeout_that_cannot_be_is_bad_input(client, headers, supervisor, timeout):
    reply = await client.post(f"/v1/services/hmr/stop?timeout={timeout}", headers=headers)
    assert reply.status_code == 400
    assert "timeout (optional)" in (await reply.get_json())["detail"]
    assert supervisor.asked == []


async def test_to_stop_an_essential_service_has_a_warning(client, headers, supervisor, fakes):
    fakes.harness.events.publish(replace(HMR, essential=True))
    supervisor.outcome = replace(HMR, essential=True, state=State.STOPPED)
    reply = await client.post("/v1/services/hmr/stop", headers=headers)
    warning = (await reply.get_json())["warning"]
    assert "while it is down GET /health answers 503" in warning
    assert "POST /v1/services/hmr/start brings it back" in warning
    reply = await client.get("/health")
    assert reply.status_code == 503


async def test_the_api_does_not_stop_itself(client, headers, supervisor):
    reply = await client.post("/v1/services/api/stop", headers=headers)
    assert reply.status_code == 409
    assert "use `nurseryctl stop api`" in (await reply.get_json())["detail"]
    assert supervisor.asked == []


async def test_the_api_answers_before_its_own_new_life(client, headers, supervisor, autojump_clock):
    supervisor.gate = trio.Event()  # it does not come back while anybody waits
    began = trio.current_time()
    reply = await client.post("/v1/services/api/restart", headers=headers)
    assert trio.current_time() == began
    assert reply.status_code == 202
    assert (await reply.get_json())["service"]["state"] == "STOPPING"


async def test_who_waits_is_told_when_the_api_stops(
    client, headers, supervisor, fakes, autojump_clock
):
    supervisor.gate = trio.Event()
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def stop():
            reply = await client.post("/v1/services/hmr/stop", headers=headers)
            assert reply.status_code == 503
            assert "the server is stopping" in (await reply.get_json())["detail"]

        await supervisor.began.wait()
        fakes.harness.stopping.set()


async def test_who_hangs_up_stops_nothing_half(start, supervisor):
    api = await start()
    supervisor.gate = trio.Event()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("POST", "/v1/services/hmr/stop"))
        await supervisor.began.wait()
    supervisor.gate.set()
    await trio.testing.wait_all_tasks_blocked()
    assert supervisor.done == [Stop("hmr")]


async def test_reading_is_no_activity(client, headers, supervisor, fakes):
    for path in ("/v1/services", "/v1/services/hmr", "/v1/services/hmr/logs"):
        assert (await client.get(path, headers=headers)).status_code == 200
    assert fakes.activities() == []


async def test_every_route_wants_a_token(client, supervisor):
    document = await (await client.get("/openapi.json")).get_json()
    ours = {path for path in document["paths"] if path.startswith("/v1/services")}
    assert len(ours) == 7
    for path in ours:
        (method,) = document["paths"][path]
        address = re.sub(r"\{name\}", "hmr", path)
        reply = await client.open(address, method=method.upper())
        assert reply.status_code == 401
    assert supervisor.asked == []
