"""What a run of tests leaves that was killed is removed by the next one."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.container.container import Container
from tests.container.image import Image
from tests.container.leftovers import folders, remove_leftovers
from tests.whole.daemon import ROOT

pytestmark = pytest.mark.system

RUN = """
import pickle, signal, sys
from tests.container.container import Container

with Container(pickle.load(sys.stdin.buffer)) as container:
    container.healthy()
    print(container.pid, flush=True)
    signal.pause()
"""


def test_a_container_of_a_killed_run_is_ended_and_removed(slim: Image) -> None:
    ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, **ends) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        run.stdin.write(pickle.dumps(slim))
        run.stdin.close()
        pid = run.stdout.readline().decode().strip()
        run.kill()
    assert Path("/proc", pid).exists()
    assert len(folders(run.pid)) == 1
    remove_leftovers()
    assert not Path("/proc", pid).exists()
    assert folders(run.pid) == []


def test_a_container_of_a_run_that_goes_on_is_left_alone(slim: Image) -> None:
    with Container(slim) as container:
        container.healthy()
        remove_leftovers()
        assert container.health()
