"""Who waits for whom, and what is said meanwhile: `Dependencies` under a fake supervisor."""

import errno
import json
import os
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from services.previews import store
from services.previews.deps import Dependencies, Rules
from services.previews.managers import Caches
from services.previews.node import Node
from services.previews.progress import Step
from services.previews.tools import Tools
from supervisor.control import Control, Start, Stop
from supervisor.desk import Refused
from supervisor.model import State
from tests.services.previews.fakes import FakeSupervisor, harness, site, until

NODE = Node(Path("/opt/node"), Path("/opt/npm-cli.js"), "node24-x")


class World:
    """`dependencies` of sites below a folder, and the supervisor that they ask."""

    def __init__(self, folder, nursery, most=10, scripts=False, path="", answer=None, seconds=900):
        self.harness = harness()
        self.supervisor = FakeSupervisor(self.harness)
        self.modules = folder / "cache" / "modules"
        self.dependencies = Dependencies(
            Rules(self.modules, Caches("/volume", "/local"), scripts, most, seconds),
            Tools(NODE, folder / "cache" / "bin", path),
            Control(self.harness.desk),
            self.harness.events,
        )
        nursery.start_soon(self.harness.desk.answer, answer or self.supervisor.answer)

    @property
    def entries(self):
        return sorted(self.modules.iterdir()) if self.modules.exists() else []


def silent(_):
    pass


async def test_npm_is_started_with_what_fills_the_template(tmp_path, nursery):
    world = World(tmp_path, nursery, path="/usr/bin")
    world.supervisor.go.set()
    await world.dependencies.ready(site(tmp_path / "one"), silent)
    start = next(asked for asked in world.supervisor.asked if isinstance(asked, Start))
    assert start.name.startswith("install@")
    assert start.parameters["program"] == "/opt/node"
    words = json.loads(start.parameters["arguments"])
    assert words[:2] == ["/opt/npm-cli.js", "ci"]
    assert "--cache=/volume/npm" in words
    assert start.parameters["archives"] == "/volume/yarn"
    assert start.parameters["scripts"] == "false"
    assert start.parameters["path"] == f"{tmp_path}/cache/bin:/usr/bin"


async def test_scripts_run_only_where_the_options_say_so(tmp_path, nursery):
    world = World(tmp_path, nursery, scripts=True)
    world.supervisor.go.set()
    await world.dependencies.ready(site(tmp_path / "one"), silent)
    start = next(asked for asked in world.supervisor.asked if isinstance(asked, Start))
    assert "--ignore-scripts=false" in json.loads(start.parameters["arguments"])
    assert start.parameters["scripts"] == "true"


async def test_everybody_who_waits_is_told_how_far_it_is(tmp_path, nursery):
    lock = json.dumps({"packages": {f"node_modules/p{n}": {} for n in range(4)}})
    one, two = site(tmp_path / "one", lock), site(tmp_path / "two", lock)
    world = World(tmp_path, nursery)
    told = []

    def tell(who):
        return lambda step: told.append((who, step))

    async with trio.open_nursery() as inner:
        inner.start_soon(world.dependencies.ready, one, tell("one"))
        inner.start_soon(world.dependencies.ready, two, tell("two"))
        await until(lambda: len(told) == 2)
        package = world.entries[0] / "node_modules" / "p0"
        package.mkdir(parents=True)
        (package / "package.json").write_text("{}")
        await until(lambda: len(told) == 4)
        assert set(told[:2]) == {
            (who, Step("installing dependencies", 0.0)) for who in ("one", "two")
        }
        # Who comes later hears at once what was said last.
        inner.start_soon(world.dependencies.ready, site(tmp_path / "three", lock), tell("three"))
        await until(lambda: len(told) == 5)
        world.supervisor.go.set()
    assert {who for who, _ in told[2:]} == {"one", "two", "three"}
    assert {step for _, step in told[2:]} == {Step("installing dependencies, 25 %", 0.25)}


async def test_who_waits_can_leave_and_the_installation_goes_on(tmp_path, nursery):
    world = World(tmp_path, nursery)
    one, two = site(tmp_path / "one"), site(tmp_path / "two")
    async with trio.open_nursery() as inner:
        inner.start_soon(world.dependencies.ready, one, silent)
        await until(lambda: world.supervisor.names(Start))
        with trio.move_on_after(0.05) as patience:
            await world.dependencies.ready(two, silent)
        assert patience.cancelled_caught
        assert world.supervisor.names(Stop) == []
        world.supervisor.go.set()
    assert (one / "node_modules").is_dir()
    assert not (two / "node_modules").exists()
    assert len(world.supervisor.names(Start)) == 1


async def test_when_who_installs_leaves_the_next_one_begins_again(tmp_path, nursery):
    world = World(tmp_path, nursery)
    one, two = site(tmp_path / "one"), site(tmp_path / "two")
    first = trio.CancelScope()

    async def leave():
        with first:
            await world.dependencies.ready(one, silent)

    async with trio.open_nursery() as inner:
        inner.start_soon(leave)
        await until(lambda: world.supervisor.names(Start))
        inner.start_soon(world.dependencies.ready, two, silent)
        await wait_all_tasks_blocked()
        first.cancel()
        await until(lambda: len(world.supervisor.names(Start)) == 2)
        assert len(world.supervisor.names(Stop)) == 1  # what the first one had begun
        world.supervisor.go.set()
    assert (two / "node_modules").is_dir()
    assert [entry for entry in world.entries if ".partial-" in entry.name] == []


async def test_whose_lock_file_changes_while_it_waits_installs_what_that_says(tmp_path, nursery):
    lock = json.dumps({"packages": {"node_modules/p": {}}})
    one, two = site(tmp_path / "one", lock), site(tmp_path / "two", lock)
    world = World(tmp_path, nursery)
    told = []
    first = trio.CancelScope()

    async def leave():
        with first:
            await world.dependencies.ready(one, silent)

    async with trio.open_nursery() as inner:
        inner.start_soon(leave)
        await until(lambda: world.supervisor.names(Start))
        inner.start_soon(world.dependencies.ready, two, told.append)
        await until(lambda: told)  # that somebody else installs it
        (two / "package-lock.json").write_text('{"more": true}')
        first.cancel()
        await until(lambda: len(world.supervisor.names(Start)) == 2)
        world.supervisor.go.set()
    (entry,) = world.entries
    (place,) = store.look(two, world.modules, NODE.abi)
    assert place.entry == entry == (two / "node_modules").resolve().parent
    assert (entry / "package-lock.json").read_text() == '{"more": true}'


async def test_a_manager_that_is_not_here_is_refused_and_nothing_is_started(tmp_path, nursery):
    world = World(tmp_path, nursery, path="/nowhere")
    root = site(tmp_path / "one")
    (root / "package-lock.json").rename(root / "pnpm-lock.yaml")
    await world.dependencies.sweep()
    with pytest.raises(Refused, match=r"no pnpm 9 or newer here; install pnpm 9 or newer here, or"):
        await world.dependencies.ready(root, silent)
    (root / "package-lock.json").write_text("{}")  # as it was told to
    (root / "package.json").write_text('{"packageManager": "pnpm@9.0.0"}')
    world.supervisor.go.set()
    assert (await world.dependencies.ready(root, silent))[0].is_dir()


async def test_a_supervisor_that_refuses_fails_the_installation(tmp_path, nursery):
    async def refuse(_):
        raise Refused("cannot find a service 'install@'")

    world = World(tmp_path, nursery, answer=refuse)
    with pytest.raises(Refused, match="cannot find a service"):
        await world.dependencies.ready(site(tmp_path / "one"), silent)
    assert world.entries == []


async def test_an_installation_that_takes_too_long_is_ended_and_may_be_tried_again(
    tmp_path, nursery, mock_clock
):
    world = World(tmp_path, nursery, seconds=60)
    root = site(tmp_path / "one")

    async def hang():
        await world.supervisor.installing.wait()
        mock_clock.jump(60)

    nursery.start_soon(hang)
    with pytest.raises(Refused, match=r"npm ci failed: it took more than 60 seconds and was ended"):
        await world.dependencies.ready(root, silent)
    assert world.supervisor.names(Stop) == world.supervisor.names(Start)
    assert world.entries == []
    world.supervisor.go.set()
    mock_clock.jump(1)  # who asks for it later than it failed may try again
    assert (await world.dependencies.ready(root, silent))[0].is_dir()


async def test_a_disk_that_says_no_fails_the_installation_and_nothing_else(
    tmp_path, nursery, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    world = World(tmp_path, nursery)
    world.supervisor.go.set()
    root = site(tmp_path / "one")
    with monkeypatch.context() as patch:
        patch.setattr(store, "finish", full)
        with pytest.raises(Refused, match=r"cannot install dependencies: .*No space left"):
            await world.dependencies.ready(root, silent)
    assert world.entries == []
    assert (await world.dependencies.ready(root, silent))[0].is_dir()


async def test_beyond_the_most_what_no_site_links_to_is_removed(tmp_path, nursery):
    world = World(tmp_path, nursery, most=1)
    world.supervisor.go.set()
    root = site(tmp_path / "site")
    places = []
    for number in range(3):
        (root / "package-lock.json").write_text(f'{{"n": {number}}}')
        places.append((await world.dependencies.ready(root, silent))[0].parent)
        os.utime(places[-1] / "installed.json", (number, number))
    world.supervisor.show("astro@x", State.RUNNING, {"modules": str(places[0] / "node_modules")})
    nursery.start_soon(world.dependencies.tidy)
    await until(lambda: not places[1].exists())
    assert places[0].exists()  # a dev server has it open
    assert places[2].exists()  # the site links to it
