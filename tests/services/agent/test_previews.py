"""Events of previews on their way into journals."""

from __future__ import annotations

import trio
from trio.testing import wait_all_tasks_blocked

from services.agent.backend import Host, Turn
from services.agent.previews import PAUSE, facts, follow, merged
from services.messages import BuildError, PreviewBroken, PreviewUpdated, TextDelta, ThreadKey
from tests.services.agent.serving import KEY, Bench, quiet

ONE = ThreadKey("acme", "ann", "one")
TWO = ThreadKey("acme", "ann", "two")
WRONG = BuildError("no", "a.astro", 3)


def test_updates_of_a_thread_become_one_and_the_last_word_on_errors_stays():
    events = [
        PreviewBroken(ONE, WRONG),
        PreviewUpdated(ONE, "prune", ("a",)),
        PreviewUpdated(TWO, "update", ("x",)),
        PreviewUpdated(ONE, "update", ("b", "a")),
        PreviewBroken(ONE, None),
    ]
    assert list(merged(events)) == [
        PreviewUpdated(ONE, "update", ("a", "b")),
        PreviewUpdated(TWO, "update", ("x",)),
        PreviewBroken(ONE, None),
    ]


def test_a_reload_is_stronger_than_an_update_and_the_paths_are_bounded():
    many = [PreviewUpdated(ONE, "update", (str(n),)) for n in range(100)]
    (event,) = merged([*many, PreviewUpdated(ONE, "full-reload")])
    assert isinstance(event, PreviewUpdated)
    assert (event.type, len(event.paths)) == ("full-reload", 20)


def test_the_facts_do_not_hide_the_kind_of_the_event():
    assert facts(PreviewUpdated(ONE, "update", ("a",))) == {"update": "update", "paths": ("a",)}
    assert facts(PreviewBroken(ONE, WRONG)) == {"error": WRONG}


async def test_the_first_is_passed_on_at_once_and_a_burst_as_one(nursery, autojump_clock):
    send, receive = trio.open_memory_channel[object](1000)
    noted = []

    async def note(event):
        noted.append((trio.current_time(), event))

    nursery.start_soon(follow, receive, note)
    began = trio.current_time()
    send.send_nowait(PreviewUpdated(ONE, "update", ("0",)))
    await wait_all_tasks_blocked()
    assert noted == [(began, PreviewUpdated(ONE, "update", ("0",)))]
    for number in range(1000):
        send.send_nowait(PreviewUpdated(ONE, "update", (str(number % 3),)))
    await trio.sleep(10)
    assert noted[1:] == [(began + PAUSE, PreviewUpdated(ONE, "update", ("0", "1", "2")))]
    nursery.cancel_scope.cancel()


async def test_what_becomes_of_the_preview_is_journalled_beside_the_turns(bench: Bench) -> None:
    tell, _ = bench.harness.channels.streams["preview_events"]

    async def script(_turn: Turn, host: Host) -> None:
        await tell.send(PreviewUpdated(KEY, "update", ("src/a.css",)))
        await bench.until_journalled("preview.updated")
        await host.emit(TextDelta("done"))

    async with bench.life(script):
        await bench.execute()
        await tell.send(PreviewBroken(KEY, BuildError("no", "a.astro", 3)))
        await bench.until_journalled("preview.error")
    events = bench.journal()
    assert [event["type"] for event in events] == [
        "turn.queued",
        "turn.started",
        "preview.updated",
        "text.delta",
        "turn.finished",
        "preview.error",
    ]
    assert [event["id"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert events[2]["paths"] == ["src/a.css"]
    assert "turn" not in events[2]
    assert events[5]["error"]["line"] == 3


async def test_the_preview_of_a_thread_without_a_journal_or_that_is_gone_makes_none(
    bench: Bench,
) -> None:
    tell, events = bench.harness.channels.streams["preview_events"]
    async with bench.life(quiet):
        for unknown in (set(), {KEY}):
            bench.keeper.unknown = unknown
            await tell.send(PreviewBroken(KEY, None))
            with trio.fail_after(60):
                while events.statistics().current_buffer_used:
                    await wait_all_tasks_blocked(0.2)
    assert not bench.keeper.history(KEY).exists()
