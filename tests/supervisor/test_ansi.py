from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.ansi import LONGEST, Stripper, harmless
from tests.supervisor.test_lines import CUTS, split

PARTS = [
    *(b"\x1b", b"[", b"]", b"\\", b"\x07", b"31;1m", b"m", b"\n", b"a", b" ", b"P", b"(B", b"?25h"),
    *(b"\x1b[31m", b"\x1b]8;;http://x\x1b\\", b"\x1b]0;title\x07"),
]


def stripped(*chunks: bytes) -> bytes:
    stripper = Stripper()
    return b"".join(map(stripper.feed, chunks)) + stripper.flush()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (b"\x1b[31mred\x1b[0m", b"red"),
        (b"\x1b[38;2;1;2;3mx\x1b[K", b"x"),
        (b"\x1b[?25l\x1b[2Jx", b"x"),
        (b"\x1b]0;a title\x07x", b"x"),
        (b"\x1b]8;;http://example.com\x1b\\link\x1b]8;;\x1b\\", b"link"),
        (b"\x1bP1;2|data\x1b\\x", b"x"),
        (b"\x1b(Bx\x1bMy\x1b=z", b"xyz"),
        ("\x1b[1mé💐".encode(), "é💐".encode()),
        (b"no sequence: [31m", b"no sequence: [31m"),
        (b"a title without an end \x1b]0;x\nnext\n", b"a title without an end 0;x\nnext\n"),
        (b"at the very end \x1b[3", b"at the very end \x1b[3"),
    ],
)
def test_what_is_for_a_terminal_is_left_out(text: bytes, plain: bytes):
    assert stripped(text) == plain
    assert stripped(*(bytes([byte]) for byte in text)) == plain


def test_a_title_that_does_not_end_holds_up_nothing_for_ever():
    stripper = Stripper()
    shown = stripper.feed(b"\x1b]0;" + b"x" * LONGEST)
    assert b"x" * LONGEST in shown + stripper.feed(b"y")


@given(data=st.lists(st.sampled_from(PARTS), max_size=20).map(b"".join), cuts=CUTS)
def test_the_border_of_a_chunk_makes_no_difference(data: bytes, cuts: list[int]):
    whole = stripped(data)
    assert stripped(*split(data, cuts)) == whole
    assert stripped(*(bytes([byte]) for byte in data)) == whole


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (
            "\x1b[1;31mred\x1b[0m, \x1b[38:2:1:2:3mx\x1b[m",
            "\x1b[1;31mred\x1b[0m, \x1b[38:2:1:2:3mx\x1b[m",
        ),
        ("a\tb\n", "a\tb\n"),
        ("\x1b]0;title\x07", "\ufffd]0;title\ufffd"),
        ("\x1b[2Kforged", "\ufffd[2Kforged"),
        ("true\rforged", "true\ufffdforged"),
        ("\x9b2J\x00\x7f", "\ufffd2J\ufffd\ufffd"),
        ("\x1b", "\ufffd"),
    ],
)
def test_a_text_of_others_does_nothing_to_a_terminal_but_colour_it(text: str, seen: str):
    assert harmless(text) == seen


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\x1b[0;1mJ")))
def test_nothing_that_a_terminal_acts_upon_comes_through(text: str):
    left = "".join(harmless(text).replace("\n", "").replace("\t", "").split("\x1b["))
    assert not any(unicodedata.category(char) == "Cc" for char in left)
