"""The runner with the newest Astro of each major version: one small site, and what goes wrong."""

from __future__ import annotations

import json
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
from tests.services.hmr.doors import FrontDoor, free_port, front_door, routes
from tests.services.previews.astro import ENVIRONMENT, dev_server, open_hmr, read_payload
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


@pytest.fixture(scope="module", params=[4, 5, 6, 7], ids=lambda major: f"Astro {major}")
def modules(request, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp(f"astro-{request.param}")
    (folder / "package.json").write_text('{"name": "site", "private": true}')
    words = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    done = run(npm(*words, f"astro@{request.param}"), folder)
    if done.returncode:
        pytest.skip(f"cannot have Astro {request.param}: {done.stderr.strip()[-300:]}")
    return folder / "node_modules"


@pytest.fixture
def site(tmp_path: Path, modules: Path) -> Path:
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
    """Write a file in one step: Astro, which begins anew at once, would read half of it."""
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
