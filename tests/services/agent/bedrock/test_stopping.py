"""A turn that is cancelled is gone, whatever the model does; another may follow."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from functools import partial

import msgspec
import pytest
import trio

from services.agent.backend import BackendError, Decision
from services.agent.bedrock import backend
from services.agent.bedrock.backend import Bedrock
from services.messages import FileChanged, TextDelta, ToolStarted, Used
from services.standin import Pause, Reply, Say, Standin, Usage, Use
from tests.services.agent.bedrock.turning import OPTIONS, bodies, remembered, run, scripted
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import INDEX, Worktree

EDIT = Use("edit", {"path": INDEX, "old": "Hello", "new": "Hi"})


async def stopped(site: Worktree, told: Recorder, when: type | str, bedrock: Bedrock) -> None:
    """Cancel a turn when it has told such an event, or said that; it goes."""

    def now(told: Recorder) -> bool:
        if isinstance(when, str):
            return when in told.text
        return any(isinstance(each, when) for each in told.events)

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bedrock.run, site.turn("Do it"), told)
            await told.until(now)
            nursery.cancel_scope.cancel()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> float:
    """What is cancelled is written down, however busy the disk is; how long that takes at most."""
    given = backend._HASTILY
    monkeypatch.setattr(backend, "_HASTILY", 20.0)
    return given


@pytest.fixture
def told(site: Worktree) -> Recorder:
    return Recorder(site.root)


def test_what_is_waited_for_meanwhile_is_less_than_a_second(patience: float):
    assert patience < 1


async def test_in_the_middle_of_its_words(it: Standin, site: Worktree, told: Recorder):
    scripted(it, [Say("It is a long story, and it goes on", pause=0.01), Pause()])
    await stopped(site, told, TextDelta, Bedrock(OPTIONS))
    with trio.fail_after(5):
        await it.until(lambda: it.requests[0].hung_up)
    (turn,) = remembered(site)
    assert told.text.strip() in turn
    assert "This was stopped before it was done." in turn


async def test_what_was_heard_until_then_has_its_price(it: Standin, site: Worktree, told: Recorder):
    long = "It is a long story. " * 30
    asked = Usage(input=1000, output=500, cache_read=20, cache_write=4)
    scripted(it, Reply([EDIT], usage=asked), [Say(long), Pause()])
    await stopped(site, told, long.strip(), Bedrock(OPTIONS))
    _, about = [event.usage for event in told.events if isinstance(event, Used)]
    assert about.output_tokens == len(long) // 3
    assert about.cache_read_tokens == 24
    assert about.input_tokens > 0
    assert about.cost > 0


async def test_in_the_middle_of_a_silence(it: Standin, site: Worktree, told: Recorder):
    await _silenced(it, site, told)


async def test_in_the_middle_of_a_silence_over_tls(
    it: Standin, encrypted: str, site: Worktree, told: Recorder
):
    assert encrypted.startswith("https:")
    await _silenced(it, site, told)


async def _silenced(it: Standin, site: Worktree, told: Recorder) -> None:
    scripted(it, [Say("It is a long story."), Pause()])
    bedrock = Bedrock(msgspec.structs.replace(OPTIONS, streams=1))
    await stopped(site, told, "long story.", bedrock)
    with trio.fail_after(5):
        await it.until(lambda: it.requests[0].hung_up)
    # The only worker thread has ended: there is room for another turn.
    scripted(it, [EDIT], [Say("Fine.")])
    told = Recorder(site.root)
    with trio.fail_after(5):
        await bedrock.run(site.turn("Go on", id="turn-2"), told)
    assert told.text == "Fine."


async def test_in_the_middle_of_the_input_of_a_tool(it: Standin, site: Worktree, told: Recorder):
    scripted(it, [Say("I write."), Use("write", {"path": "b.md", "text": "x" * 999}, pause=60)])
    await stopped(site, told, TextDelta, Bedrock(OPTIONS))
    assert not (site.root / "b.md").exists()
    scripted(it, [Say("Fine.")])
    assert (await run(site, site.turn("Go on", id="turn-2"))).text == "Fine."
    assert told.text.strip() in it.requests[-1].text


async def test_after_an_edit_of_which_the_next_turn_knows(
    it: Standin, site: Worktree, told: Recorder
):
    scripted(it, [EDIT, Use("write", {"path": "b.md", "text": "B"})], [Pause()])

    async def hold(event: object) -> None:
        if isinstance(event, FileChanged):
            await trio.sleep_forever()

    told.when_told = hold
    await stopped(site, told, FileChanged, Bedrock(OPTIONS))
    assert told.changes == [(INDEX, "modified")]
    scripted(it, [Say("Fine.")])
    await run(site, site.turn("Go on", id="turn-2"))
    results = [
        block["toolResult"]["content"][0]["text"]
        for block in bodies(it)[-1]["messages"][2]["content"]
        if "toolResult" in block
    ]
    assert results == ["It is not known whether this was done.", "Not done."]


async def test_while_a_person_is_asked(it: Standin, site: Worktree, told: Recorder):
    async def never(_tool: str, _summary: str) -> Decision:
        await trio.sleep_forever()
        raise AssertionError

    scripted(it, [EDIT], [Say("Done.")])
    told.decide = never
    await stopped(site, told, ToolStarted, Bedrock(OPTIONS))
    assert told.changes == []


async def test_while_it_waits_to_ask_again(it: Standin, site: Worktree, told: Recorder):
    scripted(it, [Say("I look at it.")])
    it.kill()
    bedrock = Bedrock(OPTIONS, luck=lambda: 1.0)
    with trio.fail_after(30), trio.move_on_after(0.5) as scope:
        await bedrock.run(site.turn("Do it"), told)
    assert scope.cancelled_caught


# A server that takes the request and says nothing at all


@pytest.fixture
async def silent(it: Standin, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[trio.Event]:
    """Set when somebody has asked."""
    asked = trio.Event()

    async def serve(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        asked.set()
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        port = listeners[0].socket.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", f"http://127.0.0.1:{port}")
        yield asked
        nursery.cancel_scope.cancel()


async def test_before_the_answer_has_begun(silent: trio.Event, site: Worktree, told: Recorder):
    bedrock = Bedrock(msgspec.structs.replace(OPTIONS, silence=3.0, streams=1, attempts=1))
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bedrock.run, site.turn("Do it"), told)
            await silent.wait()
            nursery.cancel_scope.cancel()
        # Its worker thread has the only place: the next turn is asked when that has ended.
        with pytest.raises(BackendError, match="cannot be reached, or cannot answer"):
            await bedrock.run(site.turn("And now?", id="turn-2"), Recorder(site.root))


async def test_a_model_that_falls_silent_is_given_up(it: Standin, site: Worktree):
    scripted(it, [Say("I look at"), Pause()])
    with pytest.raises(BackendError, match="broke off again and again"):
        await run(site, silence=3.0, attempts=1)
    assert "I look at" in "".join(remembered(site))


# Going on


async def test_a_conversation_goes_on_where_another_machine_mounts_the_volume(
    it: Standin, site: Worktree
):
    scripted(it, [EDIT], [Say("It says Hi.")])
    await run(site)
    moved = Worktree(site.folder / "elsewhere", site.name)
    shutil.copytree(site.folder / "threads", moved.folder / "threads", symlinks=True)
    shutil.copytree(site.folder / "store", moved.folder / "store")
    shutil.rmtree(site.folder / "store")
    scripted(it, [Say("It says Hi, as before.")])
    bedrock = Bedrock(OPTIONS)
    await bedrock.run(moved.turn("What does it say?", id="turn-2"), Recorder(moved.root))
    last = bodies(it)[-1]["messages"]
    assert [message["role"] for message in last] == ["user", "assistant"] * 2 + ["user"]
    assert "It says Hi." in str(last[-2])
    assert str(site.folder) not in it.requests[-1].text


async def test_a_long_conversation_is_shortened_for_good(it: Standin, site: Worktree):
    page = "<p>A fern, and another.</p>\n" * 1000
    for n in range(4):
        scripted(it, [Use("write", {"path": f"src/{n}.md", "text": page})], [Say(f"Wrote {n}.")])
        await run(site, site.turn(f"Write {n}", id=f"turn-{n}"), context_tokens=20_000)
    sizes = [len(request.body) for request in it.requests]
    assert max(sizes) < 70_000
    assert len("".join(remembered(site))) < 80_000
    scripted(it, [Say("Fine.")])
    await run(site, site.turn("Which files?", id="turn-9"), context_tokens=20_000)
    assert "Wrote 3." in it.requests[-1].text
