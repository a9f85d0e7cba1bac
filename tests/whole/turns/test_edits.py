"""What a model is asked for and does, and the story that is told of it."""

from __future__ import annotations

import pytest

from services.standin import Pause, Reply, Say, Usage, on
from tests.whole.turns.conftest import ABOUT, INDEX, PAGES, House
from tests.whole.turns.model import Model
from tests.whole.turns.talk import Talk
from tests.whole.turns.wires import Wire

pytestmark = pytest.mark.system


def test_an_edit_becomes_one_commit_with_its_story_and_its_price(
    house: House, talk: Talk, model: Model, wire: Wire
) -> None:
    read, edit = wire.edited(INDEX, "Hello", "Good day")
    paid = Usage(input=1000, output=20)
    model.follow(on("Greet", read, edit, Reply([Say("The page greets politely.")], usage=paid)))
    turn = talk.ask("Greet politely")
    assert turn["state"] == "committed"
    assert turn["files"] == [INDEX]
    assert turn["output"] == "The page greets politely."
    assert turn["backend"] == wire.backend
    assert talk.text(INDEX) == PAGES[INDEX].replace("Hello", "Good day")
    assert turn["usage"]["model"] == wire.model
    assert turn["usage"]["inputTokens"] >= 1000
    assert turn["usage"]["cost"] > 0
    kinds = [kind for kind in talk.kinds(turn["id"]) if kind != "usage"]
    assert kinds[:3] == ["turn.queued", "turn.started", "tool.started"]
    assert kinds[-2:] == ["commit", "turn.finished"]
    told = [it for it in talk.events(turn["id"]) if it["type"].startswith("tool.")]
    assert [(it["tool"], it["summary"]) for it in told if it["type"] == "tool.finished"] == [
        ("read", INDEX),
        ("edit", INDEX),
    ]


def test_a_turn_of_many_steps_is_one_commit(talk: Talk, model: Model, wire: Wire) -> None:
    model.follow(
        on(
            "Rename",
            [wire.read(INDEX), wire.read(ABOUT)],
            [Say("First the home page."), wire.edit(INDEX, "Hello", "Ferns")],
            [wire.edit(ABOUT, "About us", "About ferns")],
            [Say("Then once more."), wire.edit(ABOUT, "We grow", "They love")],
            [Say("Both are renamed.")],
        )
    )
    turn = talk.ask("Rename both pages\nand say so")
    assert turn["state"] == "committed"
    assert turn["files"] == [ABOUT, INDEX]
    assert turn["output"].split("\n\n") == [
        "First the home page.",
        "Then once more.",
        "Both are renamed.",
    ]
    assert "They love ferns." in talk.text(ABOUT)
    changes = [it["path"] for it in talk.events(turn["id"]) if it["type"] == "file.changed"]
    assert changes == [INDEX, ABOUT, ABOUT]
    assert talk.git("show", "-s", "--format=%s").startswith("Rename both pages and say so")


@pytest.mark.parametrize("mode", ["plan", "analyze"])
def test_a_plan_changes_nothing_though_the_model_tries(
    talk: Talk, model: Model, wire: Wire, mode: str
) -> None:
    model.follow(
        on(
            "Greet",
            [wire.read(INDEX)],
            [wire.edit(INDEX, "Hello", "Good day"), wire.write("new.md", "new")],
            [Say("I would greet politely.")],
        )
    )
    turn = talk.ask("Greet politely", mode=mode)
    assert turn["state"] == "committed"
    assert turn["commit"] is None
    assert turn["output"] == "I would greet politely."
    assert talk.text(INDEX) == PAGES[INDEX]
    ends = [it for it in talk.events(turn["id"]) if it["type"] == "tool.finished"]
    assert [it["ok"] for it in ends] == [True, False, False]
    offered = {name.lower() for name in model.heard[-1].tools}
    assert not offered & {"write", "edit", "delete", "bash"}


@pytest.mark.parametrize("allow", [True, False])
def test_a_person_is_asked_and_the_answer_holds(
    talk: Talk, model: Model, wire: Wire, allow: bool
) -> None:
    model.follow(
        on("page", [wire.write("src/pages/new.astro", "<h1>New</h1>\n")], [Say("That is all.")])
    )
    turn = talk.begin("Make a new page")
    [asked] = talk.until_told(turn, "permission.asked")
    assert (asked["tool"], asked["summary"]) == ("write", "src/pages/new.astro")
    assert not (talk.root / "src/pages/new.astro").exists()
    answer = {"allow": allow, "reason": "" if allow else "not on a Sunday"}
    talk.do(turn, f"permissions/{asked['permission']}", **answer)
    ended = talk.ended(turn)
    assert ended["state"] == "committed"
    assert ended["files"] == (["src/pages/new.astro"] if allow else [])
    assert (talk.root / "src/pages/new.astro").exists() is allow
    assert ended["output"] == "That is all."
    [answered] = [it for it in talk.events(turn) if it["type"] == "permission.answered"]
    assert answered["allowed"] is allow
    assert ("not on a Sunday" in model.words(-1)) is not allow


def test_a_turn_that_is_taken_back_is_known_to_the_next(
    talk: Talk, model: Model, wire: Wire
) -> None:
    model.follow(on("Greet", *wire.edited(INDEX, "Hello", "Good day"), [Say("Done so.")]))
    turn = talk.ask("Greet politely")
    undone = talk.do(turn["id"], "undo", expectedHead=turn["commit"])
    assert undone["turns"] == [turn["id"]]
    assert talk.text(INDEX) == PAGES[INDEX]
    assert talk.turn(turn["id"])["undone"] is True
    model.follow(on("else", [Say("I know.")]))
    talk.ask("Something else")
    assert len(model.heard) == 1
    assert "The person took back “Greet politely”" in model.words()
    assert "Done so." in model.words()  # the conversation goes on
    talk.do(turn["id"], "redo")
    assert "Good day" in talk.text(INDEX)
    model.follow(on("last", [Say("I know.")]))
    talk.ask("One last thing")
    assert "The person brought back “Greet politely”" in model.words()


def test_what_another_agent_did_in_between_is_told(talk: Talk, model: Model, wire: Wire) -> None:
    model.follow(on("Greet", [Say("Good day to you.")]))
    talk.ask("Greet me")
    other = talk.ask("change the heading of the home page to Told", backend="simulation")
    assert (other["backend"], other["state"]) == ("simulation", "committed")
    assert "<h1>Told</h1>" in talk.text(INDEX)
    model.follow(on("happened", [Say("That.")]))
    last = talk.ask("What happened?", backend=wire.backend)
    assert last["output"] == "That."
    assert "Earlier another agent was asked" in model.words()
    assert "to Told" in model.words()
    assert "Good day to you." in model.words()


def test_what_was_pointed_at_and_an_image_reach_the_model(
    talk: Talk, model: Model, wire: Wire
) -> None:
    pixel = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
        "rkJggg=="
    )
    model.follow(on("this", [Say("I see it.")]))
    turn = talk.ask(
        "What is this?",
        selection={"file": INDEX, "line": 2, "column": 3, "html": "<h1>Hello</h1>"},
        images=[{"mediaType": "image/png", "data": pixel}],
    )
    assert turn["output"] == "I see it."
    assert len(model.heard) == 1
    assert f"{INDEX}:2:3" in model.words()
    assert pixel in model.words()


def test_threads_are_worked_on_side_by_side(
    house: House, talk: Talk, model: Model, wire: Wire
) -> None:
    other = house.talk()
    edits = wire.edited(INDEX, "Hello", "Good day")
    model.follow(
        on("slow", *edits, [Say("One word, and then nothing."), Pause()]),
        on("quick", *wire.edited(INDEX, "Hello", "Hi"), [Say("Quickly done.")]),
    )
    slow = talk.begin("Be slow")
    talk.until_told(slow, "text.delta")
    quick = other.ask("Be quick")
    assert (quick["state"], quick["output"]) == ("committed", "Quickly done.")
    assert talk.turn(slow)["state"] == "running"
    waiting = talk.begin("Be quick, too")
    assert talk.turn(waiting)["state"] == "queued"
    assert talk.do(waiting, "cancel")["turn"]["state"] == "cancelled"
    assert talk.do(slow, "cancel")["turn"]["state"] == "cancelled"
    assert talk.do(slow, "keep")["turn"]["files"] == [INDEX]
    assert "Good day" in talk.text(INDEX)
    assert "Hi" in other.text(INDEX)
    other.agree()
