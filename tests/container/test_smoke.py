"""The image as a container: it starts, is healthy, serves whoever asks from outside, and ends."""

import signal
from pathlib import Path

import pytest

from tests.container.container import Container
from tests.container.image import Image
from tests.container.processes import Process
from tests.whole.api import until

pytestmark = pytest.mark.system


def test_pid_1_is_nurseryd_and_a_sigterm_ends_it_with_nothing_left(slim: Image) -> None:
    with Container(slim) as container:
        container.healthy()
        first = next(each for each in container.processes() if each.inside == 1)
        assert first.uid == 1000
        assert [word.rpartition("/")[2] for word in first.command][:2] == ["python", "nurseryd"]
        container.ready()
        assert container.end(signal.SIGTERM, 25) == 0, container.log[-4000:]
        assert container.processes() == []


def test_an_orphan_is_reaped(slim: Image) -> None:
    with Container(slim) as container:
        container.healthy()
        before = {each.pid for each in container.processes()}
        # What starts them ends at once: PID 1 is their parent then, and they end one by one.
        container.exec("sh", "-c", "for wait in 6 6.2 6.4; do sleep $wait >/dev/null 2>&1 & done")

        def orphans() -> list[Process]:
            return [each for each in container.processes() if each.pid not in before]

        assert len(orphans()) == 3
        until("no orphan left, ended or not", lambda: not orphans(), 30)
        assert [each for each in container.processes() if each.state == "Z"] == []


def test_an_edit_is_seen_in_the_preview_from_outside(slim: Image, dependencies: Path) -> None:
    with Container(slim, cache=dependencies) as container:
        container.ready()
        container.init()
        container.execute("change the heading of the home page to From a container")
        container.shown("From a container")
        assert container.end() == 0, container.log[-4000:]
        assert container.processes() == []
