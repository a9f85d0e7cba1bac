from __future__ import annotations

import json
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.redact import HIDDEN, Redactor, problem

# Nothing of what stands for them.
ALPHABET = "AB0 +/=&%'\"\\\té💐\udc80"
SECRETS = st.text(ALPHABET, min_size=4, max_size=12).filter(lambda text: len(text.strip()) >= 4)


def hidden(text: str, *secrets: str, patterns: tuple[str, ...] = ()) -> str:
    return Redactor(secrets, patterns)(text.encode()).decode()


def test_a_secret_is_replaced_wherever_it_stands():
    assert hidden("a hunter22 b hunter22\nhunter22\n", "hunter22") == (
        "a [redacted] b [redacted]\n[redacted]\n"
    )
    assert hidden("hunter2", "hunter22") == "hunter2"


def test_without_anything_to_hide_it_is_not_active():
    redactor = Redactor()
    assert not redactor.active
    assert redactor.text("x") == "x"
    redactor.hide(["hunter22"])
    assert redactor.active
    assert redactor.text("hunter22 \udcff") == "[redacted] \\udcff"


def test_other_patterns_are_matched_instead_and_a_secret_stays_one():
    redactor = Redactor(["hunter22"], ["a.c"])
    redactor.match(["b.d"])
    redactor.hide(["second"])
    assert redactor.text("abc bcd hunter22 second") == "abc [redacted] [redacted] [redacted]"


def test_a_value_too_short_to_be_a_secret_is_left_alone():
    assert not Redactor(["", "1", "yes", " no \n", "     "]).active


def test_secrets_that_overlap_leave_nothing_of_either():
    assert hidden("abcabxyz.", "abcab", "cabxyz") == "[redacted]."
    assert hidden("ababab.", "abab") == "[redacted]."
    assert hidden("hunter22", "hunter22", "unte") == "[redacted]"


@given(secret=SECRETS)
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text,
        lambda text: json.dumps({"key": text}),
        lambda text: json.dumps({"key": text}, ensure_ascii=False),
        lambda text: json.dumps({"body": json.dumps({"key": text})}),
        repr,
        shlex.quote,
        lambda text: quote(text.encode("utf-8", "surrogateescape")),
        lambda text: quote(text.encode("utf-8", "surrogateescape"), ""),
        lambda text: quote_plus(text.encode("utf-8", "surrogateescape")),
    ],
    ids=[
        "plain",
        "JSON",
        "JSON in UTF-8",
        "JSON in JSON",
        "Python",
        "shell",
        "path",
        "URL",
        "form",
    ],
)
def test_a_secret_is_known_however_it_is_written(secret: str, written):
    text = written(secret)
    shown = Redactor([secret])(f"<{text}>".encode("utf-8", "surrogateescape"))
    assert HIDDEN.encode() in shown
    assert text.encode("utf-8", "surrogateescape") not in shown


def test_of_a_secret_of_several_lines_each_is_hidden():
    key = "-----BEGIN KEY-----\nMIIEpAIB\nAAKCAQEA\n-----END KEY-----\n"
    assert hidden(f"{key}x\n", key) == "[redacted]\n" * 4 + "x\n"
    assert hidden(json.dumps(key), key) == '"[redacted]"'


def test_a_pattern_is_matched_within_each_line():
    assert hidden("a sk-abc b sk-d\nx\n", patterns=(r"sk-\w+",)) == "a [redacted] b [redacted]\nx\n"
    assert hidden("café sk-1 é sk-2", patterns=(r"sk-\d",)) == "café [redacted] é [redacted]"
    assert hidden("a\nb\n", patterns=(r"a\s*b", r"a[^x]b")) == "a\nb\n"
    assert hidden("pin 1\r\npin 2\r\n", patterns=(r"^pin \d$",)) == "[redacted]\r\n" * 2


@pytest.mark.parametrize(
    "pattern", [r"(?<![^ ])pin\d", r"\Apin\d", r"pin\d\Z", r"(?>p)in\d(?=$)", r"pi[^x]++"]
)
def test_a_pattern_that_needs_a_line_of_its_own_gets_it(pattern: str):
    assert hidden("a\npin1\nb\n", patterns=(pattern,)).split("\n")[1] in (
        "[redacted]",
        "[redacted]1",
    )


def test_what_a_pattern_matches_without_a_character_is_nothing():
    assert hidden("ab", patterns=(r"(?<=a)x?|b",)) == "a[redacted]"


def test_patterns_are_told_what_is_wrong_with_them():
    assert problem("sk-[a-z]+") is None
    for pattern in ("sk-[", "x{99999999999}", "(" * 5000 + ")" * 5000):
        assert "is not a regular expression: " in str(problem(pattern))
    assert "everywhere" in str(problem("x*"))


@given(
    lines=st.lists(st.text("ab \r", max_size=8), max_size=6),
    pattern=st.sampled_from(["a+b", "^a", "b$", r"a\s", r"\bb", "[^b]b", "(a|b)a"]),
)
def test_a_pattern_finds_the_same_in_all_lines_at_once_as_in_each(lines: list[str], pattern: str):
    at_once = hidden("\n".join(lines), patterns=(pattern,))
    assert at_once == "\n".join(hidden(line, patterns=(pattern,)) for line in lines)
