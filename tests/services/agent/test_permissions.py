"""What an agent may do only if a person says so."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from services.agent import Options
from services.agent.backend import Decision, Host, Turn
from services.agent.book import Book
from services.messages import AnswerPermission, TurnState
from supervisor.desk import NotFound, Refused
from tests.services.agent.serving import KEY, Bench, quiet

ASKING = Options(approve=("Edit",), permission_timeout=60.0)


class Asker:
    def __init__(self, *tools: str) -> None:
        self._tools = tools
        self.decisions: list[Decision] = []

    async def __call__(self, _turn: Turn, host: Host) -> None:
        for tool in self._tools:
            self.decisions.append(await host.ask(tool, "src/a.astro"))


async def test_a_tool_that_needs_no_approval_is_allowed_at_once(bench: Bench) -> None:
    asker = Asker("read", "Write")
    async with bench.life(asker, ASKING):
        await bench.execute()
    assert asker.decisions == [Decision(True)] * 2
    assert "permission.asked" not in bench.kinds()


@pytest.mark.parametrize(("allow", "reason"), [(True, ""), (False, "not that file")])
async def test_a_person_allows_or_refuses(bench: Bench, allow: bool, reason: str) -> None:
    asker = Asker("edit")
    async with bench.life(asker, ASKING):
        turn = await bench.start()
        await bench.until_journalled("permission.asked")
        asked = bench.journal()[-1]
        assert (asked["turn"], asked["tool"], asked["summary"]) == (turn, "edit", "src/a.astro")
        answer = AnswerPermission(KEY, turn, asked["permission"], allow, reason)
        await bench.ask(answer)
        assert (await bench.ended(turn)).state is TurnState.COMMITTED
        with pytest.raises(NotFound, match="does not run"):
            await bench.ask(answer)
    assert asker.decisions == [Decision(allow, reason)]
    (answered,) = [e for e in bench.journal() if e["type"] == "permission.answered"]
    assert (answered["permission"], answered["allowed"]) == (asked["permission"], allow)


async def test_one_question_is_answered_once_and_no_other(bench: Bench) -> None:
    asker = Asker("edit", "edit")
    async with bench.life(asker, ASKING):
        turn = await bench.start()
        await bench.until_journalled("permission.asked")
        with pytest.raises(NotFound, match="does not ask that"):
            await bench.ask(AnswerPermission(KEY, turn, "7", allow=True))
        await bench.ask(AnswerPermission(KEY, turn, "1", allow=True))
        await bench.until_journalled("permission.answered")
        while bench.kinds().count("permission.asked") < 2:
            await trio.testing.wait_all_tasks_blocked(0.01)
        with pytest.raises(NotFound, match="does not ask that"):
            await bench.ask(AnswerPermission(KEY, turn, "1", allow=True))
        await bench.ask(AnswerPermission(KEY, turn, "2", allow=False))
        await bench.ended(turn)
    assert [decision.allowed for decision in asker.decisions] == [True, False]


async def test_silence_is_a_no(bench: Bench, mock_clock: trio.testing.MockClock) -> None:
    asker = Asker("edit")
    async with bench.life(asker, ASKING):
        turn = await bench.start()
        await bench.until_journalled("permission.asked")
        await trio.testing.wait_all_tasks_blocked(0.01)
        mock_clock.jump(59)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert asker.decisions == []
        mock_clock.jump(1)
        await bench.ended(turn)
    assert asker.decisions == [Decision(False, "nobody answered within 60 seconds")]
    (answered,) = [e for e in bench.journal() if e["type"] == "permission.answered"]
    assert not answered["allowed"]


async def test_cancelled_while_it_asks_it_ends(bench: Bench) -> None:
    with trio.fail_after(60):
        async with bench.life(Asker("edit"), ASKING):
            turn = await bench.start()
            await bench.until_journalled("permission.asked")
            assert (await bench.cancel(turn)).state is TurnState.CANCELLED


async def test_a_turn_that_does_not_run_asks_nothing(bench: Bench) -> None:
    async with bench.life(quiet):
        turn = (await bench.execute()).turn
        with pytest.raises(NotFound, match="does not run"):
            await bench.ask(AnswerPermission(KEY, turn, "1", allow=True))


async def test_an_answer_that_cannot_be_written_down_is_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Book.write
    full = [True]

    async def sometimes(book: Book, kind: str, **facts: object) -> None:
        if kind == "permission.answered" and full:
            raise OSError(28, "No space left on device")
        await write(book, kind, **facts)

    monkeypatch.setattr(Book, "write", sometimes)
    asker = Asker("edit")
    async with bench.life(asker, ASKING):
        turn = await bench.start()
        await bench.until_journalled("permission.asked")
        with pytest.raises(Refused, match="No space left"):
            await bench.ask(AnswerPermission(KEY, turn, "1", allow=True))
        full.clear()
        await bench.ask(AnswerPermission(KEY, turn, "1", allow=False, reason="no"))
        await bench.ended(turn)
    assert asker.decisions == [Decision(False, "no")]
