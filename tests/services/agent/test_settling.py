"""What becomes of a turn after its end: kept, dropped, undone and redone."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from services.agent import Options
from services.agent.backend import Host, Turn
from services.agent.turns import BY_HAND
from services.messages import (
    CommitChanges,
    DropChanges,
    FileChanged,
    Leftover,
    Mode,
    OthersToo,
    Reason,
    RedoTurn,
    RestoreCommit,
    SettleTurn,
    TurnState,
    Undone,
    UndoTurn,
)
from supervisor.desk import NotFound, Refused
from tests.services.agent.serving import KEY, Bench, Endless

PLAIN = Options(verify=False)


class Writer:
    """Writes what an instruction says, `file text`; `half` of it and no end with that word first.

    `notes` are those of the last turn.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.begun = trio.Event()
        self.notes: tuple[str, ...] = ()

    async def __call__(self, turn: Turn, host: Host) -> None:
        self.notes = turn.notes
        words = turn.instruction.removeprefix("half ").split(" ", 1)
        self._bench.files()[words[0]] = words[-1]
        await host.emit(FileChanged(words[0], "modified"))
        if turn.instruction.startswith("half "):
            self.begun.set()
            await trio.sleep_forever()


@pytest.fixture
def writer(bench: Bench) -> Writer:
    return Writer(bench)


async def cancelled(bench: Bench, writer: Writer, instruction: str = "half a.md one") -> str:
    turn = await bench.start(instruction)
    await writer.begun.wait()
    await bench.cancel(turn)
    return turn


async def test_what_a_cancelled_turn_left_is_kept_as_its_commit(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        assert "keep it or drop it" in str((await bench.found(turn)).error)
        info = await bench.ask(SettleTurn(KEY, turn, keep=True))
        assert info.error == "it was cancelled"
        assert (info.leftover, info.commit) == (Leftover.KEPT, bench.keeper[KEY].head.hash)
        assert info.state is TurnState.CANCELLED
        assert info.files == ("a.md",)
        assert bench.keeper[KEY].head.turn == turn
        assert await bench.ask(SettleTurn(KEY, turn, keep=True)) == info
        with pytest.raises(Refused, match="was kept"):
            await bench.ask(SettleTurn(KEY, turn, keep=False))
        await bench.execute("b.md two")
    assert bench.keeper[KEY].messages == ["half a.md one", "b.md two"]
    assert writer.notes == (
        "Your last turn was “half a.md one”. The person stopped it before it was done.",
        "The person kept what “half a.md one” had changed before it ended early.",
    )


async def test_what_a_cancelled_turn_left_is_dropped(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        info = await bench.ask(SettleTurn(KEY, turn, keep=False))
        assert (info.leftover, info.commit) == (Leftover.DROPPED, None)
        assert bench.files() == {"index.md": "# Hello"}
        await bench.execute("b.md two")
    assert bench.keeper[KEY].messages == ["b.md two"]
    assert "dropped" in writer.notes[1]


async def test_whoever_goes_on_keeps_what_was_left(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        after = await bench.execute("b.md two")
        info = await bench.found(turn)
        assert (info.leftover, info.files) == (Leftover.KEPT, ("a.md",))
        assert after.files == ("b.md",)
        with pytest.raises(Refused, match="was kept"):
            await bench.ask(SettleTurn(KEY, turn, keep=False))
    assert [made.turn for made in bench.keeper[KEY].commits[1:]] == [turn, after.turn]
    assert bench.keeper[KEY].messages == ["half a.md one", "b.md two"]
    kept = CommitChanges(KEY, "half a.md one", turn, within=after.turn)
    assert kept in bench.keeper.asked


async def test_what_was_kept_for_who_goes_on_without_an_answer_is_known_to_be(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        bench.keeper[KEY].commit("half a.md one", turn)
        bench.keeper.refusing[CommitChanges] = "the volume was away"
        failed = await bench.execute("b.md two")
        assert (failed.state, failed.reason) == (TurnState.FAILED, Reason.WORKSPACE)
        await bench.until_journalled("turn.settled")
        info = await bench.ask(SettleTurn(KEY, turn, keep=True))  # waits for who settles it now
    assert (info.leftover, info.commit) == (Leftover.KEPT, bench.keeper[KEY].head.hash)


async def test_what_somebody_committed_meanwhile_is_offered_no_more(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        bench.keeper[KEY].commit("by hand", None)
        await bench.execute("b.md two")
        assert (await bench.found(turn)).leftover is None


async def test_what_waits_with_another_branch_is_not_settled_with_what_is_here(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        git = bench.keeper[KEY]
        git.parked[turn], git.files = "thread", {**git.head.files, "mine.md": "by hand"}
        for keep in (True, False):
            with pytest.raises(Refused, match="waits on the branch thread; switch to that first"):
                await bench.ask(SettleTurn(KEY, turn, keep))
        second = await bench.execute("b.md two")
        assert second.state is TurnState.COMMITTED
        assert [(made.message, made.turn) for made in git.commits[1:]] == [
            (BY_HAND, None),
            ("b.md two", second.turn),
        ]
        assert (await bench.found(turn)).leftover is Leftover.OFFERED
        git.parked.clear()
        git.files["a.md"] = "one"
        info = await bench.ask(SettleTurn(KEY, turn, keep=True))
        assert (info.leftover, info.files) == (Leftover.KEPT, ("a.md",))


async def test_what_each_of_two_branches_has_is_settled_by_itself(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        first = await cancelled(bench, writer)
        git = bench.keeper[KEY]
        git.parked[first], git.files = "thread", dict(git.head.files)
        writer.begun = trio.Event()
        second = await cancelled(bench, writer, "half b.md two")
        git.parked, git.files = {second: "other"}, {**git.head.files, "a.md": "one"}
        info = await bench.ask(SettleTurn(KEY, first, keep=True))
        assert (info.leftover, info.files) == (Leftover.KEPT, ("a.md",))
        assert (await bench.found(second)).leftover is Leftover.OFFERED


async def test_what_did_not_fit_its_branch_any_more_is_restored_and_not_settled(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        git = bench.keeper[KEY]
        git.dropped[turn], git.files = "k" * 40, {**git.head.files, "mine.md": "by hand"}
        with pytest.raises(Refused, match="restore the commit kkkk"):
            await bench.ask(SettleTurn(KEY, turn, keep=False))
        assert git.files["mine.md"] == "by hand"


async def test_only_what_is_offered_can_be_settled(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        done = await bench.execute("a.md one")
        with pytest.raises(Refused, match="committed"):
            await bench.ask(SettleTurn(KEY, done.turn, keep=True))
        with pytest.raises(NotFound):
            await bench.ask(SettleTurn(KEY, "nope", keep=True))


async def test_what_a_later_turn_has_among_its_own_work_is_settled_with_that_one(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        first = await cancelled(bench, writer)
        second = (await bench.execute("b.md two", mode=Mode.PLAN)).turn
        for keep in (True, False):
            with pytest.raises(Refused, match="a later turn"):
                await bench.ask(SettleTurn(KEY, first, keep))
        await bench.ask(SettleTurn(KEY, second, keep=False))
        assert bench.files() == {"index.md": "# Hello"}


async def test_a_refusal_of_git_leaves_it_offered(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        for keep, kind in ((True, CommitChanges), (False, DropChanges)):
            bench.keeper.refusing = {kind: "the index is locked"}
            with pytest.raises(Refused, match="locked"):
                await bench.ask(SettleTurn(KEY, turn, keep=keep))
            assert (await bench.found(turn)).leftover is Leftover.OFFERED
        bench.keeper.refusing = {}
        info = await bench.ask(SettleTurn(KEY, turn, keep=True))
        assert info.leftover is Leftover.KEPT


async def test_the_last_turn_is_undone_and_redone(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        two = await bench.execute("a.md two")
        undone: Undone = await bench.ask(UndoTurn(KEY, two.turn))
        assert undone == Undone(
            bench.keeper[KEY].head.hash, bench.keeper[KEY].head.hash, (two.turn,)
        )
        assert bench.files()["a.md"] == "one"
        assert (await bench.found(two.turn)).undone
        assert not (await bench.found(one.turn)).undone
        with pytest.raises(Refused, match="is undone"):
            await bench.ask(UndoTurn(KEY, two.turn))
        await bench.ask(RedoTurn(KEY, two.turn))
        assert bench.files()["a.md"] == "two"
        assert not (await bench.found(two.turn)).undone
        with pytest.raises(Refused, match="not undone"):
            await bench.ask(RedoTurn(KEY, two.turn))
        await bench.execute("b.md three")
    made = ["a.md one", "a.md two", "Undo: a.md two", "Redo: a.md two", "b.md three"]
    assert bench.keeper[KEY].messages == made  # nothing was rewritten
    assert writer.notes == (
        "The person took back “a.md two”: the files are as they were before it.",
        "The person brought back “a.md two”, which had been taken back.",
    )


async def test_an_earlier_turn_takes_the_later_ones_with_it_if_that_is_said(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        one, two, three = [await bench.execute(f"{n}.md x") for n in ("a", "b", "c")]
        with pytest.raises(OthersToo, match=f"{two.turn}, {three.turn}") as refused:
            await bench.ask(UndoTurn(KEY, one.turn))
        assert refused.value.others == (two.turn, three.turn)
        undone: Undone = await bench.ask(UndoTurn(KEY, one.turn, others=True))
        assert undone.turns == (one.turn, two.turn, three.turn)
        assert bench.files() == {"index.md": "# Hello"}
        redone: Undone = await bench.ask(RedoTurn(KEY, two.turn))
        assert redone.turns == (one.turn, two.turn)
        assert sorted(bench.files()) == ["a.md", "b.md", "index.md"]
        assert [info.undone for info in [await bench.found(t.turn) for t in (one, two, three)]] == [
            False,
            False,
            True,
        ]


async def test_bringing_back_takes_what_came_since_with_it_if_that_is_said(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        await bench.ask(UndoTurn(KEY, one.turn))
        two = await bench.execute("b.md two")
        with pytest.raises(Refused, match=two.turn):
            await bench.ask(RedoTurn(KEY, one.turn))
        await bench.ask(RedoTurn(KEY, one.turn, others=True))
        assert sorted(bench.files()) == ["a.md", "index.md"]
        assert (await bench.found(two.turn)).undone


async def test_commits_of_nobodys_turn_are_named_too(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        bench.files()["mine.md"] = "by hand"
        mine = bench.keeper[KEY].commit("Mine", None)
        with pytest.raises(Refused, match=mine.hash):
            await bench.ask(UndoTurn(KEY, one.turn))


async def test_an_undoing_is_guarded_by_the_expected_head(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        with pytest.raises(Refused, match="not at the expected commit"):
            await bench.ask(UndoTurn(KEY, one.turn, expected_head="0" * 40))
        await bench.ask(UndoTurn(KEY, one.turn, expected_head=one.commit))


async def test_a_turn_without_a_commit_cannot_be_undone(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        with pytest.raises(Refused, match="committed nothing"):
            await bench.ask(UndoTurn(KEY, turn))
        with pytest.raises(NotFound):
            await bench.ask(UndoTurn(KEY, "nope"))


async def test_what_is_uncommitted_and_in_the_way_is_named(bench: Bench, writer: Writer) -> None:
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        bench.keeper.conflicts = ("a.md",)
        with pytest.raises(Refused, match=r"in the way in a\.md"):
            await bench.ask(UndoTurn(KEY, one.turn))
        assert not (await bench.found(one.turn)).undone


async def test_nothing_is_settled_or_undone_under_a_turn(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long, PLAIN):
        turn = await bench.start()
        await long.begun.wait()
        for request in (SettleTurn(KEY, turn, keep=True), UndoTurn(KEY, turn), RedoTurn(KEY, turn)):
            with pytest.raises(Refused, match="while a turn runs"):
                await bench.ask(request)


async def test_whoever_hangs_up_does_not_leave_an_undoing_half_done(
    bench: Bench, writer: Writer
) -> None:
    begun, go_on = trio.Event(), trio.Event()
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        answer = bench.keeper.answer

        async def slow(request: object) -> object:
            if isinstance(request, RestoreCommit):
                begun.set()
                await go_on.wait()
            return await answer(request)  # type: ignore[arg-type]

        bench.keeper.answer = slow  # type: ignore[method-assign]
        async with trio.open_nursery() as asking:
            asking.start_soon(bench.ask, UndoTurn(KEY, one.turn))
            await begun.wait()
            asking.cancel_scope.cancel()
        go_on.set()
        with trio.fail_after(60):
            while not (await bench.found(one.turn)).undone:
                await trio.testing.wait_all_tasks_blocked(0.01)
    assert bench.kinds().count("turn.undone") == 1


async def test_turns_of_another_thread_that_came_with_a_pull_are_named_too(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        two = await bench.execute("b.md two")
        await bench.ask(UndoTurn(KEY, two.turn))
        bench.files()["theirs.md"] = "merged elsewhere, pulled here"
        theirs = bench.keeper[KEY].commit("Theirs", "019b0000000000000000")
        with pytest.raises(OthersToo) as refused:
            await bench.ask(UndoTurn(KEY, one.turn))
        assert refused.value.others == (theirs.hash,)
        with pytest.raises(OthersToo) as refused:
            await bench.ask(RedoTurn(KEY, two.turn))
        assert refused.value.others == (theirs.hash,)


async def test_what_is_not_there_any_more_is_not_said_to_be_kept(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        bench.keeper[KEY].commit("by hand", None)
        info = await bench.ask(SettleTurn(KEY, turn, keep=True))
        assert (info.leftover, info.commit) == (None, None)


async def test_turns_on_another_branch_are_neither_named_nor_undone(
    bench: Bench, writer: Writer
) -> None:
    git = bench.keeper[KEY]
    async with bench.life(writer, PLAIN):
        one = await bench.execute("a.md one")
        main = list(git.commits)
        two = await bench.execute("b.md two")
        git.commits = main
        git.files = dict(git.head.files)
        undone: Undone = await bench.ask(UndoTurn(KEY, one.turn))
        assert undone.turns == (one.turn,)
        assert not (await bench.found(two.turn)).undone
        redone: Undone = await bench.ask(RedoTurn(KEY, one.turn))
        assert redone.turns == (one.turn,)
        assert not (await bench.found(two.turn)).undone
