"""Scripts in TOML, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.standin import Drop, Fail, Pause, Reply, Rule, Say, Script, Think, Usage, Use
from services.standin.loading import BadScript, load, parse

EVERYTHING = """
[[rule]]
when = 'call it (?P<name>\\w+)'
tool = "Write"
model = "sonnet"
repeat = true

[[rule.reply]]
steps = [
  { say = "I look.", pause = 0.05 },
  { think = "Hm." },
  { use = "Write", input = { file_path = "{cwd}/{name}", content = "x" }, pause = 1 },
  { pause = 2 },
  { pause = inf },
  { fail = 429, message = "slowly", retry_after = 1.5, kind = "odd", in_stream = true },
]
stop = "max_tokens"
usage = { input = 1, output = 2, cache_read = 3, cache_write = 4 }
cut = 5
before = [{ steps = [{ fail = 529 }] }, { steps = [{ drop = true }] }]

[[otherwise]]
steps = [{ say = "No." }]
"""


def test_a_script_with_everything():
    written = Use("Write", {"file_path": "{cwd}/{name}", "content": "x"}, pause=1.0)
    reply = Reply(
        [
            Say("I look.", 0.05),
            Think("Hm."),
            written,
            Pause(2.0),
            Pause(),
            Fail(429, "slowly", 1.5, "odd", in_stream=True),
        ],
        "max_tokens",
        Usage(1, 2, 3, 4),
        5,
        [Reply([Fail(529)]), Reply([Drop()])],
    )
    rule = Rule(r"call it (?P<name>\w+)", [reply], repeat=True, tool="Write", model="sonnet")
    assert parse(EVERYTHING, "a.toml") == Script([rule], [Reply([Say("No.")])])


def test_an_empty_script_says_what_an_empty_script_says():
    assert parse("", "a.toml") == Script([])


def problems(text: str) -> list[str]:
    with pytest.raises(BadScript) as caught:
        parse(text, "a.toml")
    return [line.removeprefix("a.toml: ") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("{ say = 1 }", "(say): say: expected `str`, got `int`"),
        ("{ sya = 'x' }", ": it has none of say, think, use, drop, fail, pause"),
        ("{ say = 'x', pause = -1 }", "(say): pause: expected `float` >= 0.0"),
        ("{ pause = nan }", "(pause): pause: expected `float` >= 0.0"),
        ("{ fail = 200 }", "(fail): 200 is no status of an error: 400 to 599 are"),
        ("{ drop = false }", "(drop): drop: invalid enum value False"),
        ("{ say = 'x', puase = 1 }", "(say): there is no key 'puase'; did you mean pause?"),
        ("{ say = 'x', fail = 429 }", "(say): there is no key 'fail'; known are say, pause"),
        (
            "{ use = 'X', input = { on = 1979-05-27 } }",
            "(use): the input has no JSON: Object of type date is not JSON serializable",
        ),
    ],
)
def test_a_step_that_cannot_be_meant_is_told_with_its_place(step: str, problem: str):
    text = f"[[rule]]\nwhen = 'x'\n[[rule.reply]]\nsteps = [{{ say = 'a' }}, {step}]"
    (found,) = problems(text)
    assert found.replace("step 2 (", "step 2(") == f"rule 1 ('x'), reply 1, step 2{problem}"


def test_everything_that_is_wrong_is_told_at_once():
    text = """
        otherwize = 3
        [[rule]]
        when = "("
        reply = []
        [[rule]]
        whem = "x"
        reply = []
        [[rule]]
        when = "a"
        repeat = 1
        [[rule.reply]]
        steps = [{ say = 1 }]
        cut = -1
        usage = { inptu = 1 }
        before = [{ steps = [{ say = 2 }] }, { step = [] }]
    """
    assert problems(text) == [
        "there is no key 'otherwize'; did you mean otherwise?",
        "rule 1 ('('): '(' is no regular expression: missing ), unterminated subpattern at"
        " position 0",
        "rule 2: there is no key 'whem'; did you mean when?",
        "rule 2: object missing required field `when`",
        "rule 3 ('a'): repeat: expected `bool`, got `int`",
        "rule 3 ('a'), reply 1: cut: expected `int` >= 0",
        "rule 3 ('a'), reply 1, usage: there is no key 'inptu'; did you mean input?",
        "rule 3 ('a'), reply 1, step 1 (say): say: expected `str`, got `int`",
        "rule 3 ('a'), reply 1, before 1, step 1 (say): say: expected `str`, got `int`",
        "rule 3 ('a'), reply 1, before 2: there is no key 'step'; did you mean steps?",
        "rule 3 ('a'), reply 1, before 2: object missing required field `steps`",
    ]


def test_a_file_is_named_in_what_is_said_of_it(tmp_path: Path):
    file = tmp_path / "a.toml"
    with pytest.raises(BadScript, match=rf"cannot read {file}: No such file"):
        load(file)
    file.write_bytes(b"\xff")
    with pytest.raises(BadScript, match=rf"cannot read {file}: it is no UTF-8"):
        load(file)
    file.write_text("rule = [")
    with pytest.raises(BadScript, match=rf"{file}: it is no TOML: "):
        load(file)
    file.write_text(EVERYTHING)
    assert len(load(file).rules) == 1
