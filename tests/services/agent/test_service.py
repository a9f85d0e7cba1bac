"""Turns, with scripted backends and a scripted keeper of workspaces."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
import trio
import trio.testing
from msgspec.structs import replace

from services.agent import Options, serve
from services.agent.backend import BackendError, Emit, Turn
from services.agent.service import run_with
from services.messages import (
    BuildError,
    Commit,
    CommitChanges,
    Execute,
    FileChanged,
    FindWorkspace,
    GitState,
    Mode,
    PreviewBroken,
    PreviewUpdated,
    ReadGit,
    SaveChanges,
    TextDelta,
    ThreadKey,
    ToolFinished,
    ToolStarted,
    TurnResult,
    Turns,
    TurnState,
    Workspace,
)
from supervisor.desk import Gone, NotFound, Refused, Request
from supervisor.spec import TaskSpec
from tests.harness import Harness

KEY = ThreadKey("acme", "bob", "t1")
OTHER = ThreadKey("acme", "bob", "t2")

Script = Callable[[Turn, Emit], Awaitable[None]]


class Scripted:
    """A backend that does what a test says."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def run(self, turn: Turn, emit: Emit) -> None:
        await self._script(turn, emit)


class Keeper:
    """Stands in for the service `workspaces`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.commits: list[CommitChanges] = []
        self.state = GitState("thread-t1", ("thread-t1",))
        self.files: tuple[str, ...] = ("index.md",)
        self.unknown = False
        self.unsaved = False

    async def answer(self, request: Request[Any]) -> object:
        match request:
            case FindWorkspace() if self.unknown:
                raise NotFound("cannot find it: open it first")
            case FindWorkspace(key):
                return Workspace(
                    key=key,
                    root=self.place / key.thread,
                    project=self.place,
                    history=self.history(key),
                    branch=key.branch,
                    head="0" * 40,
                    resumed=True,
                )
            case ReadGit():
                return self.state
            case CommitChanges():
                self.commits.append(request)
                return Commit("c" * 40, self.files) if self.files else None
            case SaveChanges() if self.unsaved:
                raise Refused("cannot use the workspace: the disk is full")
            case SaveChanges():
                return "5" * 40
            case _:
                raise AssertionError(request)

    def history(self, key: ThreadKey) -> Path:
        return self.place / f"{key.thread}.jsonl"


class Bench:
    """The running service, what it asks, and what it wrote."""

    def __init__(self, place: Path) -> None:
        self.keeper = Keeper(place)
        self.harness = Harness(
            TaskSpec(
                name="agent",
                run="services.agent:serve",
                asks=("workspaces",),
                answers=("agent",),
                publishes=("turns",),
                receives=("preview_events",),
            )
        )

    async def execute(
        self, instruction: str = "do it", key: ThreadKey = KEY, mode: Mode = Mode.EXECUTE
    ) -> TurnResult:
        return await self.harness.channels.desks["agent"].ask(Execute(key, instruction, mode))

    @property
    def running(self) -> frozenset[str]:
        turns = self.harness.channels.boards["turns"].value
        assert isinstance(turns, Turns)
        return turns.running

    async def until_running(self, count: int) -> None:
        await self.harness.channels.boards["turns"].until(
            lambda turns: isinstance(turns, Turns) and len(turns.running) == count
        )

    def journal(self, key: ThreadKey = KEY) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.keeper.history(key).read_text().splitlines()]

    async def until_journalled(self, kind: str) -> None:
        with trio.fail_after(10):
            while kind not in [event["type"] for event in self.journal()]:
                await trio.testing.wait_all_tasks_blocked(0.01)

    @asynccontextmanager
    async def life(self, script: Script, options: Options | None = None) -> AsyncIterator[None]:
        """One life of the service; leaving the block asks it to stop."""
        self.harness.stopping = trio.Event()
        context = self.harness.context(options or Options())
        desk = self.harness.channels.desks["workspaces"]
        async with trio.open_nursery() as keeping:
            keeping.start_soon(desk.answer, self.keeper.answer)
            async with trio.open_nursery() as nursery:
                backend = Scripted(script)
                await nursery.start(
                    lambda *, task_status: run_with(backend, context, task_status=task_status)
                )
                yield
                self.harness.stopping.set()
            keeping.cancel_scope.cancel()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def quiet(_turn: Turn, _emit: Emit) -> None:
    """A backend that has nothing to do."""


class Endless:
    """A backend's turn without an end; `begun` says that it works."""

    def __init__(self) -> None:
        self.begun = trio.Event()

    async def __call__(self, _turn: Turn, _emit: Emit) -> None:
        self.begun.set()
        await trio.sleep_forever()


async def test_a_turn_is_journalled_from_start_to_commit_to_end(bench: Bench) -> None:
    async def script(turn: Turn, emit: Emit) -> None:
        await emit(ToolStarted("edit", "index.md"))
        await emit(FileChanged("index.md", "modified"))
        await emit(ToolFinished("edit", ok=True))
        await emit(TextDelta("All "))
        await emit(TextDelta("done."))

    async with bench.life(script):
        result = await bench.execute("Make it\nblue")
    assert result == TurnResult(
        turn=result.turn,
        state=TurnState.COMMITTED,
        output="All done.",
        files=("index.md",),
        commit="c" * 40,
    )
    assert bench.keeper.commits == [CommitChanges(KEY, "Make it blue", result.turn)]
    journal = bench.journal()
    assert [event["type"] for event in journal] == [
        "turn.started",
        "tool.started",
        "file.changed",
        "tool.finished",
        "text.delta",
        "text.delta",
        "commit",
        "turn.finished",
    ]
    assert [event["id"] for event in journal] == list(range(1, 9))
    assert {event["turn"] for event in journal} == {result.turn}
    assert journal[0]["instruction"] == "Make it\nblue"
    assert journal[0]["mode"] == "execute"
    assert journal[2]["path"] == "index.md"
    assert journal[6]["hash"] == "c" * 40
    assert journal[7]["state"] == "committed"


async def test_the_backend_is_told_where_and_how_to_work(bench: Bench, tmp_path: Path) -> None:
    seen: list[Turn] = []

    async def script(turn: Turn, _emit: Emit) -> None:
        seen.append(turn)

    async with bench.life(script):
        result = await bench.execute("look", mode=Mode.ANALYZE)
    assert seen == [Turn(result.turn, "look", tmp_path / "t1", Mode.ANALYZE)]


async def test_a_turn_that_changes_nothing_has_no_commit(bench: Bench) -> None:
    bench.keeper.files = ()
    async with bench.life(quiet):
        result = await bench.execute()
    assert (result.state, result.commit, result.files) == (TurnState.COMMITTED, None, ())
    assert [event["type"] for event in bench.journal()] == ["turn.started", "turn.finished"]


async def test_turns_of_a_thread_run_one_after_another(bench: Bench) -> None:
    spans: list[str] = []

    async def script(turn: Turn, _emit: Emit) -> None:
        spans.append(f"{turn.instruction} begins")
        await trio.testing.wait_all_tasks_blocked()
        spans.append(f"{turn.instruction} ends")

    async with bench.life(script), trio.open_nursery() as nursery:
        for name in ("one", "two", "three"):
            nursery.start_soon(bench.execute, name)
            await trio.testing.wait_all_tasks_blocked()
    assert spans == [
        f"{name} {what}" for name in ("one", "two", "three") for what in ("begins", "ends")
    ]
    turns = [event["turn"] for event in bench.journal() if event["type"] == "turn.started"]
    assert turns == sorted(turns)


async def test_threads_run_side_by_side(bench: Bench) -> None:
    begun: set[str] = set()
    both = trio.Event()

    async def script(turn: Turn, _emit: Emit) -> None:
        begun.add(turn.instruction)
        if len(begun) == 2:
            both.set()
        await both.wait()

    async with bench.life(script), trio.open_nursery() as nursery:
        nursery.start_soon(bench.execute, "one", KEY)
        nursery.start_soon(bench.execute, "two", OTHER)
    assert bench.journal(KEY)[-1]["state"] == "committed"
    assert bench.journal(OTHER)[-1]["state"] == "committed"


async def test_the_board_names_the_turns_that_run(bench: Bench) -> None:
    seen: list[frozenset[str]] = []

    async def script(_turn: Turn, _emit: Emit) -> None:
        seen.append(bench.running)

    async with bench.life(script):
        assert bench.running == frozenset()
        result = await bench.execute()
        assert bench.running == frozenset()
    assert seen == [frozenset({f"acme/bob/t1:{result.turn}"})]


async def test_a_turn_is_on_the_board_before_it_learns_where_its_files_are(bench: Bench) -> None:
    keeper, seen = bench.keeper, list[int]()

    async def answer(request: Request[Any]) -> object:
        if isinstance(request, FindWorkspace):
            seen.append(len(bench.running))
        return await Keeper.answer(keeper, request)

    keeper.answer = answer  # type: ignore[method-assign]
    async with bench.life(quiet):
        await bench.execute()
    assert seen == [1]


@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
async def test_planning_and_analysing_commit_nothing(bench: Bench, mode: Mode) -> None:
    async def script(_turn: Turn, emit: Emit) -> None:
        await emit(TextDelta("I would…"))

    async with bench.life(script):
        result = await bench.execute(mode=mode)
    assert (result.state, result.output, result.error) == (TurnState.COMMITTED, "I would…", None)
    assert bench.keeper.commits == []


async def test_a_file_that_a_plan_says_it_changed_is_an_error(bench: Bench) -> None:
    async def script(_turn: Turn, emit: Emit) -> None:
        await emit(FileChanged("index.md", "modified"))

    async with bench.life(script):
        result = await bench.execute(mode=Mode.PLAN)
    assert result.state is TurnState.FAILED
    assert "plan mode" in str(result.error)
    assert "index.md" in str(result.error)
    assert bench.keeper.commits == []


async def test_a_file_that_an_analysis_changed_in_silence_is_an_error(bench: Bench) -> None:
    async def script(_turn: Turn, _emit: Emit) -> None:
        bench.keeper.state = replace(bench.keeper.state, untracked=("left.md",))

    async with bench.life(script):
        result = await bench.execute(mode=Mode.ANALYZE)
    assert result.state is TurnState.FAILED
    assert "left.md" in str(result.error)


async def test_a_backend_that_gives_up_fails_the_turn_with_its_own_words(bench: Bench) -> None:
    async def script(_turn: Turn, emit: Emit) -> None:
        await emit(TextDelta("Trying"))
        raise BackendError("the model is overloaded")

    async with bench.life(script):
        result = await bench.execute()
    assert (result.state, result.output, result.commit) == (TurnState.FAILED, "Trying", None)
    assert str(result.error).startswith("the model is overloaded; what was changed so far stays")
    assert bench.keeper.commits == []
    assert bench.journal()[-1]["error"] == result.error


async def test_a_backend_that_breaks_is_logged_and_hurts_no_other_turn(bench: Bench) -> None:
    other_may_end = trio.Event()

    async def script(turn: Turn, _emit: Emit) -> None:
        if turn.instruction == "break":
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep_forever)
                raise KeyError("s3cret")
        await other_may_end.wait()

    results: list[TurnResult] = []

    async def other() -> None:
        results.append(await bench.execute("wait", OTHER))

    with structlog.testing.capture_logs() as logs:
        async with bench.life(script), trio.open_nursery() as nursery:
            nursery.start_soon(other)
            await bench.until_running(1)
            result = await bench.execute("break")
            other_may_end.set()
    assert result.state is TurnState.FAILED
    assert "s3cret" not in str(result.error)
    assert results[0].state is TurnState.COMMITTED
    broke = [entry for entry in logs if entry["event"] == "agent backend broke"]
    assert [entry["exc_info"] for entry in broke] == [True]


async def test_a_turn_that_takes_too_long_fails(
    bench: Bench, autojump_clock: trio.testing.MockClock
) -> None:
    async with bench.life(Endless(), Options(turn_timeout=30.0)):
        began = trio.current_time()
        result = await bench.execute()
        assert trio.current_time() - began == pytest.approx(30)
        assert result.state is TurnState.FAILED
        assert "longer than 30 seconds" in str(result.error)
    assert bench.keeper.commits == []


async def test_what_a_failed_turn_leaves_is_saved_and_the_journal_says_where(bench: Bench) -> None:
    async def script(_turn: Turn, _emit: Emit) -> None:
        raise BackendError("no more tokens")

    async with bench.life(script):
        await bench.execute()
        bench.keeper.unsaved = True
        result = await bench.execute()
    ends = [event for event in bench.journal() if event["type"] == "turn.finished"]
    assert [event["saved"] for event in ends] == ["5" * 40, None]
    assert result.state is TurnState.FAILED


async def test_asked_to_stop_it_interrupts_at_once_and_says_so(bench: Bench) -> None:
    results: list[TurnResult] = []
    refusals: list[str] = []

    async def first() -> None:
        results.append(await bench.execute("long"))

    async def waiting() -> None:
        with pytest.raises(Refused) as refusal:
            await bench.execute("next")
        refusals.append(str(refusal.value))

    long = Endless()
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery, bench.life(long):
            nursery.start_soon(first)
            await long.begun.wait()
            nursery.start_soon(waiting)
            await trio.testing.wait_all_tasks_blocked()
    assert [result.state for result in results] == [TurnState.INTERRUPTED]
    assert refusals == ["cannot run a turn: the agent is stopping; try again later"]
    assert bench.running == frozenset()
    assert [event["type"] for event in bench.journal()] == ["turn.started", "turn.finished"]
    assert bench.journal()[-1]["state"] == "interrupted"
    assert bench.journal()[-1]["saved"] == "5" * 40
    assert bench.keeper.commits == []


async def test_cut_off_in_mid_turn_it_is_the_next_life_that_journals_it(bench: Bench) -> None:
    async def asking() -> None:
        with pytest.raises(Gone):
            await bench.execute("long")

    long = Endless()
    async with trio.open_nursery() as nursery:
        with trio.CancelScope() as scope:
            async with bench.life(long):
                nursery.start_soon(asking)
                await long.begun.wait()
                await trio.testing.wait_all_tasks_blocked()
                scope.cancel()
                await trio.sleep_forever()
    assert bench.running == frozenset()
    assert [event["type"] for event in bench.journal()] == ["turn.started"]
    async with bench.life(quiet):
        await bench.execute("again")
    states = [event.get("state") for event in bench.journal()]
    assert states == [None, "interrupted", None, None, "committed"]
    assert [event["id"] for event in bench.journal()] == [1, 2, 3, 4, 5]


async def test_a_refused_commit_fails_the_turn(bench: Bench) -> None:
    keeper = bench.keeper

    async def answer(request: Request[Any]) -> object:
        if isinstance(request, CommitChanges):
            raise Refused("cannot commit: the index is locked")
        return await Keeper.answer(keeper, request)

    keeper.answer = answer  # type: ignore[method-assign]
    async with bench.life(quiet):
        result = await bench.execute()
    assert result.state is TurnState.FAILED
    assert "the index is locked" in str(result.error)
    assert bench.journal()[-1]["state"] == "failed"


async def test_without_a_workspace_no_turn_begins(bench: Bench) -> None:
    bench.keeper.unknown = True
    async with bench.life(quiet):
        with pytest.raises(NotFound, match="open it first"):
            await bench.execute()
    assert not bench.keeper.history(KEY).exists()


@pytest.mark.parametrize("instruction", ["", " \n\t"])
async def test_an_empty_instruction_is_refused(bench: Bench, instruction: str) -> None:
    async with bench.life(quiet):
        with pytest.raises(Refused, match="empty"):
            await bench.execute(instruction)


async def test_text_that_is_no_unicode_does_not_break_a_turn(bench: Bench) -> None:
    async with bench.life(quiet):
        result = await bench.execute("half a \ud83d face")
    assert result.state is TurnState.COMMITTED
    assert bench.keeper.commits[0].message == "half a ? face"


async def test_a_thread_with_too_many_waiting_turns_takes_no_more(bench: Bench) -> None:
    may_end = trio.Event()

    async def script(_turn: Turn, _emit: Emit) -> None:
        await may_end.wait()

    async with bench.life(script, Options(waiting=2)), trio.open_nursery() as nursery:
        nursery.start_soon(bench.execute)
        await bench.until_running(1)
        for _ in range(2):
            nursery.start_soon(bench.execute)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(Refused, match="2 wait"):
            await bench.execute()
        may_end.set()


async def test_a_journal_that_cannot_be_written_is_a_refusal_and_others_go_on(
    bench: Bench,
) -> None:
    bench.keeper.history(KEY).mkdir()
    async with bench.life(quiet):
        with pytest.raises(Refused, match="cannot keep the journal"):
            await bench.execute()
        assert (await bench.execute(key=OTHER)).state is TurnState.COMMITTED
    assert bench.running == frozenset()


def test_a_backend_that_there_is_not_is_found_when_the_options_are_read() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"'simulatoin'.*backends are simulation"):
        msgspec.convert({"backend": "simulatoin"}, Options)


async def test_with_its_default_options_the_service_starts_and_stops(bench: Bench) -> None:
    context = bench.harness.context(Options())
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            await nursery.start(lambda *, task_status: serve(context, task_status=task_status))
            bench.harness.stopping.set()


async def test_what_becomes_of_the_preview_is_journalled_beside_the_turns(bench: Bench) -> None:
    tell, _ = bench.harness.channels.streams["preview_events"]

    async def script(turn: Turn, emit: Emit) -> None:
        await tell.send(PreviewUpdated(KEY, "update", ("src/a.css",)))
        await bench.until_journalled("preview.updated")
        await emit(TextDelta("done"))

    async with bench.life(script):
        await bench.execute()
        await tell.send(PreviewBroken(KEY, BuildError("no", "a.astro", 3)))
        await bench.until_journalled("preview.error")
    events = bench.journal()
    assert [event["type"] for event in events] == [
        "turn.started",
        "preview.updated",
        "text.delta",
        "commit",
        "turn.finished",
        "preview.error",
    ]
    assert [event["id"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert events[1]["paths"] == ["src/a.css"]
    assert "turn" not in events[1]
    assert events[5]["error"]["line"] == 3


async def test_the_preview_of_a_thread_without_a_journal_or_that_is_gone_makes_none(
    bench: Bench,
) -> None:
    tell, events = bench.harness.channels.streams["preview_events"]
    async with bench.life(quiet):
        for unknown in (False, True):
            bench.keeper.unknown = unknown
            await tell.send(PreviewBroken(KEY, None))
            with trio.fail_after(10):
                while events.statistics().current_buffer_used:
                    await trio.testing.wait_all_tasks_blocked(0.2)
    assert not bench.keeper.history(KEY).exists()
