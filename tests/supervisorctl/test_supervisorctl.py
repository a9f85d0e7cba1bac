"""The real supervisorctl, with every command that it has, against the real daemon."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from tests.supervisor.real import Daemon, daemon
from tests.supervisorctl.ctl import Said, Supervisorctl

pytestmark = pytest.mark.system

TOML = """
[service.web]
kind = "process"
command = ["sh", "-c", '''
    trap 'echo heard' HUP; trap 'exit 0' TERM
    echo hello; echo trouble >&2
    while :; do sleep 0.01; done''']

[service.hopeless]
kind = "process"
command = ["sh", "-c", "exit 3"]
autostart = false
backoff = { first = 1000.0, limit = 1000.0 }
budget = { period = 5000.0 }

[service.one]
kind = "process"
command = ["sleep", "1000"]

[service.two]
kind = "process"
command = ["sleep", "1000"]
autostart = false

[group.pair]
members = ["one", "two"]
"""
MORE = """
[service.more]
kind = "process"
command = ["sleep", "1000"]
"""


@pytest.fixture
async def it(tmp_path: Path):
    async with daemon(tmp_path, TOML) as it:
        await it.seen(event="hello")
        await it.seen(event="trouble")
        await it.seen(service="one", state="RUNNING")
        yield it


@pytest.fixture
def ctl(it: Daemon) -> Supervisorctl:
    return Supervisorctl(it)


def write_more(tmp_path: Path, change: Callable[[str], str]) -> None:
    file = tmp_path / "nurseryd.toml"
    file.write_text(change(file.read_text()))


async def test_status_pid_version_avail(it: Daemon, ctl: Supervisorctl):
    said = await ctl("status")
    assert said.status == 3  # not all of them run
    assert re.fullmatch(
        r"hopeless +STOPPED +Not started\n"
        r"pair:one +RUNNING +pid \d+, uptime 0:00:\d\d\n"
        r"pair:two +STOPPED +Not started\n"
        r"web +RUNNING +pid \d+, uptime 0:00:\d\d\n",
        said.text,
    )
    assert (await ctl("status web")).status == 0
    assert (await ctl("status pair:*")).text.count("pair:") == 2
    assert await ctl("status nobody") == Said("nobody: ERROR (no such process)\n", 4)
    assert await ctl("status nobody:*") == Said("nobody: ERROR (no such group)\n", 4)

    assert await ctl("pid") == Said(f"{it.process.pid}\n", 0)
    pid = (await ctl("pid web")).text.strip()
    assert pid in said.text
    assert pid in (await ctl("pid all")).text.split()
    assert (await ctl("pid pair:two")).status == 7
    assert await ctl("pid nobody") == Said("No such process nobody\n", 1)

    assert await ctl("version") == Said("0.1.0\n", 0)
    assert re.search(r"pair:two +in use +manual +999:999", (await ctl("avail")).text)


async def test_start_stop_restart_signal(ctl: Supervisorctl):
    assert await ctl("start pair:two") == Said("pair:two: started\n", 0)
    assert await ctl("start pair:two") == Said("pair:two: ERROR (already started)\n", 0)
    assert await ctl("start hopeless") == Said("hopeless: ERROR (spawn error)\n", 7)
    assert re.search(r"hopeless +(BACKOFF|FATAL) .*exited with 3", (await ctl("status")).text)
    assert (await ctl("start nobody")).text == "nobody: ERROR (no such process)\n"
    assert await ctl("stop web pair:one") == Said("web: stopped\npair:one: stopped\n", 0)
    assert await ctl("stop web") == Said("web: ERROR (not running)\n", 0)
    assert re.search(
        r"web +STOPPED +[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M\n", (await ctl("status")).text
    )
    assert (await ctl("start pair:*")).text == "pair:one: started\n"
    assert await ctl("restart web") == Said("web: ERROR (not running)\nweb: started\n", 0)
    assert (await ctl("restart pair:*")).text.count("stopped") == 2
    assert await ctl("signal HUP web") == Said("web: signalled\n", 0)
    assert await ctl("signal HOP web") == Said("web: ERROR (bad signal name)\n", 1)
    assert (await ctl("signal CONT pair:*")).text == "pair:one: signalled\npair:two: signalled\n"
    assert (await ctl("stop all")).text.count("stopped") >= 3
    assert (await ctl("start all")).text.count("started") == 3


async def test_tail_and_clear(it: Daemon, ctl: Supervisorctl):
    assert await ctl("tail web") == Said("hello\n\n", 0)
    assert await ctl("tail -3 web") == Said("lo\n\n", 0)
    assert await ctl("tail web stderr") == Said("trouble\n\n", 0)
    assert await ctl("tail nobody") == Said("nobody: ERROR (no such process name)\n", 1)
    assert "hello" in await ctl.read("tail -f web", until="hello\n")
    assert "trouble" in await ctl.read("tail -f web stderr", until="trouble\n")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(signal_until_heard, it, ctl)
        assert "heard" in await ctl.read("tail -f web", until="heard\n")
        nursery.cancel_scope.cancel()

    assert await ctl("clear web") == Said("web: cleared\n", 0)
    assert "hello" not in (await ctl("tail web")).text
    assert (await ctl("clear all")).text.count("cleared") == 4
    assert (await ctl("maintail")).status == 0
    assert "Ctrl-C" in await ctl.read("maintail -f", until="Ctrl-C")


async def signal_until_heard(it: Daemon, ctl: Supervisorctl) -> None:
    """Again and again: nobody announces that somebody begins to follow."""
    pid = int((await ctl("pid web")).text)
    while True:
        os.kill(pid, signal.SIGHUP)
        await trio.sleep(0.05)


async def test_reread_add_update_remove(ctl: Supervisorctl, tmp_path: Path):
    assert await ctl("reread") == Said("No config updates to processes\n", 0)
    write_more(tmp_path, lambda text: text + MORE)
    assert await ctl("reread") == Said("more: available\n", 0)
    assert await ctl("add more") == Said("more: added process group\n", 0)
    assert await ctl("add more") == Said("ERROR: process group already active\n", 0)
    assert await ctl("add nobody") == Said("ERROR: no such process/group: nobody\n", 1)
    assert (await ctl("remove more")).text == "ERROR: process/group still running: more\n"
    await ctl("stop more")
    assert await ctl("remove more") == Said("more: removed process group\n", 0)
    assert await ctl("update") == Said("more: added process group\n", 0)

    write_more(tmp_path, lambda text: text.replace('["sleep", "1000"]', '["sleep", "2000"]'))
    said = await ctl("update")
    assert (said.status, sorted(said.text.splitlines())) == (
        0,
        [
            "more: stopped",
            "more: updated process group",
            "pair: stopped",
            "pair: updated process group",
        ],
    )
    assert re.search(r"pair:one +RUNNING", (await ctl("status")).text)

    write_more(tmp_path, lambda text: text.replace(MORE.replace("1000", "2000"), ""))
    assert await ctl("update more") == Said("more: stopped\nmore: removed process group\n", 0)
    write_more(tmp_path, lambda text: text + '[service.bad]\nkind = "tsk"\n')
    said = await ctl("reread")
    assert said.status == 1
    assert said.text.startswith("ERROR: CANT_REREAD: cannot reload: ")


async def test_fg_says_that_there_is_no_stdin_to_write_to(ctl: Supervisorctl):
    said = await ctl.read("fg web", until="Exiting foreground", tell="hello")
    assert "NO_FILE: cannot write to " in said
    assert await ctl("fg nobody") == Said("ERROR: bad process name supplied\n", 1)
    assert await ctl("fg hopeless") == Said("ERROR: process not running\n", 1)


async def test_open_and_what_is_no_command(ctl: Supervisorctl):
    said = await ctl(f"open {ctl.url}")
    assert (said.status, said.text.count("\n")) == (0, 4)
    assert (await ctl("open ftp://x")).status == 1
    assert await ctl("explode") == Said("*** Unknown syntax: explode\n", 1)


async def test_a_group_comes_and_changes_by_its_name(ctl: Supervisorctl, tmp_path: Path):
    def table(name: str) -> str:
        return f'[service.{name}]\nkind = "process"\ncommand = ["sleep", "1000"]\n'

    text = (tmp_path / "nurseryd.toml").read_text()
    two = text + table("x") + table("y") + '[group.fresh]\nmembers = ["x", "y"]\n'
    write_more(tmp_path, lambda _: two)
    assert await ctl("reread") == Said("fresh: available\n", 0)
    assert await ctl("update fresh") == Said("fresh: added process group\n", 0)
    three = two.replace('["x", "y"]', '["x", "y", "z"]') + table("z")
    write_more(tmp_path, lambda _: three)
    assert await ctl("reread") == Said("fresh: changed\n", 0)
    assert await ctl("update") == Said("fresh: stopped\nfresh: updated process group\n", 0)
    assert len(re.findall(r"fresh:[xyz] +RUNNING", (await ctl("status")).text)) == 3
    write_more(tmp_path, lambda _: two)
    assert await ctl("reread") == Said("fresh: changed\n", 0)
    assert await ctl("update") == Said("fresh: stopped\nfresh: updated process group\n", 0)
    assert len(re.findall(r"fresh:[xyz] +RUNNING", (await ctl("status")).text)) == 2


async def test_reload_begins_anew_and_shutdown_ends(it: Daemon, ctl: Supervisorctl):
    first = (await ctl("pid web")).text
    it.events.clear()
    assert await ctl("reload") == Said("Restarted supervisord\n", 0)
    await it.seen(event="started")
    await it.seen(event="hello")
    assert (await ctl("pid")).text == f"{it.process.pid}\n"
    assert (await ctl("pid web")).text != first
    assert await ctl("shutdown") == Said("Shut down\n", 0)
    assert await it.exit_code() == 0
    assert (await ctl("status")).status == 4
    assert it.left() == set()
