"""Answers that stop for another reason than that the model was done, and turns that have to."""

from __future__ import annotations

import msgspec
import pytest
from structlog.testing import capture_logs

from services.agent.backend import BackendError, BudgetExceeded
from services.agent.bedrock import Options, Price, unready
from services.agent.bedrock.backend import Bedrock
from services.messages import Used
from services.standin import Reply, Say, Standin, Usage, Use
from tests.services.agent.bedrock.conftest import MODEL
from tests.services.agent.bedrock.turning import bodies, run, scripted
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import ABOUT, FILES, INDEX, Worktree

EDIT = Use("edit", {"path": INDEX, "old": "Hello", "new": "Hi"})


async def test_an_answer_that_is_cut_off_goes_on_and_what_was_whole_of_it_counts(
    it: Standin, site: Worktree
):
    scripted(it, Reply([EDIT, Say("It is a long")], stop="max_tokens"), [Say("story.")])
    told = await run(site)
    assert told.text == "It is a long\n\nstory."
    assert told.changes == [(INDEX, "modified")]
    result, note, _ = bodies(it)[1]["messages"][-1]["content"]
    assert result["toolResult"]["status"] == "success"
    assert "cut off, since it was too long" in note["text"]


async def test_a_model_whose_answers_are_always_cut_off_is_stopped(it: Standin, site: Worktree):
    scripted(it, Reply([Say("Er")], stop="malformed_tool_use"))
    with pytest.raises(BackendError, match="cut off again and again"):
        await run(site)
    assert len(it.requests) == 4


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        ("guardrail_intervened", "A guardrail of this deployment stopped"),
        ("content_filtered", "withheld by a content filter"),
    ],
)
async def test_an_answer_that_was_stopped_from_outside_fails_the_turn(
    it: Standin, site: Worktree, stop: str, told: str
):
    scripted(it, Reply([Say("Sorry"), EDIT], stop=stop))
    with pytest.raises(BackendError, match=told):
        await run(site)
    assert site.text(INDEX) == FILES[INDEX]
    scripted(it, [Say("Fine.")])
    assert (await run(site, site.turn("Say something", id="turn-2"))).text == "Fine."


# Limits


async def test_a_turn_has_so_many_steps_and_no_more(it: Standin, site: Worktree):
    scripted(it, *[[Use("read", {"path": ABOUT})] for _ in range(9)])
    with pytest.raises(BackendError, match="not done after 3 steps"):
        await run(site, max_steps=3)
    assert len(it.requests) == 3
    scripted(it, [Say("Go on.")])
    assert (await run(site, site.turn("Go on", id="turn-2"))).text == "Go on."


async def test_a_turn_that_has_cost_too_much_asks_no_more(it: Standin, site: Worktree):
    scripted(
        it,
        Reply([EDIT], usage=Usage(input=200_000, output=100_000, cache_read=50, cache_write=50)),
        Reply([Use("write", {"path": "b.md", "text": "B"})]),
    )
    told = Recorder(site.root)
    with pytest.raises(BudgetExceeded, match=r"has cost \$0.30, and may cost \$0.30"):
        await run(site, site.turn("Do it", budget=0.3), told)
    assert len(it.requests) == 1
    assert told.changes == [(INDEX, "modified")]
    (used,) = [event.usage for event in told.events if isinstance(event, Used)]
    assert (used.input_tokens, used.output_tokens) == (200_000, 100_000)
    assert (used.cache_read_tokens, used.cache_write_tokens) == (50, 50)
    assert used.cost == pytest.approx(0.3001)
    scripted(it, [Say("Fine.")])
    await run(site, site.turn("Go on", id="turn-2"))
    assert "cost what it may" in it.requests[-1].text


async def test_a_model_without_a_price_costs_nothing(it: Standin, site: Worktree):
    scripted(it, Reply([Say("Done.")], usage=Usage(input=5_000_000)))
    told = await run(site, site.turn("Do it", budget=0.01), prices={})
    assert told.cost == 0
    backend = Bedrock(Options(model=MODEL))
    with capture_logs() as logs:
        for n in range(2):
            await backend.run(site.turn("Do it", id=f"turn-{n}"), Recorder(site.root))
    assert logs == [{"event": "model without a price", "log_level": "warning", "model": MODEL}]
    assert [event.usage.input_tokens for event in told.events if isinstance(event, Used)] == [
        5_000_000
    ]


async def test_a_model_without_a_price_is_not_named_where_there_is_a_budget(
    it: Standin, site: Worktree
):
    scripted(it, Reply([Say("Done.")]))
    priced = {"*-haiku": Price(input=1, output=1, cache_read=1, cache_write=1)}
    with pytest.raises(BackendError, match="The model big has no price here"):
        await run(site, site.turn("Do it", budget=1.0, model="big"), prices=priced)
    assert it.requests == []
    await run(site, site.turn("Do it", budget=1.0, model="a-haiku"), prices=priced)
    await run(site, site.turn("Do it", budget=1.0), prices=priced)  # of whoever runs this
    await run(site, site.turn("Do it", model="big"), prices=priced)
    assert len(it.requests) == 3


async def test_somebody_has_to_name_a_model(it: Standin, site: Worktree):
    assert "name one in `bedrock.model`" in (unready(Options()) or "")
    assert unready(Options(model=MODEL)) is None
    with pytest.raises(BackendError, match="No model is named"):
        await run(site, model="")
    assert it.requests == []


def test_the_options_as_a_person_writes_them():
    written = f"""
    model = "{MODEL}"
    region = "eu-central-1"
    cache_ttl = "1h"
    additional_fields = {{ thinking = {{ type = "enabled", budget_tokens = 2000 }} }}

    [prices."*claude-haiku*"]
    input = 1
    output = 5
    cache_read = 0.1
    cache_write = 1.25
    """
    options = msgspec.toml.decode(written, type=Options)
    assert options.prices == {"*claude-haiku*": Price(1, 5, 0.1, 1.25)}
    assert options.additional_fields["thinking"]["budget_tokens"] == 2000
    for wrong in ("silence = 0", "max_steps = 0", "cache_ttl = '2h'", "modle = 'x'"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.toml.decode(wrong, type=Options)
