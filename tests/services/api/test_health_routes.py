from datetime import UTC, datetime, timedelta

import pytest

from supervisor.model import ServiceStatus, State


def status(name, state, *, essential=False):
    return ServiceStatus(name=name, kind="task", state=state, essential=essential)


async def test_health_has_the_shape_of_the_original_and_the_services(client, fakes):
    fakes.harness.events.publish(status("api", State.RUNNING, essential=True))
    fakes.harness.events.publish(status("astro@x", State.BACKOFF))
    reply = await client.get("/health")
    assert reply.status_code == 200
    body = await reply.get_json()
    when = datetime.fromisoformat(body.pop("timestamp"))
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)
    assert body.pop("version")
    assert body == {
        "status": "healthy",
        "workspace": "/workspace",
        "client": "not_set",
        "user": "not_set",
        "thread": "not_set",
        "services": {"api": "RUNNING", "astro@x": "BACKOFF"},
    }


@pytest.mark.parametrize("state", [state for state in State if state is not State.RUNNING])
async def test_health_is_503_while_an_essential_service_does_not_run(client, fakes, state):
    fakes.harness.events.publish(status("workspaces", state, essential=True))
    reply = await client.get("/health")
    assert reply.status_code == 503
    assert (await reply.get_json())["status"] == "unhealthy"
    assert (await client.get("/health/live")).status_code == 200
