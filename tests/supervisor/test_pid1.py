"""The daemon as PID 1 of a namespace of its own, with a /proc of its own."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio

from supervisor import pid1
from tests.supervisor.real import Daemon, children, daemon, until

pytestmark = pytest.mark.system

AROUND = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


@pytest.fixture(autouse=True)
def _needed(require: Callable[[str], Path]) -> None:
    require("unshare")


def service(name: str, command: list[str], more: str = "") -> str:
    return f'[service.{name}]\nkind = "process"\ncommand = {command!r}\n{more}\n'


SLEEPER = service("sleeper", ["sh", "-c", "echo up; exec sleep 1000"])


async def init_of(it: Daemon) -> int:
    """Our number for its PID 1: the child of `unshare`."""
    return (await until(lambda: children(it.process.pid)))[0]


async def test_signals_until_the_very_end_do_not_change_the_exit_code(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        init = await init_of(it)
        while it.process.returncode is None:
            with trio.move_on_after(0.001):
                await it.process.wait()
            if children(it.process.pid):
                with suppress(ProcessLookupError):  # gone since
                    os.kill(init, signal.SIGTERM)
        assert await it.exit_code() == 0


async def test_runaways_are_gone_when_their_service_is(tmp_path: Path):
    runaway = service("s", ["sh", "-c", "setsid sleep 1000 & echo up; exec sleep 1000"])
    watcher = service("w", ["sh", "-c", "echo watching; exec sleep 1000"])
    async with daemon(tmp_path, runaway + watcher, around=AROUND) as it:
        await it.seen(event="up")
        await it.seen(event="watching")
        os.kill(await init_of(it), signal.SIGTERM)
        await it.seen(service="s", state="STOPPED")
        assert await it.exit_code() == 0
        assert it.left() == set()


async def test_the_parent_stays_small(tmp_path: Path):
    """It loads nothing that is not plain Python; its child does."""
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        init = await init_of(it)
        (inner,) = children(init)
        assert "msgspec" not in Path(f"/proc/{init}/maps").read_text()
        assert "msgspec" in Path(f"/proc/{inner}/maps").read_text()
        os.kill(init, signal.SIGTERM)
        assert await it.exit_code() == 0


def test_a_kernel_that_refuses_a_subreaper_is_an_error(monkeypatch: pytest.MonkeyPatch):
    def refuse(*arguments: int) -> int:
        ctypes.set_errno(errno.EPERM)
        return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *a, **k: SimpleNamespace(prctl=refuse))
    with pytest.raises(PermissionError):
        pid1.become_subreaper()
    assert not pid1.is_subreaper()
