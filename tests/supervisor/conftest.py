import pytest
from structlog.testing import capture_logs
from trio.testing import wait_all_tasks_blocked

from tests.supervisor.fakes import File, World, lose_patience


@pytest.fixture
def quiet():
    """Services that break on purpose fill no terminal with their tracebacks."""
    with capture_logs():
        yield


@pytest.fixture
def supervise(nursery, quiet):
    """A supervisor over these (spec, body) pairs, under way, with nothing left to do at once."""

    async def supervise(*services, **fields):
        world = World(*services, **fields)
        nursery.start_soon(lose_patience)
        await nursery.start(world.run)
        await wait_all_tasks_blocked()
        return world

    return supervise


@pytest.fixture
def from_file(supervise):
    """The same, with a file to be reloaded that says so too."""

    async def start(*services, **fields):
        file = File(*services, **fields)
        world = await supervise(*services, read=file.read, **fields)
        return world, file

    return start
