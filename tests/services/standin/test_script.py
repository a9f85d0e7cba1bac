"""Which reply a script gives to which conversation."""

from __future__ import annotations

import pytest

from services.standin import (
    Call,
    Conversation,
    Fail,
    Message,
    Reply,
    Result,
    Rule,
    Say,
    Script,
    Text,
    Use,
    on,
)


def user(*texts: str) -> Message:
    return Message("user", tuple(Text(text) for text in texts))


def rounds(n: int) -> list[Message]:
    """So many calls of a tool, with their results."""
    return [
        message
        for i in range(n)
        for message in (
            Message("assistant", (Call(f"c{i}", "Edit", {}), Call(f"d{i}", "Edit", {}))),
            Message("user", (Result(f"c{i}", "ok"), Result(f"d{i}", "ok"))),
        )
    ]


def asked(*messages: Message, system: str = "", tools: tuple[str, ...] = ()) -> Conversation:
    return Conversation("a-model", messages, system, tools)


def said(reply: Reply) -> str:
    return " ".join(step.text for step in reply.steps if isinstance(step, Say))


def test_the_first_rule_that_fits_answers_and_case_does_not_matter():
    script = Script([on("head", [Say("one")]), on("headline", [Say("two")])])
    assert said(script.reply(asked(user("the HEADLINE")))) == "one"


def test_what_no_rule_fits_is_answered_otherwise():
    script = Script([on("x", [Say("one")])], otherwise=[Reply([Say("other")])])
    assert said(script.reply(asked(user("y")))) == "other"
    assert said(Script().reply(asked())) == "Done."


def test_the_nth_reply_comes_when_tools_were_called_n_times_and_several_at_once_are_one():
    script = Script([on("edit", [Say("a")], [Say("b")])])
    answers = [said(script.reply(asked(user("edit"), *rounds(n)))) for n in range(4)]
    assert answers == ["a", "b", "Done.", "Done."]


def test_a_rule_that_repeats_never_ends():
    script = Script([Rule("edit", [Reply([Say("a")]), Reply([Say("b")])], repeat=True)])
    answers = [said(script.reply(asked(user("edit"), *rounds(n)))) for n in range(5)]
    assert answers == ["a", "b", "a", "b", "a"]


def test_calls_of_earlier_instructions_do_not_count():
    script = Script([on("second", [Say("a")]), on("first", [Say("b")])])
    before = [user("first"), *rounds(3), Message("assistant", (Text("there"),))]
    assert said(script.reply(asked(*before, user("second")))) == "a"


def test_what_clients_remind_their_model_of_is_no_instruction():
    conversation = asked(
        user("<system-reminder>edit\nnothing</system-reminder>", "say it"),
        *rounds(1),
        user("<system-reminder>a file has changed</system-reminder>"),
    )
    assert conversation.instruction == "say it"
    assert conversation.rounds == 1
    assert [it.id for it in conversation.results] == ["c0", "d0"]


def test_what_is_told_beside_an_instruction_is_none():
    noted = "<note>They said “first”, and then\nmore.</note>\n\n<selection>first</selection>\n\n"
    assert asked(user(f"{noted}second")).instruction == "second"


def test_where_a_client_put_an_image_is_no_instruction():
    assert asked(user("what is it?", "[Image: source: /tmp/1.png]")).instruction == "what is it?"


def test_an_instruction_may_come_together_with_the_results_of_a_turn_that_was_broken_off():
    broken = [user("first"), rounds(1)[0]]
    last = Message("user", (Result("c0", "?"), Result("d0", "?"), Text("second")))
    conversation = asked(*broken, last)
    assert conversation.instruction == "second"
    assert conversation.rounds == 0


def test_the_first_attempts_get_what_comes_before():
    reply = Reply([Say("there")], before=[Reply([Fail(429)]), Reply([Fail(529)])])
    script = Script([on("x", reply)])
    steps = [script.reply(asked(user("x")), attempt).steps[0] for attempt in range(4)]
    assert steps == [Fail(429), Fail(529), Say("there"), Say("there")]


def test_places_in_texts_and_inputs_are_filled_and_other_braces_stay():
    script = Script(
        [
            on(
                "call it (?P<name>[a-z]+)",
                [
                    Say("{name}: {instruction} {model} {title}"),
                    Use("Write", {"path": "{cwd}/{name}", "edits": [{"new": "{name} {}"}], "n": 3}),
                ],
            )
        ]
    )
    steps = script.reply(asked(user("call it fern")), 0, "/site").steps
    assert list(steps) == [
        Say("fern: call it fern a-model {title}"),
        Use("Write", {"path": "/site/fern", "edits": [{"new": "fern {}"}], "n": 3}),
    ]


def test_the_working_directory_is_what_the_client_says_it_is():
    script = Script([on("x", [Say("{cwd}")])])
    prompt = "# Environment\n - Primary working directory: /srv/a site\n - Platform: linux"
    assert said(script.reply(asked(user("x"), system=prompt))) == "/srv/a site"
    assert said(script.reply(asked(Message("system", (Text(prompt),)), user("x")))) == "/srv/a site"
    assert said(script.reply(asked(user("x"), system=prompt), 0, "/given")) == "/given"
    assert said(script.reply(asked(user("x")))) == "."


def test_a_rule_can_want_a_tool_and_a_model():
    script = Script(
        [
            Rule("x", [Reply([Say("a")])], tool="Write"),
            Rule("x", [Reply([Say("b")])], model="opus"),
            Rule("x", [Reply([Say("c")])], model="^a-m"),
        ]
    )
    assert said(script.reply(asked(user("x"), tools=("Read", "Write")))) == "a"
    assert said(script.reply(asked(user("x"), tools=("Read",)))) == "c"


def test_a_look_whether_the_model_is_there_meets_no_rule():
    script = Script([on(".", [Fail(500)])])
    probe = Conversation("a-model", (user("hi"),), max_tokens=1)
    assert script.reply(probe).stop == "max_tokens"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: on("(", [Say("a")]), "'(' is no regular expression"),
        (lambda: Rule("a", [], model="["), "'[' is no regular expression"),
        (lambda: Fail(200), "200 is no status of an error"),
        (lambda: Use("a", {"b": float("inf")}), "the input has no JSON"),
        (lambda: Use("a", {"b": object()}), "the input has no JSON"),
    ],
)
def test_what_cannot_be_meant_is_an_error_at_once(make, reason: str):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value).startswith(reason)
