"""`python -m services.standin`, as people and other programs run it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from services.standin.demo import DEMO
from services.standin.script import Use
from tests.ports import free_port
from tests.services.standin.asking import called, converse, post, result, user

pytestmark = pytest.mark.system

PROGRAM = [sys.executable, "-m", "services.standin"]


@asynccontextmanager
async def running(*arguments: str) -> AsyncGenerator[tuple[trio.Process, str]]:
    """The program, and its address once it answers there. Ended by SIGKILL, if it still runs."""
    process = await trio.lowlevel.open_process(
        [*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        line = b""
        while not line.endswith(b"\n"):
            data = await process.stdout.receive_some()
            assert data, "it ended"
            line += data
        yield process, line.decode().split()[-1]
    finally:
        with trio.CancelScope(shield=True):
            process.kill()
            await process.wait()
            await process.stdout.aclose()


async def test_it_answers_by_its_script_and_records_what_it_heard(tmp_path: Path):
    script, record = tmp_path / "a.toml", tmp_path / "record.jsonl"
    script.write_text("[[rule]]\nwhen = 'hi'\nreply = [{ steps = [{ say = 'From {cwd}.' }] }]\n")
    options = ["--port", "0", "--script", str(script), "--record", str(record), "--cwd", "/site"]
    async with running(*options) as (process, url):
        reply = await post(url, "/v1/messages", {"messages": [user("hi")]})
        assert reply.json["content"][0]["text"] == "From /site."
        await converse(url, "hi")
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    first, done, second, _ = lines
    assert (first["number"], first["method"], first["target"]) == (1, "POST", "/v1/messages")
    assert json.loads(first["body"]) == {"messages": [user("hi")]}
    assert done == {"number": 1, "status": 200, "events": 0, "attempt": 0, "end": "whole"}
    assert second["headers"]["authorization"] == "..."


async def test_killed_it_can_be_started_again_on_its_port():
    port = str(free_port())
    async with running("--port", port) as (process, url):
        process.kill()
        await process.wait()
    async with running("--port", port) as (_, again):
        assert again == url
        assert (await post(url, "/v1/messages", {"messages": [user("hi")]})).status == 200


async def test_without_a_script_it_can_make_one_page_for_either_kind_of_tools():
    pages = [
        (rule.tool, step.input)
        for rule in DEMO.rules
        for step in rule.replies[0].steps
        if isinstance(step, Use)
    ]
    assert [tool for tool, _ in pages] == ["Write", "write"]
    asked = {"messages": [user("make a page called hello-you")], "tools": [{"name": "Write"}]}
    async with running("--port", "0", "--cwd", "/site") as (_, url):
        reply = await post(url, "/v1/messages", asked)
        call = reply.json["content"][-1]
        assert call["input"]["file_path"] == "/site/src/pages/hello-you.astro"
        assert "<h1>hello-you</h1>" in call["input"]["content"]
        more = [called(call["id"], "Write"), user(result(call["id"]))]
        asked["messages"] += more
        reply = await post(url, "/v1/messages", asked)
        assert reply.json["content"][0]["text"] == "The page is there, at /hello-you."
        reply = await post(url, "/v1/messages", {"messages": [user("mend the footer")]})
        assert "there is no model behind me" in reply.json["content"][0]["text"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--script", "/nowhere.toml"], "cannot read /nowhere.toml: No such file or directory"),
        (["--record", "/nowhere/a"], "cannot write /nowhere/a: No such file or directory"),
        (["--port", "70000"], "70000 is no port: 0 to 65535 are"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1 port 4599"),
    ],
)
async def test_it_says_why_it_cannot_begin(arguments: list[str], said: str):
    done = await trio.run_process([*PROGRAM, *arguments], capture_stderr=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


async def test_it_loads_nothing_heavy():
    heavy = ("quart", "hypercorn", "boto3", "botocore", "pygit2", "structlog", "supervisor")
    look = f"import sys, services.standin; print([m for m in {heavy} if m in sys.modules])"
    done = await trio.run_process([sys.executable, "-c", look], capture_stdout=True)
    assert done.stdout == b"[]\n"
