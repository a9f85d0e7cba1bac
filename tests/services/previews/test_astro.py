"""The runner and the front door with a real Astro site between them."""

import json
import os
import signal
import subprocess
import sys

import pytest
import trio

from services.hmr.tunnel import CLOSE_FRAME
from services.messages import PreviewState
from services.previews.asking import ask
from tests.ports import free_port
from tests.services.hmr.doors import KEY, front_door, routes
from tests.services.previews.astro import (
    ENVIRONMENT,
    checkout,
    command,
    dev_server,
    install,
    open_hmr,
    read_payload,
)

pytestmark = pytest.mark.system
READY = PreviewState.READY
SLOW = """\
---
import Slow from '../components/Slow.astro';
await new Promise((resolve) => setTimeout(resolve, 1500));
---
<html><body><Slow /></body></html>
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    return install(tmp_path_factory.mktemp("modules"))


@pytest.fixture
def site(tmp_path, modules):
    return checkout(tmp_path / "site", modules)


async def test_the_runner_says_that_it_is_ready_serves_and_leaves_the_site_alone(site, tmp_path):
    before = {path.name for path in site.iterdir()}
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        assert (await server.until("astro.ready"))["port"] == server.port
        page = await door.get(
            "/", host=f"{KEY.preview_id}.localhost:{door.port}", accept="text/html"
        )
        assert page.startswith(b"HTTP/1.1 200 OK")
        assert b"/@vite/client" in page
        assert await server.end(signal.SIGTERM) == 0
    assert {path.name for path in site.iterdir()} - before <= {".astro"}
    assert not (site / ".astro" / "dev.json").exists()


async def test_an_edit_reaches_the_browser_through_the_front_door(site, tmp_path):
    style = site / "src" / "styles" / "global.css"
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        await server.until("astro.ready")
        await door.get("/", accept="text/html")
        await door.get("/src/styles/global.css", accept="text/css,*/*;q=0.1")
        async with await open_hmr(door) as browser:
            assert (await server.until("astro.clients"))["count"] == 1
            style.write_text(style.read_text() + "\nbody { color: teal; }\n")
            payload = await read_payload(browser)
            while payload["type"] not in ("update", "full-reload"):
                payload = await read_payload(browser)
        assert (await server.until("astro.hmr"))["type"] == payload["type"]
        page = site / "src" / "pages" / "broken.astro"
        page.write_text("<p>{broken</p>")
        with trio.fail_after(20):  # a moment passes until it is a page
            while not (await door.get("/broken", accept="text/html")).startswith(b"HTTP/1.1 500"):
                pass
        error = await server.until("astro.error")
        assert error["message"]
        assert error["file"] == "src/pages/broken.astro"


async def test_a_promise_that_a_page_forgot_is_told_once_and_taken_back(site, tmp_path):
    checked, page = (site / "src/pages" / name for name in ("checked.astro", "visited.astro"))
    for file in (checked, page):
        file.write_text(f"---\nPromise.reject(new Error('{file.stem}'));\n---\n<p>dry</p>\n")
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        await server.until("astro.ready")
        answer = await ask(tmp_path / "cache", [checked], (), 30)
        assert "Error: checked" in str(answer.errors)
        async with await open_hmr(door) as browser:
            for _ in range(2):
                assert b">dry</p>" in await door.get("/visited", accept="text/html")
                while (await read_payload(browser))["type"] != "error":
                    pass
            page.write_text("<p>wet</p>\n")
            await server.until("astro.fixed")
    (told,) = [seen for seen in server.events if seen["event"] == "astro.error"]
    assert (told["file"], told["line"]) == ("src/pages/visited.astro", 2)


async def test_what_a_reload_is_for_is_told_though_the_page_takes_its_time(site, tmp_path):
    part, page = site / "src/components/Slow.astro", site / "src/pages/slow.astro"
    part.parent.mkdir(exist_ok=True)
    part.write_text("<p>one</p>")
    page.write_text(SLOW)
    async with dev_server(site, tmp_path / "cache") as server, front_door() as door:
        door.publish(routes(READY, server.port))
        await server.until("astro.ready")
        assert b">one</p>" in await door.get("/slow", accept="text/html")
        async with await open_hmr(door):
            await server.until("astro.clients", count=1)
            part.write_text("<p>two</p>")
            assert (await server.until("astro.hmr"))["paths"] == ["src/components/Slow.astro"]


async def test_after_kill_9_the_next_life_takes_the_same_port_and_the_browser_only_waits(
    site, tmp_path
):
    async with front_door() as door:
        async with dev_server(site, tmp_path / "cache") as server:
            port = server.port
            door.publish(routes(READY, port))
            await server.until("astro.ready")
            browser = await open_hmr(door)
            assert await server.end(signal.SIGKILL) == -signal.SIGKILL
            async with browser:
                said = b""
                with trio.fail_after(5):
                    while not said.endswith(CLOSE_FRAME):  # and the page looks for us again
                        said += await browser.receive_some(4096)
        async with trio.open_nursery() as nursery:
            answers = []

            async def reload():
                answers.append(await door.get("/", accept="text/html"))

            nursery.start_soon(reload)
            async with dev_server(site, tmp_path / "cache", port) as server:
                assert (await server.until("astro.ready"))["port"] == port
                with trio.fail_after(20):
                    while not answers:
                        await trio.testing.wait_all_tasks_blocked(0.1)
                assert answers[0].startswith(b"HTTP/1.1 200")


async def test_two_worktrees_share_their_modules_and_run_side_by_side(site, tmp_path, modules):
    other = checkout(tmp_path / "other", modules)
    async with (
        dev_server(site, tmp_path / "one") as one,
        dev_server(other, tmp_path / "two") as two,
        front_door() as door,
    ):
        for server in (one, two):
            await server.until("astro.ready")
            door.publish(routes(READY, server.port))
            assert (await door.get("/")).startswith(b"HTTP/1.1 200")
            shared = f"/@fs{modules}/vite/dist/client/client.mjs"
            assert (await door.get(shared, accept="*/*")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("astro.config.mjs", "export default {", "astro.config.mjs"),
        ("astro.config.mjs", "export default { site: 5 }", "site"),
        ("node_modules", None, "cannot find Astro"),
    ],
)
async def test_a_site_that_cannot_start_says_why_and_ends(site, tmp_path, name, text, says):
    if text is None:
        (site / name).unlink()
        (site / name).mkdir()
    else:
        (site / name).write_text(text)
    async with dev_server(site, tmp_path / "cache") as server:
        error = await server.until("astro.error")
        with trio.fail_after(10):
            assert await server.process.wait() == 1
    assert says in json.dumps(error)
    left = json.loads((tmp_path / "cache" / "failure.json").read_text())
    assert left["errors"][0]["message"] == error["message"]


async def test_a_page_that_could_not_be_read_is_shown_again_when_its_files_are_back(
    site, tmp_path, require
):
    """As when a volume goes away for a while: nothing changed, and no watcher tells."""
    around = (str(require("unshare")), "--mount", "--propagation", "private")
    text = site / "notes" / "first.md"
    text.parent.mkdir()
    text.write_text("Here")
    page = site / "src" / "pages" / "notes.astro"
    page.write_text('---\nimport text from "../../notes/first.md?raw";\n---\n<p>{text}</p>')

    async def shown(status: bytes, said: bytes) -> None:
        with trio.fail_after(30):
            while True:
                answer = await door.get("/notes", accept="text/html")
                if answer.startswith(b"HTTP/1.1 " + status) and said in answer:
                    return
                await trio.testing.wait_all_tasks_blocked(0.1)

    async with (
        dev_server(site, tmp_path / "cache", around=around) as server,
        front_door() as door,
    ):

        async def within(*words: str) -> None:
            inside = ["nsenter", "--mount", "--target", str(server.process.pid)]
            await trio.run_process([*inside, *words])

        door.publish(routes(READY, server.port))
        await server.until("astro.ready")
        await shown(b"200", b"Here")
        async with await open_hmr(door) as browser:
            await within("mount", "-t", "tmpfs", "-o", "ro", "away", str(text.parent))
            text.write_text("Here again")  # as seen from elsewhere
            await shown(b"500", b"")
            await within("umount", str(text.parent))
            payload = await read_payload(browser)
            with trio.fail_after(30):
                while payload["type"] != "full-reload":
                    payload = await read_payload(browser)
        await shown(b"200", b"Here again")


async def test_a_taken_port_is_an_error_and_not_another_port(site, tmp_path):
    async with dev_server(site, tmp_path / "one") as first:
        await first.until("astro.ready")
        async with dev_server(site, tmp_path / "two", first.port) as second:
            assert str(first.port) in (await second.until("astro.error"))["message"]
            assert await second.process.wait() == 1


async def test_an_orphan_ends_by_itself(site, tmp_path):
    out = tmp_path / "out"
    os.mkfifo(out)
    reader = os.open(out, os.O_RDONLY | os.O_NONBLOCK)
    lines = trio.lowlevel.FdStream(reader)
    argv = command(site, free_port(), tmp_path / "cache")
    parent_code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1], 'wb'))\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    parent = await trio.lowlevel.open_process(
        [sys.executable, "-c", parent_code, str(out), *argv],
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    async with lines, parent.stdout:
        child = int(await parent.stdout.receive_some())
        pidfd = os.pidfd_open(child)
        said = b""
        with trio.move_on_after(60):
            while b"astro.ready" not in said:
                said += await lines.receive_some()
        parent.kill()
        await parent.wait()
        with trio.move_on_after(10) as patience:
            await trio.lowlevel.wait_readable(pidfd)
        if patience.cancelled_caught:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)
    assert b"astro.ready" in said
    assert not patience.cancelled_caught
