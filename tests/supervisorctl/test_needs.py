"""The real supervisorctl, which knows no needs, where services need one another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trio

from supervisor.socket.client import Client
from tests.supervisor.real import Daemon, alive, daemon
from tests.supervisorctl.ctl import Said, Supervisorctl

pytestmark = pytest.mark.system


def table(name: str, more: str = "", seconds: int = 1000) -> str:
    return f'[service.{name}]\nkind = "process"\ncommand = ["sleep", "{seconds}"]\n{more}\n'


DATABASE = table("database")
WEB = table("web", 'requires = ["database"]')
PAIR = (
    table("one") + table("two", 'requires = ["one"]') + '[group.pair]\nmembers = ["one", "two"]\n'
)


@pytest.fixture
async def it(tmp_path: Path):
    async with daemon(tmp_path, DATABASE + WEB + PAIR) as it:
        for name in ("web", "two"):
            await it.seen(service=name, state="RUNNING")
        yield it


@pytest.fixture
def ctl(it: Daemon) -> Supervisorctl:
    return Supervisorctl(it)


def write(it: Daemon, tmp_path: Path, toml: str) -> None:
    (tmp_path / "nurseryd.toml").write_text(f'[supervisor]\nsocket = "{it.socket}"\n{toml}')
    it.events.clear()


async def test_what_changed_runs_anew_beneath_what_needs_it(
    it: Daemon, ctl: Supervisorctl, tmp_path: Path
):
    web = int((await ctl("pid web")).text)
    write(it, tmp_path, table("database", seconds=2000) + WEB + PAIR)
    said = Said("database: stopped\ndatabase: updated process group\n", 0)
    assert await ctl("update") == said
    await it.seen(service="database", state="RUNNING")
    database = int((await ctl("pid database")).text)
    assert b"2000" in Path(f"/proc/{database}/cmdline").read_bytes()
    assert alive(web)
    assert await ctl("update") == Said("", 0)


async def test_what_goes_goes_with_what_needs_it(it: Daemon, ctl: Supervisorctl, tmp_path: Path):
    write(it, tmp_path, PAIR)
    said = await ctl("update")
    assert (said.status, said.text.count("removed process group")) == (0, 2)
    assert re.findall(r"^\S+", (await ctl("status")).text, re.MULTILINE) == ["pair:one", "pair:two"]


async def test_what_goes_waits_for_what_needs_it_no_longer(
    it: Daemon, ctl: Supervisorctl, tmp_path: Path
):
    write(it, tmp_path, table("web") + PAIR)
    assert await ctl("update") == Said(
        "database: stopped\ndatabase: removed process group\n"
        "web: stopped\nweb: updated process group\n",
        0,
    )
    await it.seen(service="web", state="RUNNING")
    assert "database" not in (await ctl("status")).text


async def test_what_is_new_comes_with_what_needs_it(it: Daemon, ctl: Supervisorctl, tmp_path: Path):
    write(it, tmp_path, DATABASE + table("web", 'requires = ["cache"]') + table("cache") + PAIR)
    assert await ctl("update") == Said(
        "web: stopped\nweb: updated process group\ncache: added process group\n", 0
    )
    for name in ("cache", "web"):
        await it.seen(service=name, state="RUNNING")
    assert await ctl("add cache") == Said("ERROR: process group already active\n", 0)


async def test_a_group_whose_members_need_one_another_goes_and_comes_back(
    it: Daemon, ctl: Supervisorctl
):
    await ctl("stop pair:*")
    assert await ctl("remove pair") == Said("pair: removed process group\n", 0)
    assert "pair" not in (await ctl("status")).text
    it.events.clear()
    assert await ctl("update") == Said("pair: added process group\n", 0)
    await it.seen(service="two", state="RUNNING")


async def test_what_was_removed_by_hand_and_is_needed_comes_back_with_an_update(
    it: Daemon, ctl: Supervisorctl
):
    await ctl("stop database")
    assert await ctl("remove database") == Said("database: removed process group\n", 0)
    assert re.search(r"database +STOPPED", (await ctl("status")).text)
    it.events.clear()
    assert await ctl("reread") == Said("database: available\n", 0)
    assert await ctl("update") == Said("database: added process group\n", 0)
    await it.seen(service="database", state="RUNNING")


async def test_a_template_changes_and_goes_and_what_comes_after_it_is_taken_over_too(
    it: Daemon, ctl: Supervisorctl, tmp_path: Path
):
    def job(seconds: int) -> str:
        return table('"job@"', "autostart = false", seconds)

    beside = DATABASE + WEB + PAIR
    write(it, tmp_path, beside + job(1000))
    assert await ctl("update") == Said("job@: added process group\n", 0)
    client = Client(it.socket)
    await trio.to_thread.run_sync(client.command, "start", "job@1")
    await it.seen(service="job@1", state="RUNNING")

    write(it, tmp_path, beside + job(2000) + table("next"))
    assert await ctl("update") == Said(
        "job@: stopped\njob@: updated process group\nnext: added process group\n", 0
    )
    await trio.to_thread.run_sync(client.command, "start", "job@2")
    await it.seen(service="job@2", state="RUNNING")
    pid = int((await ctl("pid job@2")).text)
    assert b"2000" in Path(f"/proc/{pid}/cmdline").read_bytes()

    write(it, tmp_path, beside)
    said = await ctl("update")
    assert (said.status, said.text.count("removed process group")) == (0, 2)
    assert "job@" not in (await ctl("status")).text
    assert await ctl("update") == Said("", 0)
