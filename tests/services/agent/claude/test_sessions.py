"""A thread's conversation with the real CLI: resumed, moved, lost, paid for once."""

from __future__ import annotations

import json
import shutil

import pytest
import trio

from services.agent.backend import BackendError
from services.agent.claude import Options, make
from services.agent.claude.session import LOST, Folder
from services.messages import Image, Mode, Selection
from services.standin import Fail, Reply, Rule, Say, Usage, Use, on
from tests.services.agent.claude.conftest import FakeHost

pytestmark = pytest.mark.system

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


async def remembers(desk, **fields) -> bool:
    """Whether the model is told what was said before."""
    desk.script(on("again", [Say("Yes?")]))
    await desk.run("And again", **fields)
    return "The first of all" in desk.api.requests[-1].text


@pytest.mark.parametrize("wire", ["direct", "bedrock"])
async def test_a_conversation_goes_on_and_each_turn_has_its_own_price(desk):
    desk.script(on("first", Reply([Say("Yes?")], usage=Usage(input=1000, output=10))))
    first = await desk.run("The first of all")
    assert await remembers(desk)
    desk.script(on("third", Reply([Say("Yes?")], usage=Usage(input=1000, output=10))))
    third = await desk.run("The third")
    assert first.used.input_tokens == third.used.input_tokens == 1000
    assert third.used.cost == pytest.approx(first.used.cost)


async def test_it_goes_on_where_the_worktree_is_mounted_elsewhere(desk, tmp_path):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    desk.root.rename(tmp_path / "elsewhere")
    desk.store.rename(tmp_path / "store-elsewhere")
    desk.root, desk.store = tmp_path / "elsewhere", tmp_path / "store-elsewhere"
    assert await remembers(desk)
    # The other place's is not left to be found a second time.
    assert len(list(desk.store.glob("config/projects/*/*.jsonl"))) == 1


async def test_it_goes_on_where_that_path_is_very_long(desk, tmp_path):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    long = tmp_path.joinpath(*["a folder with a rather long name"] * 8)
    long.parent.mkdir(parents=True)
    desk.root.rename(long)
    desk.root = long
    assert await remembers(desk)
    assert await remembers(desk)


async def test_one_that_is_gone_begins_anew_and_the_model_is_told(desk):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    shutil.rmtree(desk.store / "config" / "projects")
    assert not await remembers(desk)
    assert LOST in desk.api.requests[-1].text
    await desk.run("And again")
    assert desk.api.requests[-1].text.count(LOST) == 1  # said once, and remembered


@pytest.mark.parametrize("content", [b"{", b'{"id": "../x"}', b'{"id": "x", "version": 99}'])
async def test_one_that_cannot_be_read_begins_anew_and_the_model_is_told(desk, content):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    (desk.store / "session.json").write_bytes(content)
    assert not await remembers(desk)
    assert LOST in desk.api.requests[-1].text


async def test_a_transcript_that_the_cli_refuses_begins_anew(desk):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    (transcript,) = desk.store.glob("config/projects/*/*.jsonl")
    transcript.write_bytes(b"")
    assert not await remembers(desk)
    assert LOST in desk.api.requests[-1].text


class Resumed(Rule):
    """For conversations in which something was said before."""

    def fits(self, conversation):
        answered = any(it.role == "assistant" for it in conversation.messages)
        return Rule.fits(self, conversation) if answered else None


async def test_a_transcript_that_the_api_refuses_begins_anew(desk):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    # As it does where a full disk took the beginning from the transcript.
    refusal = Fail(400, "A conversation must start with a user message.")
    desk.script(Resumed("again", [Reply([refusal])]), on("again", [Say("Yes?")]))
    host = await desk.run("And again")
    assert host.text == "Yes?"
    assert LOST in desk.api.requests[-1].text
    assert "The first of all" not in desk.api.requests[-1].text
    desk.script(on("third", [Say("Yes?")]))
    await desk.run("The third")
    assert "And again" in desk.api.requests[-1].text


async def test_a_request_that_the_api_refuses_loses_no_conversation(desk):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    desk.script(on("again", [Fail(400, "the image is broken")]))
    with pytest.raises(BackendError, match="the image is broken"):
        await desk.run("And again")
    assert await remembers(desk)


async def test_a_cli_that_is_killed_before_it_heard_anything_loses_no_conversation(desk, tmp_path):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    killed, works = tmp_path / "cli", desk.options
    killed.write_text("#!/bin/sh\nkill -KILL $$\n")
    killed.chmod(0o755)
    desk.options = Options(cli=str(killed))
    with pytest.raises(BackendError, match="SIGKILL"):
        await desk.run("The second")
    desk.options = works
    assert await remembers(desk)


async def test_a_cli_that_cannot_begin_loses_no_conversation(desk, tmp_path):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    broken, works = tmp_path / "cli", desk.options
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    desk.options = Options(cli=str(broken))
    with pytest.raises(BackendError, match="code 1"):
        await desk.run("The second")
    desk.options = works
    assert await remembers(desk)


async def test_what_fails_without_the_conversation_as_well_does_not_lose_it(desk):
    desk.script(on("first", [Say("Yes?")]))
    await desk.run("The first of all")
    refusal = Fail(400, "A conversation must start with a user message.")
    desk.script(Resumed("second", [Reply([refusal])]), on("second", [Fail(404, "no such model")]))
    with pytest.raises(BackendError, match="no such model"):
        await desk.run("The second")
    assert await remembers(desk)


async def test_what_is_temporary_goes_with_the_turn_and_what_a_killed_one_left_with_the_next(desk):
    left = desk.store / "tmp" / "half of something"
    left.parent.mkdir(parents=True)
    left.write_text("left")
    await desk.run("The first of all")
    assert not left.parent.exists()


async def test_a_turn_that_failed_leaves_a_conversation_that_goes_on(desk):
    desk.script(on("first", [Fail(400, "odd")]))
    with pytest.raises(BackendError):
        await desk.run("The first of all")
    assert await remembers(desk)


async def test_what_a_mode_says_does_not_outlive_its_turn(desk):
    desk.script(on("first", [Say("I would.")]))
    await desk.run("The first of all", mode=Mode.PLAN)
    assert "Change nothing" in desk.api.asked[-1].system
    assert await remembers(desk)
    assert "Change nothing" not in desk.api.asked[-1].system
    desk.script(on("page", [Use("Write", {"file_path": "{cwd}/x.txt", "content": "x"})]))
    host = await desk.run("A page")
    assert host.files == [("x.txt", "added")]


async def test_notes_a_selection_and_an_image_come_with_the_instruction(desk):
    desk.script(on("this", [Say("Yes?")]))
    await desk.run(
        "Make this blue",
        notes=("the person took back the last turn",),
        selection=Selection("src/pages/index.astro", 3, 1, "<h1>Welcome</h1>"),
        images=(Image("image/png", PIXEL),),
    )
    body = json.loads(desk.api.requests[-1].body)
    content = next(it["content"] for it in body["messages"] if it["role"] == "user")
    text = "".join(it.get("text", "") for it in content)
    assert "<note>the person took back the last turn</note>" in text
    assert "src/pages/index.astro:3:1" in text
    assert text.index("<h1>Welcome</h1>") < text.index("Make this blue")
    assert "image/png" in [it["source"]["media_type"] for it in content if it["type"] == "image"]


async def test_the_model_is_the_turn_s_or_else_the_deployment_s(desk):
    desk.options = Options(model="claude-haiku-4-5", retries=0)
    desk.script(on("a", [Say("Yes?")]))
    await desk.run("a")
    assert desk.api.asked[-1].model == "claude-haiku-4-5"
    await desk.run("a", model="claude-sonnet-5")
    assert desk.api.asked[-1].model == "claude-sonnet-5"


async def test_two_threads_run_side_by_side(desk):
    desk.script(on("page", [Say("Yes?", pause=0.05)]))
    hosts = [FakeHost(), FakeHost()]
    async with trio.open_nursery() as nursery:
        for n, host in enumerate(hosts):
            turn = desk.turn(f"A page {n}", store=desk.store / str(n))
            nursery.start_soon(desk.backend().run, turn, host)
    assert [host.text for host in hosts] == ["Yes?", "Yes?"]


async def test_the_light_one_loads_the_heavy_one_and_is_the_same(desk, monkeypatch):
    for name, value in desk.ours.items():
        monkeypatch.setenv(name, value)
    desk.script(on("page", [Say("Yes?")]))
    backend = make(desk.options, desk.harness.context(None))
    for _ in range(2):
        host = FakeHost()
        await backend.run(desk.turn("A page"), host)
        assert host.text == "Yes?"


async def test_a_store_that_cannot_be_written_is_said(desk):
    desk.store.write_text("I am a file")
    with pytest.raises(BackendError, match="cannot keep the conversation"):
        await desk.run("A page")


def test_a_session_is_written_whole_or_not_at_all(tmp_path):
    folder = Folder(tmp_path / "store")
    one, resumed, lost = folder.open(tmp_path)
    assert (resumed, lost) == (False, False)
    assert sorted(it.name for it in (tmp_path / "store").iterdir()) == [
        "config",
        "home",
        "session.json",
        "tmp",
    ]
    assert one.id in (tmp_path / "store" / "session.json").read_text()
