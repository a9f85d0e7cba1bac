from datetime import UTC, datetime, timedelta

import pytest
import trio

from supervisor.control import CheckStatus, Health, HealthReport
from supervisor.desk import Refused
from supervisor.model import ServiceStatus, State
from supervisor.spec import Level
from tests.services.api.fakes import IDS

LEVELS = ("/health", "/health/live", "/health/ready", "/health/startup")
SECRET = "https://ann:violet-otter@git.example.com"
WELL = HealthReport(True, (), ())


def status(name, state, *, essential=False):
    return ServiceStatus(
        name=name, kind="task", state=state, essential=essential, reason=f"cannot reach {SECRET}"
    )


@pytest.fixture
def supervisor(fakes, nursery, monkeypatch):
    """The supervisor, which answers with `report`, or as a `Refused`; what it was asked."""

    class Supervisor:
        def __init__(self):
            self.report = WELL
            self.asked = []

        async def answer(self, request):
            self.asked.append(request)
            if isinstance(self.report, Exception):
                raise self.report
            return self.report

    monkeypatch.setattr("services.api.health.PATIENCE", 10.0)
    supervisor = Supervisor()
    nursery.start_soon(fakes.harness.desk.answer, supervisor.answer)
    return supervisor


async def answer(client, path):
    reply = await client.get(path)
    assert reply.content_type == "application/json"
    return reply.status_code, await reply.get_json()


async def test_health_has_the_shape_of_the_original_and_the_services(client, fakes):
    fakes.harness.events.publish(status("api", State.RUNNING, essential=True))
    fakes.harness.events.publish(status("doctor", State.BACKOFF))
    code, body = await answer(client, "/health")
    assert code == 200
    when = datetime.fromisoformat(body.pop("timestamp"))
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)
    assert body.pop("version")
    assert body == {
        "status": "healthy",
        "workspace": "/workspace",
        "client": "not_set",
        "user": "not_set",
        "thread": "not_set",
        "services": {"api": "RUNNING", "doctor": "BACKOFF"},
    }


@pytest.mark.parametrize("state", [state for state in State if state is not State.RUNNING])
async def test_health_is_503_while_an_essential_service_does_not_run(client, fakes, state):
    fakes.harness.events.publish(status("workspaces", state, essential=True))
    code, body = await answer(client, "/health")
    assert (code, body["status"]) == (503, "unhealthy")
    assert await answer(client, "/health/live") == (200, {"status": "alive"})


async def test_it_is_ready_when_the_supervisor_says_so(client, fakes, supervisor):
    assert await answer(client, "/health/ready") == (200, {"status": "ready", "reasons": []})
    assert supervisor.asked == [Health(Level.READY)]
    supervisor.report = HealthReport(
        False,
        (f"agent is BACKOFF: cannot reach {SECRET}", f"port of hmr: {SECRET}"),
        (),
        ("agent is BACKOFF", "port of hmr"),
    )
    code, body = await answer(client, "/health/ready")
    assert code == 503
    assert body == {"status": "unready", "reasons": ["agent is BACKOFF", "port of hmr"]}


async def test_it_is_not_ready_while_it_stops(client, fakes, supervisor):
    fakes.harness.stopping.set()
    code, body = await answer(client, "/health/ready")
    assert (code, body["reasons"]) == (503, ["the server is stopping"])
    assert (await answer(client, "/health/live"))[0] == 200


@pytest.mark.parametrize("path", ["/health/ready", "/health/startup"])
async def test_a_supervisor_that_ends_or_is_silent_is_not_well(
    client, fakes, nursery, autojump_clock, path
):
    silent = ["the supervisor does not answer"]
    began = trio.current_time()
    code, body = await answer(client, path)
    assert (code, body["reasons"]) == (503, silent)
    assert trio.current_time() - began < 1
    fakes.harness.desk.close("it has ended")
    code, body = await answer(client, path)
    assert (code, body["reasons"]) == (503, silent)


async def test_a_refusal_of_the_supervisor_is_not_well_either(client, supervisor):
    supervisor.report = Refused(f"cannot say: {SECRET}")
    code, body = await answer(client, "/health/ready")
    assert (code, body["reasons"]) == (503, ["the supervisor does not answer"])


async def test_startup_waits_for_the_essential_services_and_their_startup_checks(
    client, fakes, supervisor
):
    fakes.harness.events.publish(status("api", State.STARTING, essential=True))
    fakes.harness.events.publish(status("doctor", State.STARTING))
    fakes.harness.events.publish(status("astro@t1", State.STARTING))
    supervisor.report = HealthReport(
        False,
        (),
        (
            CheckStatus("warm", "api", Level.STARTUP, None, SECRET),
            CheckStatus("deep", "api", Level.ALIVE, False, SECRET),
            CheckStatus("page", "astro@t1", Level.STARTUP, False, SECRET),
        ),
    )
    code, body = await answer(client, "/health/startup")
    assert code == 503
    assert body == {"status": "starting", "reasons": ["api is STARTING", "check warm of api"]}
    fakes.harness.events.publish(status("api", State.RUNNING, essential=True))
    code, body = await answer(client, "/health/startup")
    assert (code, body["reasons"]) == (503, ["check warm of api"])
    supervisor.report = HealthReport(True, (), (CheckStatus("warm", "api", Level.STARTUP, True),))
    started = (200, {"status": "started", "reasons": []})
    assert await answer(client, "/health/startup") == started
    # What breaks later is for the others to say.
    fakes.harness.events.publish(status("api", State.BACKOFF, essential=True))
    supervisor.report = Refused("cannot say")
    assert await answer(client, "/health/startup") == started


@pytest.mark.parametrize("path", LEVELS)
async def test_no_customer_has_a_part_in_it_or_is_named(client, fakes, supervisor, path):
    fakes.harness.events.publish(status("api", State.RUNNING, essential=True))
    for state in State:
        fakes.harness.events.publish(status(f"astro@their-thread-{state.number}", state))
    reply = await client.get(path)
    assert reply.status_code == 200
    text = (await reply.get_data()).decode()
    assert "their-thread" not in text
    assert SECRET not in text
    assert fakes.asked == []


@pytest.mark.parametrize("path", LEVELS)
async def test_it_needs_no_token_is_no_activity_and_has_a_head(client, fakes, supervisor, path):
    fakes.harness.events.publish(status("api", State.RUNNING, essential=True))
    whole = await client.get(path)
    head = await client.head(path)
    assert (head.status_code, head.content_type) == (200, "application/json")
    assert whole.headers["Cache-Control"] == "no-store"
    assert fakes.activities() == []


async def test_it_is_answered_while_everything_else_is_busy(
    client, headers, fakes, supervisor, monkeypatch
):
    monkeypatch.setattr("services.api.health.PATIENCE", 10.0)
    fakes.harness.events.publish(status("api", State.RUNNING, essential=True))
    fakes.silence = trio.Event()
    async with trio.open_nursery() as crowd:
        for _ in range(100):
            crowd.start_soon(lambda: client.post("/api/init", headers=headers, json=IDS))
        with trio.fail_after(20):
            await fakes.until_asked(100)
        for path in LEVELS:
            with trio.fail_after(20):
                assert (await client.get(path)).status_code == 200
        crowd.cancel_scope.cancel()
    assert len(fakes.asked) == 100
