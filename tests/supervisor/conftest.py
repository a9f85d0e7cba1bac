import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from trio.testing import wait_all_tasks_blocked

from supervisor.cli import nurseryctl
from tests.supervisor.fake_daemon import FakeDaemon, fake_daemon
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


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDaemon]:
    with fake_daemon(tmp_path) as server:
        yield server


@pytest.fixture
def ctl(fake: FakeDaemon, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Carry out a command line in here: its exit code, what it printed, what it complained."""
    monkeypatch.delenv("NURSERYD_SOCKET", raising=False)

    def ctl(*arguments: str) -> tuple[int, str, str]:
        code = nurseryctl.run(["-s", fake.path, *arguments])
        sys.stdout.flush()
        return code, *capfd.readouterr()

    return ctl
