"""What becomes of valid examples when a few words and bytes of them change. Pure.

It gets further into a reader than noise does, which is mostly refused at its first byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from hypothesis import strategies as st

Edit: TypeAlias = Callable[[list[bytes]], None]

# A text in quotes, a word or number, white space, or any other byte.
TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\w.+-]+|\s+|.', re.DOTALL)

# What readers stumble over: ends of lines and of texts, no UTF-8, numbers at their limits.
ODD = (
    b"",
    b"\0",
    b"\n",
    b"\r",
    b"\r\n",
    b" ",
    b"\t",
    b'"',
    b"'",
    b"\\",
    b"\x1b[31m",
    b"\x7f",
    b"\x85",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\xf4\x8f\xbf\xbf",
    b"0",
    b"-0",
    b"-1",
    b"2147483648",
    b"9223372036854775807",
    b"-9223372036854775809",
    b"18446744073709551616",
    b"1e308",
    b"1e999",
    b"nan",
    b"inf",
    b"9" * 400,
    b"9" * 5000,
)
DEEP = 100_000

# Values of JSON that fit no shape, or fit it and no further; raw, since not all of them are valid.
JSON = (
    *ODD,
    b"null",
    b"true",
    b"{}",
    b"[]",
    b'""',
    b"NaN",
    b"Infinity",
    b"0.1",
    b'"0"',
    b'"\\u0000"',
    b'"\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"../../x"',
    b"[null]",
    b"[[1]]",
    b'{"": null}',
    b"[" * DEEP,
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
)


def mutated(
    examples: Sequence[bytes], words: Sequence[bytes] = (), *, most: int = 4
) -> st.SearchStrategy[bytes]:
    """An example, often as it is, or with up to `most` edits; `words` come into it beside `ODD`."""
    word = st.sampled_from((*ODD, *words)) | st.binary(max_size=6)
    place = st.integers(0, 2**16)
    edits = st.one_of(
        st.builds(_replaced, place, word),
        st.builds(_inserted, place, word),
        st.builds(_removed, place, st.integers(1, 12)),
        st.builds(_repeated, place, st.integers(1, 6), st.sampled_from((2, 3, 40, 1000))),
        st.builds(_swapped, place, place),
        st.builds(_flipped, place, st.integers(0, 7)),
        st.builds(_cut, place, place),
        st.builds(_followed, st.sampled_from(examples), place),
    )
    return st.builds(_spoilt, st.sampled_from(examples), st.lists(edits, max_size=most))


def _spoilt(example: bytes, edits: Sequence[Edit]) -> bytes:
    tokens = TOKEN.findall(example)
    for edit in edits:
        if tokens:
            edit(tokens)
    return b"".join(tokens)


def _replaced(place: int, word: bytes) -> Edit:
    def edit(tokens: list[bytes]) -> None:
        tokens[place % len(tokens)] = word

    return edit


def _inserted(place: int, word: bytes) -> Edit:
    return lambda tokens: tokens.insert(place % len(tokens), word)


def _removed(place: int, count: int) -> Edit:
    def edit(tokens: list[bytes]) -> None:
        at = place % len(tokens)
        del tokens[at : at + count]

    return edit


def _repeated(place: int, count: int, times: int) -> Edit:
    def edit(tokens: list[bytes]) -> None:
        at = place % len(tokens)
        tokens[at : at + count] = [b"".join(tokens[at : at + count])[:256] * times]

    return edit


def _swapped(one: int, other: int) -> Edit:
    def edit(tokens: list[bytes]) -> None:
        a, b = one % len(tokens), other % len(tokens)
        tokens[a], tokens[b] = tokens[b], tokens[a]

    return edit


def _flipped(place: int, bit: int) -> Edit:
    def edit(tokens: list[bytes]) -> None:
        at = place % len(tokens)
        token = bytearray(tokens[at] or b"\0")
        token[place // 7 % len(token)] ^= 1 << bit
        tokens[at] = bytes(token)

    return edit


def _cut(place: int, inside: int) -> Edit:
    """The end is missing, as it is where somebody died in the middle of writing."""

    def edit(tokens: list[bytes]) -> None:
        at = place % len(tokens)
        token = tokens[at]
        tokens[at:] = [token[: inside % (len(token) + 1)]]

    return edit


def _followed(other: bytes, place: int) -> Edit:
    """Another example goes on where this one stops, at a token of its own."""

    def edit(tokens: list[bytes]) -> None:
        theirs = TOKEN.findall(other)
        tokens.extend(theirs[place % (len(theirs) + 1) :])

    return edit
