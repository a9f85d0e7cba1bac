"""What the next life makes of what a killed one left under way."""

from __future__ import annotations

import errno
import json

import pytest
import structlog
import trio

from services.agent import Options, journal, recovery, turns
from services.agent.backend import Host, Turn
from services.agent.book import Book
from services.agent.journal import VERSION
from services.agent.recovery import UNFINISHED
from services.messages import (
    BuildError,
    Checked,
    CommitChanges,
    DropChanges,
    FileChanged,
    FindWorkspace,
    Leftover,
    ListHistories,
    Mode,
    RedoTurn,
    RefreshPreview,
    RestoreCommit,
    SettleTurn,
    TextDelta,
    TurnState,
    UndoTurn,
)
from supervisor.desk import Gone, Refused, Request
from tests.services.agent.serving import KEY, OTHER, Bench, Endless, quiet

PLAIN = Options(verify=False)
OFFERED = (Leftover.OFFERED, "5" * 40, f"{UNFINISHED}; {turns.KEPT}")
DROPPED = (Leftover.DROPPED, "d" * 40, f"{UNFINISHED}; {turns.AS_BEFORE}")


class Killed:
    """Stands between the agent and git: the daemon dies once this kind of request is done."""

    def __init__(self, bench: Bench, kind: type[Request[object]], *, before: bool) -> None:
        self._answer = bench.keeper.answer
        self._kind = kind
        self._before = before
        self.reached = trio.Event()
        bench.keeper.answer = self.answer  # type: ignore[method-assign]

    async def answer(self, request: Request[object]) -> object:
        if isinstance(request, self._kind) and not self.reached.is_set():
            result = None if self._before else await self._answer(request)
            self.reached.set()
            await trio.sleep_forever()
            return result
        return await self._answer(request)


async def write(turn: Turn, host: Host, bench: Bench) -> None:
    name, _, text = turn.instruction.partition(" ")
    bench.files()[name] = text
    await host.emit(TextDelta("written"))


async def test_a_turn_that_was_cut_off_is_interrupted_and_its_work_offered(bench: Bench) -> None:
    begun = trio.Event()

    async def script(_turn: Turn, _host: Host) -> None:
        bench.files()["a.md"] = "half"
        begun.set()
        await trio.sleep_forever()

    async with bench.cut_off(script):
        turn = await bench.start()
        await begun.wait()
    assert bench.kinds() == ["turn.queued", "turn.started"]
    async with bench.life(quiet):
        info = await bench.found(turn)
    assert (info.state, info.leftover, info.saved) == (
        TurnState.INTERRUPTED,
        Leftover.OFFERED,
        "5" * 40,
    )
    assert "uncommitted" in str(info.error)
    assert info.reason is None


async def test_what_waited_for_its_place_in_the_container_runs_in_the_next_life(
    bench: Bench,
) -> None:
    long = Endless()
    with trio.fail_after(60):
        async with bench.life(long, Options(running=1)):
            await bench.start(key=OTHER)
            await long.begun.wait()
            turn = await bench.start()
            await bench.until_running(2)
    assert bench.kinds() == ["turn.queued"]
    async with bench.life(quiet):
        assert (await bench.ended(turn)).state is TurnState.COMMITTED


async def test_a_plan_that_was_cut_off_offers_nothing(bench: Bench) -> None:
    bench.files()["a.md"] = "by hand"
    long = Endless()
    async with bench.cut_off(long):
        turn = await bench.start(mode=Mode.PLAN)
        await long.begun.wait()
    async with bench.life(quiet):
        info = await bench.found(turn)
    assert (info.state, info.leftover) == (TurnState.INTERRUPTED, None)


async def test_what_waited_runs_in_the_next_life_in_order_and_once(bench: Bench) -> None:
    long = Endless()
    seen: list[str] = []

    async def script(turn: Turn, _host: Host) -> None:
        seen.append(turn.instruction)

    async with bench.cut_off(long):
        await bench.start("one")
        await long.begun.wait()
        two = await bench.start("two")
        three = await bench.start("three")
    async with bench.life(script):
        assert (await bench.ended(two)).state is TurnState.COMMITTED
        assert (await bench.ended(three)).state is TurnState.COMMITTED
    assert seen == ["two", "three"]
    async with bench.life(script):
        pass
    assert seen == ["two", "three"]


@pytest.mark.parametrize("before", [True, False])
async def test_a_turn_counts_as_committed_exactly_if_its_commit_is_there(
    bench: Bench, before: bool
) -> None:
    killed = Killed(bench, CommitChanges, before=before)
    killed.reached.set()  # not the commit of what was there before the turn

    async def script(turn: Turn, host: Host) -> None:
        await write(turn, host, bench)
        killed.reached = trio.Event()
        armed.set()

    armed = trio.Event()
    async with bench.cut_off(script):
        turn = await bench.start("a.md x")
        await armed.wait()
        await killed.reached.wait()
    assert len(bench.keeper[KEY].commits) == (1 if before else 2)
    async with bench.life(quiet):
        info = await bench.found(turn)
    if before:
        assert (info.state, info.commit) == (TurnState.INTERRUPTED, None)
        assert info.leftover is Leftover.OFFERED
    else:
        assert (info.state, info.commit) == (TurnState.COMMITTED, bench.keeper[KEY].head.hash)
        assert info.files == ("a.md",)
    assert len(bench.keeper[KEY].commits) == (1 if before else 2)


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_a_turn_that_was_killed_once_its_commit_was_journalled_is_committed_wherever_that_is(
    bench: Bench, elsewhere: bool
) -> None:
    killed = Killed(bench, RefreshPreview, before=True)
    async with bench.cut_off(lambda turn, host: write(turn, host, bench)):
        turn = await bench.start("a.md x")
        await killed.reached.wait()
    if elsewhere:
        bench.keeper[KEY].commits.pop()  # as on another branch
    async with bench.life(quiet):
        assert (await bench.found(turn)).state is TurnState.COMMITTED
    assert bench.kinds().count("commit") == 1


@pytest.mark.parametrize(("before", "left"), [(True, OFFERED), (False, DROPPED)])
async def test_a_turn_that_was_killed_as_it_was_taken_back_tells_where_its_work_is(
    bench: Bench, before: bool, left: tuple[Leftover, str, str]
) -> None:
    bench.keeper.pages = [Checked(("/",), (BuildError("no such component"),))] * 3
    killed = Killed(bench, DropChanges, before=before)

    async def script(_turn: Turn, host: Host) -> None:
        bench.files()["a.md"] = "x"
        await host.emit(FileChanged("a.md", "added"))

    async with bench.cut_off(script):
        turn = await bench.start()
        await killed.reached.wait()
    async with bench.life(quiet):
        info = await bench.found(turn)
    assert info.state is TurnState.INTERRUPTED
    assert (info.leftover, info.saved, info.error) == left


@pytest.mark.parametrize("before", [True, False])
async def test_an_undoing_counts_exactly_if_its_commit_is_there(bench: Bench, before: bool) -> None:
    async with bench.cut_off(lambda turn, host: write(turn, host, bench)):
        turn = (await bench.execute("a.md x")).turn
        killed = Killed(bench, RestoreCommit, before=before)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_refused, bench, UndoTurn(KEY, turn))
            await killed.reached.wait()
            nursery.cancel_scope.cancel()
    async with bench.life(quiet):
        assert (await bench.found(turn)).undone is not before
        if before:
            await bench.ask(UndoTurn(KEY, turn))
    assert bench.kinds().count("turn.undone") == 1
    assert len(bench.keeper[KEY].commits) == 3


async def test_a_redoing_that_was_done_counts(bench: Bench) -> None:
    async with bench.cut_off(lambda turn, host: write(turn, host, bench)):
        turn = (await bench.execute("a.md x")).turn
        await bench.ask(UndoTurn(KEY, turn))
        killed = Killed(bench, RestoreCommit, before=False)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_refused, bench, RedoTurn(KEY, turn))
            await killed.reached.wait()
            nursery.cancel_scope.cancel()
    async with bench.life(quiet):
        assert not (await bench.found(turn)).undone
    assert bench.kinds()[-1] == "turn.redone"


async def test_what_somebody_was_about_to_keep_and_another_committed_was_not_dropped(
    bench: Bench,
) -> None:
    begun = trio.Event()

    async def script(turn: Turn, host: Host) -> None:
        await write(turn, host, bench)
        begun.set()
        await trio.sleep_forever()

    async with bench.cut_off(script):
        turn = await bench.start("a.md x")
        await begun.wait()
        await bench.cancel(turn)
        killed = Killed(bench, CommitChanges, before=True)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_refused, bench, SettleTurn(KEY, turn, keep=True))
            await killed.reached.wait()
            nursery.cancel_scope.cancel()
    bench.keeper[KEY].commit("by hand", None)
    async with bench.life(quiet):
        assert (await bench.found(turn)).leftover is Leftover.OFFERED


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("before", [True, False])
async def test_a_settling_counts_exactly_if_it_was_done(
    bench: Bench, before: bool, keep: bool
) -> None:
    begun = trio.Event()

    async def script(turn: Turn, host: Host) -> None:
        await write(turn, host, bench)
        begun.set()
        await trio.sleep_forever()

    async with bench.cut_off(script):
        turn = await bench.start("a.md x")
        await begun.wait()
        await bench.cancel(turn)
        killed = Killed(bench, CommitChanges if keep else DropChanges, before=before)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_refused, bench, SettleTurn(KEY, turn, keep))
            await killed.reached.wait()
            nursery.cancel_scope.cancel()
    async with bench.life(quiet):
        leftover = (await bench.found(turn)).leftover
        done = Leftover.KEPT if keep else Leftover.DROPPED
        assert leftover is (Leftover.OFFERED if before else done)
        info = await bench.ask(SettleTurn(KEY, turn, keep))
        assert info.leftover is done
    assert bench.kinds().count("turn.given_up") == (1 if before else 0)
    assert bench.kinds().count("turn.settled") == 1
    assert len(bench.keeper[KEY].commits) == (2 if keep else 1)
    assert not bench.keeper[KEY].dirty


async def test_a_drop_that_was_given_up_is_not_taken_for_done_once_nothing_is_there_any_more(
    bench: Bench,
) -> None:
    begun, thinking = trio.Event(), trio.Event()

    async def script(turn: Turn, host: Host) -> None:
        await write(turn, host, bench)
        begun.set()
        await trio.sleep_forever()

    async def think(_turn: Turn, _host: Host) -> None:
        thinking.set()
        await trio.sleep_forever()

    async with bench.cut_off(script):
        turn = await bench.start("a.md x")
        await begun.wait()
        await bench.cancel(turn)
        killed = Killed(bench, DropChanges, before=True)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_refused, bench, SettleTurn(KEY, turn, keep=False))
            await killed.reached.wait()
            nursery.cancel_scope.cancel()
    async with bench.cut_off(think):
        assert (await bench.found(turn)).leftover is Leftover.OFFERED
        await bench.keeper.answer(CommitChanges(KEY, "committed by hand"))
        await bench.start(mode=Mode.PLAN)
        await thinking.wait()
    async with bench.life(quiet):
        assert (await bench.found(turn)).leftover is Leftover.OFFERED
    assert bench.kinds().count("turn.given_up") == 1


@pytest.mark.parametrize("keep", [True, False, None])
async def test_what_was_settled_counts_beside_what_a_later_turn_left_on_another_branch(
    bench: Bench, keep: bool | None
) -> None:
    written, wrote = trio.open_memory_channel[None](0)

    async def half(turn: Turn, host: Host) -> None:
        await write(turn, host, bench)
        await written.send(None)
        await trio.sleep_forever()

    async def left(instruction: str) -> str:
        turn = await bench.start(instruction)
        await wrote.receive()
        await bench.cancel(turn)
        return turn

    git = bench.keeper[KEY]
    async with bench.cut_off(half):
        first = await left("a.md x")
        git.parked, git.files = {first: "thread"}, dict(git.head.files)
        second = await left("b.md y")
        git.parked, git.files = {second: "other"}, {**git.head.files, "a.md": "x"}
        killed = Killed(bench, DropChanges if keep is False else CommitChanges, before=False)
        async with trio.open_nursery() as nursery:
            if keep is None:
                await bench.start("c.md z")
            else:
                nursery.start_soon(_refused, bench, SettleTurn(KEY, first, keep))
            await killed.reached.wait()
            nursery.cancel_scope.cancel()
    async with bench.life(quiet):
        leftover = (await bench.found(first)).leftover
        assert leftover is (Leftover.DROPPED if keep is False else Leftover.KEPT)
        assert (await bench.found(second)).leftover is Leftover.OFFERED


async def test_killed_once_what_was_left_is_kept_the_next_turn_still_knows_whose_it_was(
    bench: Bench,
) -> None:
    begun = trio.Event()

    async def half(turn: Turn, host: Host) -> None:
        await write(turn, host, bench)
        begun.set()
        await trio.sleep_forever()

    async with bench.cut_off(half):
        turn = await bench.start("a.md x")
        await begun.wait()
        await bench.cancel(turn)
        killed = Killed(bench, CommitChanges, before=False)
        after = await bench.start("b.md y")
        await killed.reached.wait()
    async with bench.life(lambda turn, host: write(turn, host, bench), PLAIN):
        assert (await bench.ended(after)).files == ("b.md",)
        info = await bench.found(turn)
        assert (info.leftover, info.files) == (Leftover.KEPT, ("a.md",))


async def test_a_thread_that_cannot_be_recovered_is_logged_and_tried_when_it_is_asked_for(
    bench: Bench,
) -> None:
    long = Endless()
    async with bench.cut_off(long):
        turn = await bench.start()
        await long.begun.wait()
    bench.keeper.refusing[FindWorkspace] = "the volume is gone"
    with structlog.testing.capture_logs() as logs:
        async with bench.life(quiet):
            with pytest.raises(Refused, match="volume"):
                await bench.found(turn)
            bench.keeper.refusing.clear()
            assert (await bench.found(turn)).state is TurnState.INTERRUPTED
            assert (await bench.execute(key=OTHER)).state is TurnState.COMMITTED
    assert [e["reason"] for e in logs if e["event"] == "thread not recovered"] == [
        "the volume is gone"
    ]


async def test_a_thread_that_cannot_be_recovered_holds_no_file_however_often_it_is_asked_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = Endless()
    async with bench.cut_off(long):
        turn = await bench.start()
        await long.begun.wait()

    def full(_file: int, _line: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_write_whole", full)
        async with bench.life(quiet):
            for _ in range(3):
                with pytest.raises(Refused, match="No space left"):
                    await bench.found(turn)
            assert bench.held == 0


async def test_one_whose_recovery_ends_in_its_midst_holds_no_file_either(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = Endless()
    async with bench.cut_off(long):
        turn = await bench.start()
        await long.begun.wait()

    async def breaks_off(_ctx: object, book: Book) -> tuple[str, ...]:
        await book.write("text.delta", turn=turn, text="written")
        raise Refused("the volume is gone")

    with monkeypatch.context() as patch:
        patch.setattr(recovery, "recover", breaks_off)
        async with bench.life(quiet):
            assert bench.held == 0


async def test_a_life_that_is_cut_off_in_mid_turn_leaves_no_file_to_the_next(bench: Bench) -> None:
    long = Endless()
    async with bench.cut_off(long):
        await bench.start()
        await long.begun.wait()
        assert bench.held == 1
    assert bench.held == 0


async def test_where_nobody_knows_the_threads_the_service_begins_all_the_same(
    bench: Bench,
) -> None:
    bench.keeper.refusing[ListHistories] = "the volume is gone"
    async with bench.life(quiet):
        assert (await bench.execute()).state is TurnState.COMMITTED


async def test_a_journal_of_a_newer_version_is_not_gone_on_with(bench: Bench) -> None:
    path = bench.keeper.history(KEY)
    path.parent.mkdir()
    path.write_text(
        json.dumps({"id": 1, "type": "turn.queued", "turn": "a", "version": VERSION + 1}) + "\n"
    )
    async with bench.life(quiet):
        with pytest.raises(Refused, match="newer nurseryd"):
            await bench.start()
    assert len(bench.journal()) == 1


async def test_the_journal_of_the_first_release_is_read(bench: Bench) -> None:
    path = bench.keeper.history(KEY)
    path.parent.mkdir()
    lines = [
        {"id": 1, "type": "turn.started", "turn": "a", "instruction": "Blue", "mode": "execute"},
        {"id": 2, "type": "text.delta", "turn": "a", "text": "Done."},
        {"id": 3, "type": "commit", "turn": "a", "hash": "c" * 40, "files": ["a.md"]},
        {"id": 4, "type": "turn.finished", "turn": "a", "state": "committed", "error": None},
        {"id": 5, "type": "something.else", "turn": "a", "state": 7},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    async with bench.life(quiet):
        info = await bench.found("a")
        assert (info.state, info.output, info.commit) == (TurnState.COMMITTED, "Done.", "c" * 40)
        assert (await bench.execute()).state is TurnState.COMMITTED
    assert bench.journal()[5]["id"] == 6


async def _refused(bench: Bench, request: Request[object]) -> None:
    with pytest.raises(Gone):
        await bench.ask(request)
