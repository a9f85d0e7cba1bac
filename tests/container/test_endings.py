"""ECS's own ways to end a task, at every stage of a turn; then a new one on the same volume.

SIGTERM, and SIGKILL 30 seconds later; or SIGKILL with no warning. Whatever stood still when it
came is there for the next container, which goes on from it.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.container.ending import AT, KILL, TERM, begin, container, ended, goes_on, stop
from tests.container.image import Image
from tests.container.volume import Volume
from tests.whole.api import until
from tests.whole.clients import GOODBYE, Caller, listen

pytestmark = pytest.mark.system

either = pytest.mark.parametrize("signum", [TERM, KILL], ids=["term", "kill"])

# What each thread's turn does when the end comes, and what it leaves.
STAGES = {
    "thinking": ("think", []),
    "editing": ("edit", ["?? edited.md"]),
    "half": ("edit", ["?? edited.md", "?? half.md"]),
    "asking": ("ask", ["?? edited.md"]),
    "waited": ("think", []),
}
HEAVY = 64 << 20  # bytes; nothing compresses them, so git is at them for some seconds


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    return Volume(tmp_path / "volume")


@either
def test_whatever_turns_are_at_goes_on_in_the_next_container(
    slim: Image, volume: Volume, signum: int
) -> None:
    turns: dict[str, str] = {}
    with container(slim, volume) as first:
        first.ready()
        for thread, (instruction, _) in STAGES.items():
            first.init(thread, empty=True)
            if thread != "waited":
                turns[thread] = begin(first, thread, instruction)
        asked = {"instruction": "think"}
        waiting = Caller(lambda: first.ask("POST", f"{AT}/waited/turns?wait=1", asked))
        until("a turn that is waited for", lambda: volume.told("waited", "turn.started"))
        stream = listen(first, f"{AT}/editing/events")
        first.init("behind", empty=True)
        queued = {
            "thinking": begin(first, "thinking", "later"),  # for the thread's own
            "behind": begin(first, "behind", "later"),  # for one of all that run
        }
        until("edits", lambda: all(volume.told(it, "file.changed") for it in ("editing", "half")))
        until("a question", lambda: volume.told("asking", "permission.asked"))
        until("all turns", lambda: all(volume.told(it, "turn.started") for it in STAGES))
        volume.put("acme/ada/threads/half/half.md", "the first ha")
        stop(first, signum)
        if signum == KILL:
            assert isinstance(waiting.ended(), OSError)
        else:
            status, problem = waiting.ended()
            turns["waited"] = problem["turn"]["id"]
            assert (status, "the server is stopping" in problem["detail"]) == (503, True)
            assert stream.ended().endswith(GOODBYE)
            assert (volume.wrong(), volume.busy()) == ([], queued.keys())
            for thread, name in turns.items():
                end = volume.end_of(thread, name)
                assert end is not None, thread
                assert end["state"] == "interrupted"
                left = STAGES[thread][1]
                assert (end.get("saved") is not None) == bool(left), thread
                if left:
                    saved = volume.git("rev-parse", f"refs/nurseryd/wip/{thread}")
                    assert saved == end["saved"] or thread == "half"
    with container(slim, volume) as second:
        second.ready()
        if signum == KILL:
            turns["waited"] = second.get(f"{AT}/waited/turns")[1]["turns"][0]["id"]
        for thread, name in turns.items():
            found = ended(second, thread, name)
            assert found["state"] == "interrupted", thread
            offered = "offered" if STAGES[thread][1] else None
            assert found["leftover"] == offered, thread
            if thread != "thinking":
                assert volume.status(thread) == STAGES[thread][1]
        for thread, name in queued.items():
            assert ended(second, thread, name)["state"] == "committed", thread
            assert volume.file(thread, "later.md").read_text() == "later\n"
        for thread in STAGES:
            goes_on(second, volume, thread)
        assert volume.file("half", "half.md").read_text() == "the first ha"
        stop(second)
        assert (volume.wrong(), volume.busy()) == ([], set())


@either
def test_a_turn_whose_pages_are_looked_at(
    slim: Image, volume: Volume, dependencies: Path, signum: int
) -> None:
    with container(slim, volume, cache=dependencies) as first:
        first.ready()
        first.init()
        first.shown("</html>")
        turn = begin(first, "first", "hang")
        until("a look", lambda: volume.told("first", "turn.verifying"))
        stop(first, signum)
    with container(slim, volume, cache=dependencies) as second:
        second.ready()
        found = ended(second, "first", turn)
        assert (found["state"], found["leftover"]) == ("interrupted", "offered")
        assert volume.status("first") == ["?? src/pages/hang.astro"]
        assert second.post(f"{AT}/first/turns/{turn}/drop", {})[0] == 200
        assert volume.status("first") == []
        goes_on(second, volume, "first")
        second.shown("</html>")
        stop(second)
        assert (volume.wrong(), volume.busy()) == ([], set())


@either
def test_a_turn_that_is_being_committed(slim: Image, volume: Volume, signum: int) -> None:
    with container(slim, volume) as first:
        first.ready()
        first.init(empty=True)
        volume.put("heavy.bin", random.Random(0).randbytes(HEAVY))
        turn = begin(first, "first", "wait a moment")
        until("an edit", lambda: volume.told("first", "file.changed"))
        (volume.folder / "heavy.bin").rename(volume.file("first", "heavy.bin"))
        until("a commit", lambda: volume.is_writing)
        stop(first, signum)
    with container(slim, volume) as second:
        second.ready()
        found = ended(second, "first", turn)
        assert found["state"] == ("committed" if signum == TERM else "interrupted")
        left = [] if signum == TERM else ["?? edited.md", "?? heavy.bin"]
        assert volume.status("first") == left
        goes_on(second, volume, "first")
        assert volume.file("first", "heavy.bin").stat().st_size == HEAVY
        stop(second)
        assert (volume.wrong(), volume.busy()) == ([], set())


@either
@pytest.mark.parametrize("verb", ["undo", "redo"])
def test_a_turn_that_is_being_undone_or_redone(
    slim: Image, volume: Volume, verb: str, signum: int
) -> None:
    with container(slim, volume) as first:
        first.ready()
        first.init(empty=True)
        volume.put("acme/ada/threads/first/heavy.bin", bytes(4 * HEAVY))
        assert ended(first, "first", begin(first, "first", "later"))["state"] == "committed"
        turn = begin(first, "first", "remove")
        assert ended(first, "first", turn)["state"] == "committed"
        if verb == "redo":
            assert first.ask("POST", f"{AT}/first/turns/{turn}/undo", {})[0] == 200
        asking = Caller(lambda: first.ask("POST", f"{AT}/first/turns/{turn}/{verb}", {}))
        intents = 1 if verb == "undo" else 2
        until("an intent", lambda: volume.count("first", "turn.undoing") == intents)
        stop(first, signum)
        asking.ended()
    with container(slim, volume) as second:
        second.ready()
        found = second.get(f"{AT}/first/turns/{turn}")[1]["turn"]
        there = volume.file("first", "heavy.bin")
        assert found["undone"] == there.exists()
        assert volume.status("first") == []
        assert volume.count("first", "turn.undone") == (verb == "redo" or found["undone"])
        goes_on(second, volume, "first")
        stop(second)
        assert (volume.wrong(), volume.busy()) == ([], set())
