"""What services take, among real processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from supervisor import meter as module
from supervisor.meter import Meter
from supervisor.survivors import MARKER

RUN = "place/run-"
# Says so when it has burnt so many seconds of a processor, and then waits.
BURN = "import time\nwhile time.process_time() < {}: pass\nprint(flush=True)\ninput()"


@contextmanager
def process(
    mark: str = "", service: str = "", *, burn: float = 0.0, session: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    own = {MARKER: mark, "NURSERYD_SERVICE": service} if mark else {}
    it = subprocess.Popen(
        ["python3", "-S", "-c", BURN.format(burn)],
        env={"PATH": os.environ["PATH"], **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=session,
    )
    assert it.stdout is not None
    with it:
        it.stdout.read(1)
        yield it
        it.kill()


def test_processes_are_counted_for_the_service_whose_mark_or_session_they_have():
    meter = Meter(RUN)
    with (
        process(f"{RUN}1", "a"),
        process(f"{RUN}2.1", "b"),
        process(f"{RUN}2.2", "b"),
        process("place/other-1", "c"),
        process(),
        process(session=True) as leader,
    ):
        taken = meter.read({leader.pid: "d"})
    assert {name: it.processes for name, it in taken.items()} == {
        "nurseryd": 1,
        "a": 1,
        "b": 2,
        "d": 1,
    }
    assert all(it.memory > 1_000_000 for it in taken.values())
    assert meter.read({}).keys() == {"nurseryd"}


def test_memory_is_what_the_kernel_says_is_resident():
    with process(f"{RUN}1", "a") as it:
        text = Path(f"/proc/{it.pid}/status").read_text()
        status = dict(line.split(":", 1) for line in text.splitlines())
        taken = Meter(RUN).read({})["a"].memory
    assert taken == pytest.approx(int(status["VmRSS"].split()[0]) * 1024, rel=0.05)


def test_what_a_life_took_is_added_to_what_those_before_it_took():
    meter = Meter(RUN)
    with process(f"{RUN}1", "a", burn=0.2) as first:
        assert 0.15 <= meter.read({first.pid: "a"})["a"].cpu < 0.6
    assert meter.read({first.pid: "a"}).keys() == {"nurseryd"}
    with process(f"{RUN}2", "a", burn=0.2) as second:
        assert 0.35 <= meter.read({second.pid: "a"})["a"].cpu < 1.2


def test_what_a_child_took_is_not_lost_and_not_counted_twice_when_it_ends():
    meter = Meter(RUN)
    script = """import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-S", "-c", sys.argv[1]], stdin=subprocess.PIPE)
input()
child.communicate(b"\\n")
print(flush=True)
input()"""
    with subprocess.Popen(
        ["python3", "-S", "-c", script, BURN.format(0.4)],
        env={"PATH": os.environ["PATH"], MARKER: f"{RUN}1", "NURSERYD_SERVICE": "a"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdout.read(1)  # the child's
        while_it_lives = meter.read({})["a"]
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        parent.stdout.read(1)
        after = meter.read({})["a"]
        parent.kill()
    assert (while_it_lives.processes, after.processes) == (2, 1)
    assert 0.35 <= while_it_lives.cpu <= after.cpu < while_it_lives.cpu + 0.3


def test_the_daemons_own_time_is_without_that_of_its_children():
    meter = Meter(RUN)
    before = meter.read({})["nurseryd"].cpu
    with process(burn=1.0):
        pass
    assert meter.read({})["nurseryd"].cpu - before < 0.5


def test_what_is_nobodys_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SETTLED", 0.0)
    meter = Meter(RUN)
    with process() as other, process(f"{RUN}1", "a") as ours:
        time.sleep(0.02)  # two ticks
        meter.read({})
        looked: list[str] = []
        stat = module.procfs.stat

        def noting(name: str) -> module.procfs.Stat:
            looked.append(name)
            return stat(name)

        monkeypatch.setattr(module.procfs, "stat", noting)
        meter.read({})
    assert str(ours.pid) in looked
    assert str(other.pid) not in looked


@pytest.mark.parametrize("error", [FileNotFoundError, ProcessLookupError])
def test_what_ends_while_it_is_looked_at_is_left_out(
    monkeypatch: pytest.MonkeyPatch, error: type[OSError]
):
    stat = module.procfs.stat
    with process(f"{RUN}1", "a") as going, process(f"{RUN}2", "b"):

        def missing(name: str) -> module.procfs.Stat:
            if name == str(going.pid):
                raise error(name)
            return stat(name)

        monkeypatch.setattr(module.procfs, "stat", missing)
        taken = Meter(RUN).read({})
    assert taken.keys() == {"nurseryd", "b"}
