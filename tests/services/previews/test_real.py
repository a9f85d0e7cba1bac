"""Sleeping, waking, evicting and building with real sites."""

import re

import pytest
import trio

from services.messages import (
    BuildSite,
    OpenWorkspace,
    PreviewState,
    RefreshPreview,
    ThreadKey,
    WakePreview,
)
from tests.services.hmr.doors import read_all
from tests.services.previews.astro import open_hmr
from tests.services.previews.real import real

pytestmark = pytest.mark.system

HOME = ThreadKey("acme", "ann", "home")
OTHER = ThreadKey("acme", "ann", "other")
READY, ASLEEP = PreviewState.READY, PreviewState.ASLEEP
MIB = 1 << 20


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


async def test_a_preview_sleeps_and_is_woken_where_it_was(tmp_path, cache):
    async with real(tmp_path, cache, sleep_after=10) as it:
        await it.open(HOME)
        ready = await it.until(HOME.preview_id, READY)
        assert "/@vite/client" in await it.page(ready)
        browser = await open_hmr(it.door(ready))
        asleep = await it.until(HOME.preview_id, ASLEEP)
        assert (asleep.clients, asleep.memory) == (0, 0)
        async with browser:
            with trio.fail_after(10):
                await read_all(browser)  # an open tab kept nobody awake
        woken = await it.ask(WakePreview(HOME.preview_id))
        assert woken.state is PreviewState.STARTING
        again = await it.until(HOME.preview_id, READY)
        assert again.port == ready.port
        async with await open_hmr(it.door(again)):
            pass
        # All of the one before is gone: one server, of one life.
        (only,) = [it for it in it.events.snapshot if it.name.startswith("astro@")]
        assert only.state == "RUNNING"


async def test_a_site_whose_pages_hang_has_failed_and_is_mended_by_an_edit(tmp_path, cache):
    async with real(tmp_path, cache, patience=20, restarts=1) as it:
        workspace = await it.channels.desks["workspaces"].ask(OpenWorkspace(HOME))
        index = workspace.root / "src" / "pages" / "index.astro"
        text = index.read_text()
        index.write_text(text.replace("---\n", "---\nawait new Promise(() => {});\n", 1))
        await it.open(HOME)
        failed = await it.until(HOME.preview_id, PreviewState.FAILED)
        assert "not ready within 20 s" in failed.reason
        index.write_text(text)
        await it.ask(RefreshPreview(HOME))
        ready = await it.until(HOME.preview_id, READY)
        assert "<h1" in await it.page(ready)


async def test_what_servers_take_is_measured_and_the_longest_unused_makes_room(tmp_path, cache):
    # Less than any takes: the one used last stays all the same, and no other beside it.
    async with real(tmp_path, cache, memory="1MiB") as it:
        await it.open(HOME)
        await it.until(HOME.preview_id, READY)
        with trio.fail_after(60):
            routes = await it.channels.boards["routes"].until(
                lambda routes: routes.previews[HOME.preview_id].memory > 50 * MIB
            )
        home = routes.previews[HOME.preview_id]
        assert (home.state, home.memory < 2048 * MIB) == (READY, True)
        await it.open(OTHER)
        asleep = await it.until(HOME.preview_id, ASLEEP)
        assert "room" in asleep.reason
        other = await it.until(OTHER.preview_id, READY)
        assert "<h1" in await it.page(other)


async def test_a_site_is_built_served_asleep_and_woken_and_a_broken_one_says_where(tmp_path, cache):
    async with real(tmp_path, cache) as it:
        workspace = await it.open(HOME)
        built = await it.ask(BuildSite(HOME))
        assert built.errors == (), built
        assert built.output
        assert "/@vite/client" not in await it.page(built.preview)
        assert not (workspace.root / "dist").exists()
        index = workspace.root / "src" / "pages" / "index.astro"
        text = index.read_text()
        (heading,) = re.findall(r"(\w+)</h1>", text)
        assert f"{heading}</h1>" in await it.page(built.preview)
        index.write_text('---\nimport Gone from "./Gone.astro";\n---\n<Gone />\n')
        broken = await it.ask(BuildSite(HOME))
        assert broken.preview is None
        assert "Gone.astro" in broken.errors[0].message
        assert f"{heading}</h1>" in await it.page(built.preview)  # the last good one
        index.write_text(text.replace("</h1>", " anew</h1>", 1))
        again = await it.ask(BuildSite(HOME))
        assert "anew</h1>" in await it.page(again.preview)
        good = again.preview
    async with real(tmp_path, cache, sleep_after=10) as it:
        await it.ask(WakePreview(HOME.built_id))
        woken = await it.until(HOME.built_id, READY)
        assert woken.built == good.built
        assert "anew</h1>" in await it.page(woken)
        await it.until(HOME.built_id, ASLEEP)
