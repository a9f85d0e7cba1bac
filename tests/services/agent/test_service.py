"""Turns, with scripted backends and a scripted keeper of workspaces."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
import trio
import trio.testing

from services.agent import Options, journal, lanes, serve
from services.agent.backend import BackendError, Host, Turn
from services.agent.backends import BACKENDS
from services.agent.book import Book, is_busy
from services.agent.lanes import Running
from services.agent.ledger import Ledger
from services.agent.roster import FEW
from services.messages import (
    CommitChanges,
    FileChanged,
    FindWorkspace,
    Image,
    Leftover,
    ListTurns,
    Mode,
    ReadEvents,
    Reason,
    Selection,
    StartTurn,
    TextDelta,
    ThreadKey,
    ToolFinished,
    ToolStarted,
    TurnState,
    UndoTurn,
)
from supervisor.cell import Cell
from supervisor.desk import Busy, Invalid, NotFound, Refused, Request
from tests.services.agent.serving import KEY, OTHER, Bench, Endless, quiet

PNG = Image("image/png", b"\x89PNG\r\n\x1a\n...")


async def test_a_turn_is_journalled_from_the_queue_to_its_commit_and_its_end(bench: Bench) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(ToolStarted("edit", "index.md", "1"))
        bench.files()["index.md"] = "# Blue"
        await host.emit(FileChanged("index.md", "modified"))
        await host.emit(ToolFinished("edit", ok=True, call="1"))
        await host.emit(TextDelta("All "))
        await host.emit(TextDelta("done."))

    async with bench.life(script, Options(verify=False)):
        head = bench.keeper[KEY].head.hash
        info = await bench.execute("Make it\nblue")
    assert (info.state, info.output, info.files) == (
        TurnState.COMMITTED,
        "All done.",
        ("index.md",),
    )
    assert info.base == head
    assert info.commit == bench.keeper[KEY].head.hash
    assert bench.keeper[KEY].head.turn == info.turn
    assert bench.keeper[KEY].messages == ["Make it blue"]
    assert info.queued <= info.started <= info.finished
    journal = bench.journal()
    assert [event["type"] for event in journal] == [
        "turn.queued",
        "turn.started",
        "tool.started",
        "file.changed",
        "tool.finished",
        "text.delta",
        "text.delta",
        "commit",
        "turn.finished",
    ]
    assert [event["id"] for event in journal] == list(range(1, 10))
    assert {event["turn"] for event in journal} == {info.turn}
    assert journal[0]["instruction"] == "Make it\nblue"
    assert journal[0]["mode"] == "execute"
    assert journal[0]["version"] == 1
    assert journal[3]["path"] == "index.md"
    assert journal[-1]["state"] == "committed"


async def test_the_backend_is_told_where_and_how_to_work(bench: Bench) -> None:
    seen: list[Turn] = []

    async def script(turn: Turn, _host: Host) -> None:
        seen.append(turn)

    selection = Selection("src/a.astro", 3, 1, "<h1>")
    async with bench.life(script, Options()):
        info = await bench.execute("look", mode=Mode.ANALYZE, selection=selection, images=(PNG,))
        await bench.execute("look again", model="haiku")
    place = bench.keeper.place
    assert seen[0] == Turn(
        info.turn,
        KEY,
        "look",
        place / "t1",
        place / "histories/t1.agent/simulation",
        Mode.ANALYZE,
        None,
        selection,
        (PNG,),
    )
    assert seen[1].model == "haiku"


async def test_a_thread_goes_on_with_the_backend_and_the_model_that_were_named_last(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BACKENDS, "other", lambda _ctx: None)
    models: list[str | None] = []

    async def script(turn: Turn, _host: Host) -> None:
        models.append(turn.model)

    both = Options(backends=("other",))
    async with bench.life(script, both):
        named = [{}, {"model": "large"}, {}, {"backend": "other"}, {}, {"backend": "simulation"}]
        used = [(await bench.execute(**names)).backend for names in named]
    async with bench.life(script):
        await bench.execute(backend="simulation", model="large")
        used.append((await bench.execute()).backend)
        other = await bench.execute(key=OTHER)
    assert used == ["simulation"] * 3 + ["other"] * 2 + ["simulation"] * 2
    large = [None, "large", "large", None, None, None]
    assert models == [*large, "large", "large", None]
    assert other.backend == "simulation"


async def test_a_backend_that_is_here_no_more_is_the_deployments(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BACKENDS, "other", lambda _ctx: None)
    async with bench.life(quiet, Options(backends=("other",))):
        assert (await bench.execute(backend="other", model="x")).backend == "other"
    async with bench.life(quiet):
        info = await bench.execute()
        assert info.backend == "simulation"


async def test_a_turn_that_changes_nothing_has_no_commit(bench: Bench) -> None:
    async with bench.life(quiet):
        info = await bench.execute()
    assert (info.state, info.commit, info.files) == (TurnState.COMMITTED, None, ())
    assert bench.kinds() == ["turn.queued", "turn.started", "turn.finished"]


async def test_what_was_changed_by_hand_is_committed_before_the_turn_and_apart(
    bench: Bench,
) -> None:
    async def script(_turn: Turn, _host: Host) -> None:
        bench.files()["b.md"] = "agent"

    bench.files()["a.md"] = "by hand"
    async with bench.life(script):
        info = await bench.execute("Write b")
    assert bench.keeper[KEY].messages == ["Keep what was changed by hand", "Write b"]
    assert info.files == ("b.md",)
    assert info.base == bench.keeper[KEY].commits[1].hash


async def test_turns_of_a_thread_run_one_after_another(bench: Bench) -> None:
    spans: list[str] = []

    async def script(turn: Turn, _host: Host) -> None:
        spans.append(f"{turn.instruction} begins")
        await trio.testing.wait_all_tasks_blocked()
        spans.append(f"{turn.instruction} ends")

    async with bench.life(script):
        turns = [await bench.start(name) for name in ("one", "two", "three")]
        for turn in turns:
            await bench.ended(turn)
    assert spans == [
        f"{name} {what}" for name in ("one", "two", "three") for what in ("begins", "ends")
    ]
    started = [event["turn"] for event in bench.journal() if event["type"] == "turn.started"]
    assert started == turns == sorted(turns)


async def test_threads_run_side_by_side(bench: Bench) -> None:
    begun: set[str] = set()
    both = trio.Event()

    async def script(turn: Turn, _host: Host) -> None:
        begun.add(turn.instruction)
        if len(begun) == 2:
            both.set()
        await both.wait()

    with trio.fail_after(10):
        async with bench.life(script):
            one = await bench.start("one", KEY)
            two = await bench.start("two", OTHER)
            assert (await bench.ended(one, KEY)).state is TurnState.COMMITTED
            assert (await bench.ended(two, OTHER)).state is TurnState.COMMITTED


async def test_no_more_turns_run_at_once_than_the_container_may(bench: Bench) -> None:
    running = Cell(0)
    most = 0

    async def script(_turn: Turn, _host: Host) -> None:
        nonlocal most
        running.set(running.value + 1)
        most = max(most, running.value)
        await pairs.wait()
        await trio.testing.wait_all_tasks_blocked(0.05)
        running.set(running.value - 1)

    pairs = trio.Event()
    keys = [KEY, OTHER, *(ThreadKey("acme", "bob", f"t{n}") for n in range(3, 7))]
    with trio.fail_after(10):
        async with bench.life(script, Options(running=2)):
            turns = [(await bench.start(key=key), key) for key in keys]
            await running.until(lambda count: count == 2)
            await bench.until_running(6)
            pairs.set()
            for turn, key in turns:
                await bench.ended(turn, key)
    assert most == 2


async def test_the_board_names_the_turns_that_run(bench: Bench) -> None:
    seen: list[frozenset[str]] = []

    async def script(_turn: Turn, _host: Host) -> None:
        seen.append(bench.running)

    async with bench.life(script):
        assert bench.running == frozenset()
        info = await bench.execute()
        await bench.until_running(0)
    assert seen == [frozenset({f"acme/bob/t1:{info.turn}"})]


async def test_a_turn_is_on_the_board_before_it_learns_where_its_files_are(bench: Bench) -> None:
    seen: list[int] = []
    keeper, answer = bench.keeper, bench.keeper.answer

    async def looked(request: object) -> object:
        if isinstance(request, FindWorkspace):
            seen.append(len(bench.running))
        return await answer(request)  # type: ignore[arg-type]

    keeper.answer = looked  # type: ignore[method-assign]
    async with bench.life(quiet):
        await bench.execute()
    assert seen == [0, 1]  # to take it in, and to begin


async def test_a_backend_that_gives_up_fails_the_turn_with_its_own_words(bench: Bench) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(TextDelta("Trying"))
        bench.files()["a.md"] = "half"
        raise BackendError("the model is overloaded")

    async with bench.life(script):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.BACKEND)
    assert (info.output, info.commit) == ("Trying", None)
    assert str(info.error).startswith("the model is overloaded; what was changed so far")
    assert (info.saved, info.leftover) == ("5" * 40, Leftover.OFFERED)
    assert bench.keeper[KEY].messages == []
    assert bench.journal()[-1]["error"] == info.error


async def test_a_backend_that_breaks_is_logged_and_hurts_no_other_turn(bench: Bench) -> None:
    other_may_end = trio.Event()

    async def script(turn: Turn, _host: Host) -> None:
        if turn.instruction == "break":
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep_forever)
                raise KeyError("s3cret")
        await other_may_end.wait()

    with structlog.testing.capture_logs() as logs:
        async with bench.life(script):
            other = await bench.start("wait", OTHER)
            await bench.until_running(1)
            info = await bench.execute("break")
            other_may_end.set()
            assert (await bench.ended(other, OTHER)).state is TurnState.COMMITTED
    assert info.state is TurnState.FAILED
    assert "s3cret" not in str(info.error)
    broke = [entry for entry in logs if entry["event"] == "agent backend broke"]
    assert [type(entry["exc_info"]) for entry in broke] == [ExceptionGroup]


async def test_a_turn_that_takes_too_long_fails(
    bench: Bench, autojump_clock: trio.testing.MockClock
) -> None:
    async with bench.life(Endless(), Options(turn_timeout=30.0)):
        began = trio.current_time()
        info = await bench.execute()
        assert trio.current_time() - began == pytest.approx(30)
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.TIMEOUT)
    assert "longer than 30 seconds" in str(info.error)
    assert bench.keeper[KEY].messages == []


async def test_cancelled_in_the_middle_it_offers_what_there_is(bench: Bench) -> None:
    begun = trio.Event()

    async def script(_turn: Turn, host: Host) -> None:
        bench.files()["a.md"] = "half"
        await host.emit(FileChanged("a.md", "added"))
        begun.set()
        await trio.sleep_forever()

    async with bench.life(script):
        turn = await bench.start()
        await begun.wait()
        info = await bench.cancel(turn)
        assert info == await bench.found(turn) == await bench.cancel(turn)
    assert (info.state, info.leftover, info.saved) == (
        TurnState.CANCELLED,
        Leftover.OFFERED,
        "5" * 40,
    )
    assert info.files == ("a.md",)
    assert bench.files()["a.md"] == "half"


async def test_cancelled_in_the_queue_it_never_begins(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long):
        first = await bench.start("one")
        await long.begun.wait()
        second = await bench.start("two")
        info = await bench.cancel(second)
        assert (info.state, info.started, info.leftover) == (TurnState.CANCELLED, 0.0, None)
        assert (await bench.cancel(first)).state is TurnState.CANCELLED
    assert bench.kinds().count("turn.started") == 1


async def test_cancelled_while_it_waits_for_its_place_in_the_container(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long, Options(running=1)):
        first = await bench.start(key=OTHER)
        await long.begun.wait()
        second = await bench.start()
        await bench.until_running(2)
        assert (await bench.cancel(second)).state is TurnState.CANCELLED
        assert (await bench.cancel(first, OTHER)).state is TurnState.CANCELLED
    assert bench.kinds() == ["turn.queued", "turn.finished"]


async def test_whoever_hangs_up_does_not_end_a_turn(bench: Bench) -> None:
    begun, may_end = trio.Event(), trio.Event()

    async def script(_turn: Turn, _host: Host) -> None:
        begun.set()
        await may_end.wait()

    async with bench.life(script):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.execute)
            await begun.wait()
            nursery.cancel_scope.cancel()
        (info,) = await bench.ask(ListTurns(KEY))
        assert info.state is TurnState.RUNNING
        may_end.set()
        assert (await bench.ended(info.turn)).state is TurnState.COMMITTED


async def test_asked_twice_with_one_key_there_is_one_turn(bench: Bench) -> None:
    async with bench.life(quiet):
        first = await bench.start("one", idempotency_key="k")
        assert await bench.start("one", idempotency_key="k") == first
        await bench.ended(first)
        assert await bench.start("one", idempotency_key="k") == first
        with pytest.raises(Refused, match="another turn"):
            await bench.start("two", idempotency_key="k")
    async with bench.life(quiet):
        assert await bench.start("one", idempotency_key="k") == first
    assert bench.kinds().count("turn.queued") == 1


async def test_two_that_ask_at_the_same_moment_with_one_key_get_one_turn(bench: Bench) -> None:
    turns: set[str] = set()

    async def ask() -> None:
        turns.add(await bench.start("one", idempotency_key="k"))

    async with bench.life(quiet):
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
        await bench.ended(*turns)
    assert len(turns) == 1


async def test_asked_to_stop_it_interrupts_at_once_and_what_waits_is_for_the_next_life(
    bench: Bench,
) -> None:
    long = Endless()
    refusals: list[str] = []

    async def waiting(turn: str) -> None:
        with pytest.raises(Refused) as refusal:
            await bench.ended(turn)
        refusals.append(str(refusal.value))

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery, bench.life(long):
            first = await bench.start("long")
            await long.begun.wait()
            second = await bench.start("next")
            nursery.start_soon(waiting, second)
            await trio.testing.wait_all_tasks_blocked()
    assert refusals == ["the agent is stopping: the turn runs when it is back"]
    assert bench.running == frozenset()
    async with bench.life(quiet):
        assert (await bench.found(first)).state is TurnState.INTERRUPTED
        assert (await bench.ended(second)).state is TurnState.COMMITTED


async def test_a_refused_commit_fails_the_turn(bench: Bench) -> None:
    bench.keeper.refusing[CommitChanges] = "cannot commit: the index is locked"
    async with bench.life(quiet):
        info = await bench.execute(mode=Mode.EXECUTE)
    assert info.state is TurnState.FAILED
    assert "the index is locked" in str(info.error)
    assert bench.journal()[-1]["state"] == "failed"


async def test_without_a_workspace_there_is_no_turn(bench: Bench) -> None:
    bench.keeper.unknown.add(KEY)
    async with bench.life(quiet):
        with pytest.raises(NotFound, match="open it first"):
            await bench.start()
    assert not bench.keeper.history(KEY).exists()


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (StartTurn(KEY, " \n\t"), "instruction is empty"),
        (StartTurn(KEY, "x", backend="gpt"), "use simulation"),
        (StartTurn(KEY, "x", idempotency_key=""), "1 to 128"),
        (StartTurn(KEY, "x", images=(PNG,) * 5), "4 at most"),
        (StartTurn(KEY, "x", images=(Image("image/bmp", b""),)), "image/bmp"),
        (StartTurn(KEY, "x", images=(Image("image/png", b"GIF89a"),)), "no image/png"),
        (StartTurn(KEY, "x", images=(Image("image/webp", b"RIFF....WAVE"),)), "no image/webp"),
        (ListTurns(KEY, 0), "1 to 500"),
        (ReadEvents(KEY, -1), "-1"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    bench: Bench, request_: StartTurn, says: str
) -> None:
    async with bench.life(quiet):
        with pytest.raises(Invalid, match=says):
            await bench.ask(request_)
    assert not bench.keeper.history(KEY).exists()


async def test_text_that_is_no_unicode_does_not_break_a_turn(bench: Bench) -> None:
    async def script(_turn: Turn, _host: Host) -> None:
        bench.files()["a"] = "b"

    async with bench.life(script):
        info = await bench.execute("half a \ud83d face")
    assert info.state is TurnState.COMMITTED
    assert bench.keeper[KEY].messages == ["half a ? face"]


async def test_a_thread_with_too_many_waiting_turns_takes_no_more(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long, Options(waiting=2)):
        await bench.start()
        await long.begun.wait()
        for _ in range(2):
            await bench.start()
        with pytest.raises(Busy, match="2 wait"):
            await bench.start()


async def test_a_journal_that_cannot_be_written_is_a_refusal_and_others_go_on(
    bench: Bench,
) -> None:
    bench.keeper.history(KEY).mkdir(parents=True)
    async with bench.life(quiet):
        with pytest.raises(Refused, match="cannot keep the history"):
            await bench.start()
        assert (await bench.execute(key=OTHER)).state is TurnState.COMMITTED


async def test_a_turn_whose_end_the_disk_does_not_take_ends_all_the_same_and_is_found_out_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int, _line: bytes) -> None:
        raise OSError(28, "No space left on device")

    async def script(_turn: Turn, _host: Host) -> None:
        monkeypatch.setattr(journal, "_write_whole", full)

    with structlog.testing.capture_logs() as logs:
        async with bench.life(script):
            info = await bench.execute()
            with pytest.raises(Refused, match="No space left"):
                await bench.start()
            monkeypatch.undo()
    assert info.state is TurnState.FAILED
    assert "No space left" in str(info.error)
    assert "turn not written down" in [entry["event"] for entry in logs]
    assert bench.kinds() == ["turn.queued", "turn.started"]
    assert is_busy(bench.keeper.history(KEY))  # so the next life looks at it, asked or not
    async with bench.life(quiet):
        assert bench.kinds()[-1] == "turn.finished"
        assert (await bench.found(info.turn)).state is TurnState.INTERRUPTED


async def test_a_thread_at_rest_holds_no_file(bench: Bench) -> None:
    def held() -> int:
        folder = Path("/proc/self/fd")
        return sum(
            file.is_symlink() and file.readlink() == bench.keeper.history(KEY)
            for file in folder.iterdir()
        )

    seen: list[int] = []

    async def script(_turn: Turn, _host: Host) -> None:
        seen.append(held())

    async with bench.life(script):
        await bench.execute()
    assert (seen, held()) == ([1], 0)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Full as long as there is something in this list; what was not written is tried again soon."""
    full: list[str] = []
    write = journal.Journal.append, journal.Journal.note

    def guarded(put: Callable[..., Any]) -> Callable[..., Any]:
        def written(*given: Any) -> Any:
            if full:
                raise OSError(28, "No space left on device")
            return put(*given)

        return written

    monkeypatch.setattr(journal.Journal, "append", guarded(write[0]))
    monkeypatch.setattr(journal.Journal, "note", guarded(write[1]))
    monkeypatch.setattr(lanes, "AGAIN", 0.01)
    return full


async def test_what_could_not_be_written_down_is_once_the_disk_takes_it_again(
    bench: Bench, disk: list[str]
) -> None:
    async def script(turn: Turn, _host: Host) -> None:
        if turn.instruction == "one":
            disk.append("full")

    async with bench.life(script):
        info = await bench.execute("one")
        assert "No space left" in str(info.error)
        with pytest.raises(Refused, match="wait for its end"):
            await bench.ask(UndoTurn(KEY, info.turn))
        disk.clear()
        assert (await bench.execute("two")).state is TurnState.COMMITTED
        info = await bench.found(info.turn)
        assert (info.state, info.reason) == (TurnState.FAILED, Reason.WORKSPACE)
    assert bench.kinds().count("turn.finished") == 2


async def test_a_turn_that_was_told_to_have_ended_before_it_began_never_begins(
    bench: Bench, disk: list[str]
) -> None:
    long, carried_out = Endless(), list[str]()

    async def script(turn: Turn, host: Host) -> None:
        carried_out.append(turn.instruction)
        if turn.instruction == "one":
            await long(turn, host)

    async with bench.life(script):
        first = await bench.start("one")
        await long.begun.wait()
        second = await bench.start("two")
        disk.append("full")
        await bench.cancel(second)
        disk.clear()
        await bench.cancel(first)
        await bench.until_journalled("turn.finished")
        assert (await bench.execute("three")).state is TurnState.COMMITTED
        assert (await bench.found(second)).state is TurnState.CANCELLED
    assert carried_out == ["one", "three"]
    ends = [(it["turn"], it["state"]) for it in bench.journal() if it["type"] == "turn.finished"]
    assert ends[:2] == [(first, "cancelled"), (second, "cancelled")]


async def test_an_end_that_is_lost_while_another_one_is_made_up_for_is_made_up_for_too(
    bench: Bench, disk: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long, write = Endless(), Book.write
    turns: list[str] = []

    async def full_again(book: Book, kind: str, **facts: Any) -> None:
        if kind == "turn.finished" and facts["turn"] == turns[2]:
            disk.append("full")
            await bench.cancel(turns[1])
            disk.clear()
        await write(book, kind, **facts)

    monkeypatch.setattr(Book, "write", full_again)
    async with bench.life(long):
        turns += [await bench.start(name) for name in ("one", "two", "three")]
        await long.begun.wait()
        disk.append("full")
        await bench.cancel(turns[2])
        disk.clear()
        await bench.cancel(turns[0])
        with trio.fail_after(10):
            while bench.kinds().count("turn.finished") < 3:
                await trio.testing.wait_all_tasks_blocked(0.01)
    assert [it["state"] for it in bench.journal() if it["type"] == "turn.finished"] == (
        ["cancelled"] * 3
    )


async def test_a_turn_whose_volume_was_away_when_it_was_to_begin_ends_once_that_is_back(
    bench: Bench,
) -> None:
    long, history = Endless(), bench.keeper.history(KEY)
    async with bench.life(long):
        await bench.start("one")
        await long.begun.wait()
        turn = await bench.start("two")
    answer, asked = bench.keeper.answer, [0]

    async def away(request: Request[Any]) -> object:
        asked[0] += isinstance(request, FindWorkspace)
        if asked[0] == 3:  # the first two are the opening and the look at what was left
            history.rename(history.with_name("away"))
            bench.keeper.unknown = {KEY}
            asked[0] += 1
        return await answer(request)

    bench.keeper.answer = away
    async with bench.life(quiet):
        assert (await bench.ended(turn)).state is TurnState.FAILED
        history.with_name("away").rename(history)
        bench.keeper.unknown = set()
        assert (await bench.found(turn)).state is TurnState.FAILED
        with trio.fail_after(10):
            while bench.kinds()[-1] != "turn.finished":
                await trio.testing.wait_all_tasks_blocked(0.01)
    assert bench.journal()[-1]["turn"] == turn
    assert "open it first" in bench.journal()[-1]["error"]


async def test_a_thread_whose_volume_comes_back_as_it_is_looked_for_is_not_opened_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, opening = [0], Book.open
    history = bench.keeper.history(KEY)
    answer = bench.keeper.answer

    async def counted(*about: Any) -> Book:
        opened[0] += 1
        return await opening(*about)

    async def back(request: Request[Any]) -> object:
        if isinstance(request, FindWorkspace) and not history.exists():
            history.with_name("away").rename(history)
        return await answer(request)

    monkeypatch.setattr(Book, "open", counted)
    async with bench.life(quiet):
        await bench.ended(await bench.start("one"))
        history.rename(history.with_name("away"))
        bench.keeper.answer = back
        await bench.ended(await bench.start("two"))
    assert opened == [1]
    assert [event["id"] for event in bench.journal()] == [*range(1, len(bench.journal()) + 1)]


async def test_an_image_that_is_gone_fails_the_turn(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long):
        first = await bench.start("one")
        await long.begun.wait()
        second = await bench.start("two", images=(PNG,))
        for image in bench.keeper.place.glob("histories/t1.agent/images/*"):
            image.unlink()
        await bench.cancel(first)
        info = await bench.ended(second)
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.WORKSPACE)
    assert "cannot read an image" in str(info.error)


def test_a_backend_that_there_is_not_is_found_when_the_options_are_read() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"'simulatoin'.*backends are"):
        msgspec.convert({"backend": "simulatoin"}, Options)


async def test_with_its_default_options_the_service_starts_and_stops(bench: Bench) -> None:
    context = bench.harness.context(Options())
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            desk = bench.harness.channels.desks["workspaces"]
            nursery.start_soon(desk.answer, bench.keeper.answer)
            async with trio.open_nursery() as life:
                await life.start(lambda *, task_status: serve(context, task_status=task_status))
                bench.harness.stopping.set()
            nursery.cancel_scope.cancel()


async def test_a_thread_that_was_deleted_and_made_anew_begins_anew(bench: Bench) -> None:
    async with bench.life(quiet):
        first = await bench.execute("one")
        bench.keeper.history(KEY).rename(bench.keeper.place / "retired")
        second = await bench.execute("two")
        assert [info.turn for info in await bench.ask(ListTurns(KEY))] == [second.turn]
    assert first.turn != second.turn
    assert [event["id"] for event in bench.journal()] == [1, 2, 3]


async def test_threads_that_were_deleted_are_let_go_of_when_many_others_are_opened(
    bench: Bench,
) -> None:
    def held() -> int:
        gc.collect()
        return sum(isinstance(one, Ledger) for one in gc.get_objects())

    before = held()
    async with bench.life(quiet):
        for number in range(3 * FEW):
            key = ThreadKey(KEY.client, KEY.user, f"t{number}")
            await bench.execute("one", key)
            await trio.testing.wait_all_tasks_blocked(0.01)
            bench.keeper.history(key).unlink()
        assert held() - before <= FEW + 1


def test_a_turn_that_was_cancelled_is_so_even_if_the_agent_stops_meanwhile() -> None:
    running = Running("t")
    running.cancel(TurnState.CANCELLED)
    running.cancel(TurnState.INTERRUPTED)
    assert running.why is TurnState.CANCELLED
    assert running.next_scope().cancel_called
