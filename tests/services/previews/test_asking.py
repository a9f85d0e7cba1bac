"""What a runner's answer about pages may be, and what becomes of one who does not answer."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from services.messages import BuildError
from services.previews.asking import MOST_ERRORS, SOCKET, Unanswered, ask, read
from services.previews.checks import inside
from services.previews.reports import MOST_TEXT

Answering = Callable[[trio.SocketStream, dict], Awaitable[None]]


@asynccontextmanager
async def runner(cache: Path, answer: Answering) -> AsyncGenerator[None]:
    """What answers at the socket in `cache`, one connection after another."""
    cache.mkdir(parents=True, exist_ok=True)
    folder = os.open(cache, os.O_PATH | os.O_DIRECTORY)
    listening = trio.socket.socket(socket.AF_UNIX)
    await listening.bind(f"/proc/self/fd/{folder}/{SOCKET}")
    os.close(folder)
    listening.listen()

    async def run() -> None:
        while True:
            connection, _ = await listening.accept()
            async with trio.SocketStream(connection) as stream:
                asked = b""
                while not asked.endswith(b"\n"):
                    asked += await stream.receive_some()
                await answer(stream, json.loads(asked))

    with listening:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run)
            yield
            nursery.cancel_scope.cancel()


def saying(text: object) -> Answering:
    async def answer(stream: trio.SocketStream, _: dict) -> None:
        data = text if isinstance(text, bytes) else json.dumps(text).encode()
        await stream.send_all(data)

    return answer


async def test_a_runner_is_asked_and_understood_however_long_the_path(tmp_path):
    cache = tmp_path / ("long" * 40)
    asked = {}

    async def answer(stream: trio.SocketStream, question: dict) -> None:
        asked.update(question)
        error = {"message": "no", "file": "src/a.astro", "line": 3, "column": 4, "frame": "x"}
        await stream.send_all(json.dumps({"pages": ["/", "/a"], "errors": [error]}).encode())

    async with runner(cache, answer):
        found = await ask(cache, [Path("/w/src/a.astro")], ["/a"], 2.5)
    assert asked == {"files": ["/w/src/a.astro"], "pages": ["/a"], "ms": 2500}
    assert found.pages == ("/", "/a")
    assert found.errors == (BuildError("no", "src/a.astro", 3, 4, "x"),)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "no answer that makes sense"),
        (b"{", "no answer that makes sense"),
        (b"\xff", "no answer that makes sense"),
        (b"[" * 5000, "no answer that makes sense"),
        (b'{"pages": 1}', "no answer that makes sense"),
        (b'{"failed": "out of luck"}', "out of luck"),
        (b" " * (1 << 20) + b" {}", "too long"),
    ],
)
async def test_an_answer_that_is_none_is_told(tmp_path, said, why):
    async with runner(tmp_path, saying(said)):
        with pytest.raises(Unanswered, match=why):
            await ask(tmp_path, [], [], 1)


async def test_nobody_there_is_no_answer(tmp_path):
    for cache in (tmp_path, tmp_path / "none"):
        with pytest.raises(Unanswered, match="cannot be asked"):
            await ask(cache, [], [], 1)


async def test_who_is_cancelled_hangs_up(tmp_path, autojump_clock):
    hung_up = trio.Event()

    async def wait(stream: trio.SocketStream, _: dict) -> None:
        assert await stream.receive_some() == b""
        hung_up.set()

    async with runner(tmp_path, wait):
        with trio.move_on_after(1) as scope:
            await ask(tmp_path, [], [], 5)
        assert scope.cancelled_caught
        await hung_up.wait()


def test_a_site_that_says_too_much_is_cut_short():
    error = {"message": "a" * 9000, "file": "b" * 9000, "frame": "c" * 9000}
    answer = read(json.dumps({"pages": ["/"] * 999, "errors": [error] * 999}).encode())
    assert len(answer.errors) == MOST_ERRORS
    assert len(answer.pages) < 999
    assert len(answer.errors[0].message) == len(answer.errors[0].frame) == MOST_TEXT


def test_files_outside_of_the_worktree_are_not_asked_about():
    files = ("src/a.astro", "/etc/passwd", "../b", "src/../../c", "src/..d.md")
    assert inside(Path("/w"), files) == [Path("/w/src/a.astro"), Path("/w/src/..d.md")]
