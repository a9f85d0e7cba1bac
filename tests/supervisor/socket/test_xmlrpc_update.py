"""What supervisorctl's update asks for, group by group, where services need one another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from supervisor.model import State
from tests.supervisor.inside import Inside, inside
from tests.supervisor.real import PATIENCE
from tests.supervisor.socket.test_xmlrpc import Proxy


def table(name: str, more: str = "") -> str:
    return f'[service.{name}]\nkind = "task"\nrun = "tests.supervisor.bodies:steady"\n{more}\n'


Write = Callable[[str], int]
DATABASE = table("database")
CHANGED = table("database", "control = true")
WEB = table("web", 'requires = ["database"]')


@pytest.fixture
async def it(tmp_path: Path):
    with trio.fail_after(PATIENCE):
        async with inside(tmp_path, DATABASE + WEB) as it:
            await it.until("web", State.RUNNING)
            yield it


@pytest.fixture
def call(it: Inside) -> Proxy:
    return Proxy(it.path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return (tmp_path / "nurseryd.toml").write_text


async def names(call: Proxy) -> list[str]:
    return [one["name"] for one in await call("getAllProcessInfo")]


async def remove(call: Proxy, group: str) -> None:
    await call("stopProcessGroup", group)
    assert await call("removeProcessGroup", group) is True


async def test_what_others_need_stays_until_it_is_added_again(
    it: Inside, call: Proxy, write: Write
):
    await remove(call, "database")
    await it.until("database", State.STOPPED)
    assert await call("reloadConfig") == [[["database"], [], []]]
    write(CHANGED + WEB)
    assert await call("reloadConfig") == [[[], ["database"], []]]
    assert await call("addProcessGroup", "database") is True
    await it.until("database", State.RUNNING)
    assert await call("reloadConfig") == [[[], [], []]]
    assert await call.fault("addProcessGroup", "database") == "ALREADY_ADDED: database"


async def test_or_until_nobody_needs_it(call: Proxy):
    await remove(call, "database")
    assert await names(call) == ["database", "web"]
    await remove(call, "web")
    assert await names(call) == []


async def test_as_when_what_needed_it_is_added_with_no_such_need(call: Proxy, write: Write):
    user = table("user", 'after = ["web"]')
    write(DATABASE + WEB + user)
    assert await call("addProcessGroup", "user") is True
    write(table("web") + user)
    assert await call("reloadConfig") == [[[], ["web"], ["database"]]]
    await remove(call, "database")
    assert await call.fault("addProcessGroup", "database") == "BAD_NAME: database"
    await remove(call, "web")
    assert await names(call) == ["database", "user", "web"]
    assert await call("addProcessGroup", "web") is True
    assert await names(call) == ["user", "web"]


async def test_a_group_goes_from_its_last_member_to_its_first(call: Proxy, write: Write):
    one, two = table("one"), table("two", 'requires = ["one"]')
    write(DATABASE + WEB + one + two + '[group.pair]\nmembers = ["one", "two"]\n')
    assert await call("addProcessGroup", "pair") is True
    await remove(call, "pair")
    assert await names(call) == ["database", "web"]


async def test_what_is_new_comes_with_what_needs_it_and_is_then_added_once(
    it: Inside, call: Proxy, write: Write
):
    needing = table("web", 'requires = ["cache"]')
    more = table("cache") + table("more") + '[group.store]\nmembers = ["cache", "more"]\n'
    write(DATABASE + needing + more)
    assert await call("reloadConfig") == [[["store"], ["web"], []]]
    await remove(call, "web")
    assert await call("addProcessGroup", "web") is True
    for name in ("web", "cache", "more"):
        await it.until(name, State.RUNNING)
    assert await call("addProcessGroup", "store") is True
    assert await call.fault("addProcessGroup", "store") == "ALREADY_ADDED: store"


async def test_a_template_has_no_members_and_changes_or_goes_as_a_whole(call: Proxy, write: Write):
    template = table('"job@"')
    write(DATABASE + WEB + template)
    assert await call("addProcessGroup", "job@") is True
    refused = "FAILED: cannot remove job@: take it out of the file first"
    assert await call.fault("removeProcessGroup", "job@") == refused
    write(DATABASE + WEB + table('"job@"', "control = true"))
    assert await call("reloadConfig") == [[[], ["job@"], []]]
    assert await call("stopProcessGroup", "job@") == []
    assert await call("removeProcessGroup", "job@") is True
    assert await call("addProcessGroup", "job@") is True
    assert await call("reloadConfig") == [[[], [], []]]
    write(DATABASE + WEB)
    await remove(call, "job@")
    assert await call("reloadConfig") == [[[], [], []]]
    assert await call.fault("stopProcessGroup", "job@") == "BAD_NAME: job@"
