"""The runner with the newest Astro of each major version: one small site, and what goes wrong."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
import trio

from services.messages import PreviewState
from services.previews import servers
from services.previews.asking import ask
from services.previews.failure import read_failure
from services.previews.node import find_node
from tests.ports import free_port
from tests.services.hmr.doors import FrontDoor, front_door, routes
from tests.services.previews.astro import (
    ENVIRONMENT,
    dev_server,
    open_hmr,
    read_payload,
    send_payload,
)
from tests.services.previews.registry import npm, run

pytestmark = pytest.mark.system
READY = PreviewState.READY
CARD = '<p class="card">card</p>\n'
INDEX = """---
import Card from '../components/Card.astro';
import '../styles/main.css';
---
<html><head><title>Hello</title></head><body><h1>Hello</h1><Card /></body></html>
"""


def install(version: int | str, folder: Path) -> Path:
    (folder / "package.json").write_text('{"name": "site", "private": true}')
    words = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    done = run(npm(*words, f"astro@{version}"), folder)
    if done.returncode:
        pytest.skip(f"cannot have Astro {version}: {done.stderr.strip()[-300:]}")
    return folder / "node_modules"


@pytest.fixture(scope="module", params=[4, 5, 6, 7], ids=lambda major: f"Astro {major}")
def modules(request, tmp_path_factory) -> Path:
    return install(request.param, tmp_path_factory.mktemp(f"astro-{request.param}"))


@pytest.fixture
def site(tmp_path: Path, modules: Path) -> Path:
    return written(tmp_path, modules)


def written(tmp_path: Path, modules: Path) -> Path:
    root = tmp_path / "site"
    texts = {
        "package.json": '{"name": "site", "type": "module", "private": true}',
        "astro.config.mjs": "export default {};\n",
        "src/pages/index.astro": INDEX,
        "src/components/Card.astro": CARD,
        "src/styles/main.css": "h1 { color: red; }\n",
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "node_modules").symlink_to(modules)
    return root


def exchange(file: Path, text: str) -> None:
    """Write a file in one step: of its configuration, say, Astro would read half at once."""
    whole = file.parents[1] / "exchanged"
    whole.write_text(text)
    whole.replace(file)


async def page(door: FrontDoor) -> bytes:
    return await door.get("/", accept="text/html")


async def errors(browser: trio.SocketStream) -> str:
    """The next error that an overlay would show, as the text that came."""
    payload = await read_payload(browser)
    while payload["type"] != "error":
        payload = await read_payload(browser)
    return json.dumps(payload)


async def test_an_edit_a_mistake_and_its_mending_are_told(site, tmp_path):
    card, config = site / "src" / "components" / "Card.astro", site / "astro.config.mjs"
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        await server.until("astro.ready", port=server.port)
        answer = await page(door)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"data-vite-dev-id" in answer
        assert str(site).encode() not in answer
        style = await door.get("/src/styles/main.css", accept="*/*", **{"sec-fetch-dest": "script"})
        assert str(site).encode() not in style
        async with await open_hmr(door) as browser:
            await server.until("astro.clients", count=1)

            card.write_text('<p class="card">another</p>\n')
            edited = await server.until("astro.hmr")
            assert edited["paths"] == ["src/components/Card.astro"]
            assert (await read_payload(browser))["type"] == "full-reload"
            assert b"another" in await page(door)

            card.write_text("---\nconst ready = 1;\nconst broken = ;\n---\n<p>{ready}</p>\n")
            error = await server.until("astro.error", file="src/components/Card.astro")
            assert error["line"] == 3
            assert "const broken = ;" in error["frame"]
            overlay = await errors(browser)  # and no load of the page before it
            assert "const broken = ;" in overlay
            assert str(site) not in overlay

            card.write_text(CARD)
            await server.until("astro.fixed")
            payload = await read_payload(browser)
            while payload["type"] == "error":
                payload = await read_payload(browser)
            assert payload["type"] == "full-reload"

            exchange(config, "export default {\n")
            error = await server.until("astro.error", file="astro.config.mjs")
            assert error["line"] == 2
            assert str(site) not in await errors(browser)
            assert (await page(door)).startswith(b"HTTP/1.1 200")
        server.events.clear()
        exchange(config, "export default {};\n")
        await server.until("astro.fixed")


async def test_a_page_that_listens_late_is_told_how_long_ago_it_missed_an_edit(site, tmp_path):
    card = site / "src" / "components" / "Card.astro"
    asks = {"type": "custom", "event": "nurseryd:listens"}
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        await server.until("astro.ready")
        await page(door)
        async with await open_hmr(door) as early:
            await server.until("astro.clients", count=1)
            await send_payload(early, asks)  # and there is nothing to answer
            exchange(card, '<p class="card">another</p>\n')  # in one step is told once
            assert (await read_payload(early))["type"] == "full-reload"
        await server.until("astro.clients", count=0)
        server.events.clear()
        before = trio.current_time()
        exchange(card, '<p class="card">a third</p>\n')
        await server.until("astro.hmr")
        async with await open_hmr(door) as late:
            await send_payload(late, asks)
            answer = await read_payload(late)  # and no reload that was kept for whoever comes
            waited = (trio.current_time() - before) * 1000
        assert (answer["type"], answer["event"]) == ("custom", "nurseryd:edited")
        assert 0 < answer["data"]["ago"] < waited


async def test_elements_say_where_they_come_from_and_the_studio_is_in_the_toolbar_s_place(
    site, tmp_path
):
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    off = {"devToolbar": {"enabled": False}}
    preferences = site / ".astro" / "settings.json"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps(off))
    (site / "astro.config.mjs").write_text(f"export default {json.dumps(off)};\n")
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        await server.until("astro.ready")
        answer = (await page(door)).decode()
        places = dict(re.findall(r'<(h1|p)\b[^>]*? data-astro-source-file="([^"]*)"', answer))
        assert places == {"h1": "site/src/pages/index.astro", "p": "site/src/components/Card.astro"}
        assert re.search(r'<p class="card"[^>]* data-astro-source-loc="1:17"', answer)
        (script,) = re.findall(r'src="(/@id/[^"]*)"', answer)
        hello = (await door.get(script, accept="*/*", **{"sec-fetch-dest": "script"})).decode()
        assert "astro-dev-toolbar" not in hello
        assert len(hello.partition("\r\n\r\n")[2]) < 1500  # what a page without a studio loads
        (talk,) = re.findall(r'import\("(/@id/nurseryd:talk.mjs)"\)', hello)
        assert b"postMessage" in await door.get(talk, accept="*/*")
        assert b'FOLDER = "site/"' in await door.get("/@id/nurseryd:site.mjs", accept="*/*")
    prepared = [file.name for file in (tmp_path / "cache" / "vite").rglob("*.js")]
    assert not [name for name in prepared if "toolbar" in name or "aria-query" in name]
    assert json.loads(preferences.read_text()) == off


MIXED = """\
---
const said: string = '<b>no</b>';
const many = ["it's", 'b'];
---
<html><body>
<!-- <p>no</p> -->
<ul>{many.map((one) => <li class={one}>{one}</li>)}
  <li
    class="last">{said}<b set:html={said} /></li>
</ul>
<div><div><p>x</p></div></div>
<style>p { color: red }</style>
<script>console.log('<p>');</script>
</body></html>
"""


async def test_what_a_compiler_does_not_annotate_is_annotated_all_the_same(tmp_path):
    modules = tmp_path / "modules"
    modules.mkdir()
    site = written(tmp_path, install("7.3.4", modules))
    (site / "src" / "pages" / "index.astro").write_text(MIXED)
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        await server.until("astro.ready")
        answer = (await page(door)).decode()
    place = (
        r'<(\w+) data-astro-source-file="src/pages/index.astro" data-astro-source-loc="([\d:]+)"'
    )
    assert re.findall(place, answer) == [
        ("body", "5:8"),
        ("ul", "7:2"),
        *(2 * [("li", "7:25")]),
        ("li", "8:4"),
        ("b", "9:25"),
        *(("div", f"11:{column}") for column in (2, 7)),
        ("p", "11:12"),
    ]
    assert "&lt;b&gt;no&lt;/b&gt;<b" in answer


async def test_a_check_is_about_the_files_as_they_are(site, tmp_path):
    card, cache = site / "src" / "components" / "Card.astro", tmp_path / "cache"
    async with dev_server(site, cache) as server:
        await server.until("astro.ready")
        for number in range(10):
            card.write_text(f"---\nthrow new Error('number {number}.');\n---\n")
            with trio.fail_after(30):
                broken = await ask(cache, [card], [], 20)
            (error,) = broken.errors
            assert (error.message, error.file) == (f"number {number}.", "src/components/Card.astro")
            card.write_text(CARD)
            with trio.fail_after(30):
                mended = await ask(cache, [card], [], 20)
            assert (mended.pages, mended.errors) == (("/",), ())


async def test_a_build_is_served_and_a_broken_one_says_where(site, tmp_path):
    node, out, cache = find_node().node, tmp_path / "out", tmp_path / "cache"
    last = [out, cache, site / "node_modules"]

    async def build() -> int:
        command = [node, servers.RUNNER, "build", site, *last]
        done = await trio.run_process(
            list(map(str, command)),
            env={**ENVIRONMENT, "NODE_ENV": "production"},
            check=False,
            capture_stdout=True,
            capture_stderr=True,
        )
        return done.returncode

    before = {path.name for path in site.iterdir()}
    assert await build() == 0
    assert read_failure(cache) is None
    assert {path.name for path in site.iterdir()} - before <= {".astro"}
    port = free_port()
    command = [node, servers.RUNNER, "preview", site, port, *last]
    async with front_door() as door:
        door.publish(routes(READY, port))
        process = await trio.lowlevel.open_process(
            list(map(str, command)), stdout=subprocess.PIPE, env=ENVIRONMENT
        )
        async with process.stdout:
            with trio.fail_after(30):
                assert b"astro.ready" in await process.stdout.receive_some()
            assert b"<h1>Hello</h1>" in await page(door)
            process.send_signal(signal.SIGTERM)
            with trio.fail_after(10):
                assert await process.wait() == 0

    (site / "src" / "components" / "Card.astro").write_text("---\n\nconst broken = ;\n---\n")
    assert await build() == 1
    error = read_failure(cache)
    assert "src/components/Card.astro:3" in str(error)
