"""Turns, with scripted backends and a scripted keeper of workspaces."""

from __future__ import annotations

import gc

import msgspec
import pytest
import trio
import trio.testing

from services.agent import Options, serve
from services.agent.backend import Host, Turn
from services.agent.backends import BACKENDS
from services.agent.ledger import Ledger
from services.agent.roster import FEW
from services.messages import (
    EventPage,
    FileChanged,
    Image,
    ListTurns,
    Mode,
    ReadEvents,
    Selection,
    TextDelta,
    ThreadKey,
    ToolFinished,
    ToolStarted,
    TurnState,
)
from supervisor.desk import Invalid, NotFound
from tests.services.agent.serving import KEY, OTHER, Bench, quiet

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


@pytest.mark.parametrize("model", ["large\0", "\n", "\x1b[31m", "\ud800"])
async def test_a_model_that_no_program_could_be_told_is_refused(bench: Bench, model: str) -> None:
    async with bench.life(quiet):
        with pytest.raises(Invalid, match=r"cannot use the model .*: name it without"):
            await bench.start(model=model)


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


def test_a_backend_that_there_is_not_is_found_when_the_options_are_read() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"'simulatoin'.*backends are"):
        msgspec.convert({"backend": "simulatoin"}, Options)


async def test_with_its_default_options_the_service_starts_and_stops(bench: Bench) -> None:
    context = bench.harness.context(Options())
    with trio.fail_after(60):
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


@pytest.mark.parametrize("turns", [0, 1])
async def test_threads_that_were_deleted_are_let_go_of_when_many_others_are_opened(
    bench: Bench, turns: int
) -> None:
    def held() -> int:
        gc.collect()
        return sum(isinstance(one, Ledger) for one in gc.get_objects())

    before = held()
    async with bench.life(quiet):
        for number in range(3 * FEW):
            key = ThreadKey(KEY.client, KEY.user, f"t{number}")
            for _ in range(turns):
                await bench.execute("one", key)
            assert len(await bench.ask(ListTurns(key))) == turns
            await trio.testing.wait_all_tasks_blocked(0.01)
            bench.keeper.history(key).unlink(missing_ok=True)
            bench.keeper.unknown.add(key)
        assert held() - before <= FEW + 1


async def test_a_thread_in_which_nothing_had_begun_is_not_found_once_it_was_deleted(
    bench: Bench,
) -> None:
    async with bench.life(quiet):
        assert await bench.ask(ListTurns(KEY)) == ()
        bench.keeper.unknown.add(KEY)
        with pytest.raises(NotFound):
            await bench.ask(ListTurns(KEY))
        with pytest.raises(NotFound):
            await bench.execute("one")
    assert not bench.keeper.history(KEY).exists()


async def test_who_waits_in_a_thread_of_which_nobody_knows_whether_it_is_there_goes_on_waiting(
    bench: Bench,
) -> None:
    async with bench.life(quiet), trio.open_nursery() as nursery:
        heard: list[EventPage] = []

        async def hear() -> None:
            heard.append(await bench.ask(ReadEvents(KEY, wait=60)))

        nursery.start_soon(hear)
        await trio.testing.wait_all_tasks_blocked(0.01)
        bench.keeper.away.add(KEY)
        for number in range(2 * FEW):
            await bench.ask(ListTurns(ThreadKey(KEY.client, KEY.user, f"other-{number}")))
        bench.keeper.away.clear()
        await bench.execute("one")
    assert [event.id for event in heard[0].events][:1] == [1]
