"""A daemon that cannot end what it runs leaves by its own deadline, and says what it left."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs

from supervisor.lastresort import TO_LEAVE, TO_TELL, leave_in_time
from supervisor.supervisor import Supervisor
from tests.supervisor.real import daemon

pytestmark = pytest.mark.system

TIMEOUT = 1.0
CONFIG = f"""
shutdown_timeout = {TIMEOUT}

[service.stuck]
kind = "task"
run = "stuck:serve"
stop_timeout = 0.5
"""
SHIELDED = """
    with trio.CancelScope(shield=True):
        await trio.sleep_forever()
"""
IN_A_WORKER_THREAD = """
    await trio.to_thread.run_sync(time.sleep, 1000)
"""
IN_THE_LOOP = """
    await ctx.stopping.wait()
    time.sleep(1000)
"""


@pytest.mark.parametrize("way", [SHIELDED, IN_A_WORKER_THREAD, IN_THE_LOOP])
async def test_what_does_not_end_is_left_behind(tmp_path: Path, way: str) -> None:
    start = "import time, trio\n\nasync def serve(ctx, *, task_status):\n    task_status.started()"
    (tmp_path / "stuck.py").write_text(start + way)
    async with daemon(tmp_path, CONFIG) as it:
        await it.seen(service="stuck", state="RUNNING")
        began = time.monotonic()
        os.kill(it.process.pid, signal.SIGTERM)
        assert await it.exit_code() == 1
        assert time.monotonic() - began >= TIMEOUT + TO_LEAVE
        if way != IN_THE_LOOP:  # where nobody can say anything any more
            await it.seen(event="services left behind", services=["stuck"])
        await it.told("most recent call first")
        assert it.left() == set()


async def test_it_says_who_is_left_before_it_leaves(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    leaving: list[float] = []

    def dump(seconds: float, **_: object) -> None:
        leaving.append(seconds)

    monkeypatch.setattr(faulthandler, "dump_traceback_later", dump)
    roster = {
        name: SimpleNamespace(spec=SimpleNamespace(name=name), is_down=down)
        for name, down in {"stuck": False, "gone": True}.items()
    }
    plan = SimpleNamespace(settings=SimpleNamespace(shutdown_timeout=TIMEOUT))
    tree: Any = SimpleNamespace(plan=plan, roster=roster)
    fake = SimpleNamespace(until_ending=trio.lowlevel.checkpoint, tree=tree)
    began = trio.current_time()
    with capture_logs() as told:
        await leave_in_time(cast(Supervisor, fake))
    assert trio.current_time() - began == TIMEOUT + TO_TELL
    assert leaving == [TIMEOUT + TO_LEAVE]
    assert [record["services"] for record in told] == [["stuck"]]
