from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor import lines
from supervisor.lines import LINE_LIMIT, Assembler, Piece
from supervisor.redact import Redactor

CHARACTERS = [b"a", b"\n", b"\r", b"\r\n", b"\xff", b"\xe2", b"\x80", "é".encode(), "💐".encode()]
BYTES = st.binary() | st.lists(st.sampled_from(CHARACTERS), max_size=60).map(b"".join)
CUTS = st.lists(st.integers(0, 80), max_size=8)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    borders = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    return [data[a:b] for a, b in itertools.pairwise(borders)]


def pieces_of(*chunks: bytes, through: Redactor | None = None) -> list[Piece]:
    assembler = Assembler(through or Redactor())
    pieces = [piece for chunk in chunks for piece in assembler.feed(chunk)]
    pieces += assembler.flush()
    assert not assembler.pending
    return pieces


def lines_of(*chunks: bytes, through: Redactor | None = None) -> list[tuple[bytes, bool]]:
    """Each line by itself, without its end."""
    found: list[tuple[bytes, bool]] = []
    for data, partial in pieces_of(*chunks, through=through):
        if partial:
            found.append((data, True))
        else:
            texts = data.split(b"\n") if data.endswith(b"\n") else [*data.split(b"\n"), b""]
            found += [(text.removesuffix(b"\r"), False) for text in texts[:-1]]
    return found


@pytest.fixture
def short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are cut after a few bytes, so that a generated one is long enough."""
    monkeypatch.setattr(lines, "LINE_LIMIT", 8)


def test_a_line_ends_with_its_newline():
    assert pieces_of(b"a\nb\n\nc") == [(b"a\nb\n\n", False), (b"c", False)]
    assert pieces_of(b"") == []
    assert pieces_of(b"\n") == [(b"\n", False)]


def test_a_carriage_return_before_the_newline_belongs_to_it():
    assert lines_of(b"a\r\nb\r", b"\nc\rd\r") == [(b"a", False), (b"b", False), (b"c\rd", False)]


def test_a_line_as_long_as_can_be_is_whole():
    long = b"x" * LINE_LIMIT
    assert pieces_of(long + b"\n") == [(long + b"\n", False)]
    assert pieces_of(long + b"\r", b"\n") == [(long + b"\r\n", False)]
    assert pieces_of(b"a\n" + long + b"\r\nb\n") == [(b"a\n" + long + b"\r\nb\n", False)]


def test_a_longer_one_goes_on_in_the_next_piece():
    long = b"x" * LINE_LIMIT
    assert pieces_of(b"a\n" + long * 2 + b"y\nz\n") == [
        (b"a\n", False),
        (long, True),
        (long, True),
        (b"y\nz\n", False),
    ]


def test_a_line_without_an_end_is_told_as_it_grows():
    assembler = Assembler(Redactor())
    assert assembler.feed(b"x" * LINE_LIMIT) == []
    assert assembler.feed(b"y") == [(b"x" * LINE_LIMIT, True)]
    assert assembler.feed(b"\n") == [(b"y\n", False)]


@pytest.mark.usefixtures("short_lines")
def test_a_character_is_never_cut_in_two():
    assert lines_of("aaaaaaa💐💐\n".encode()) == [
        (b"aaaaaaa", True),
        ("💐💐".encode(), False),
    ]


@given(data=BYTES, cuts=CUTS)
@pytest.mark.usefixtures("short_lines")
def test_the_lines_are_the_same_whatever_the_chunks(data: bytes, cuts: list[int]):
    whole = lines_of(data)
    assert lines_of(*split(data, cuts)) == whole
    assert lines_of(*(bytes([byte]) for byte in data)) == whole


@given(data=BYTES, cuts=CUTS, pauses=st.sets(st.integers(0, 8)))
@pytest.mark.usefixtures("short_lines")
def test_no_byte_is_lost_or_changed(data: bytes, cuts: list[int], pauses: set[int]):
    assembler = Assembler(Redactor())
    found: list[Piece] = []
    for number, chunk in enumerate(split(data, cuts)):
        found += assembler.feed(chunk)
        if number in pauses:
            found += assembler.pause()
    found += assembler.flush()
    assert b"".join(piece for piece, _ in found) == data
    for piece, partial in found:
        longest = max(len(line.removesuffix(b"\r")) for line in piece.split(b"\n"))
        assert longest <= lines.LINE_LIMIT
        assert not partial or b"\n" not in piece
    assert not found or not found[-1][1]  # a line that goes on, ends


@given(text=st.text(), cuts=CUTS)
@pytest.mark.usefixtures("short_lines")
def test_every_piece_of_a_text_is_a_text(text: str, cuts: list[int]):
    assembler = Assembler(Redactor())
    for chunk in split(text.encode(), cuts):
        for piece, _ in [*assembler.feed(chunk), *assembler.pause()]:
            piece.decode()


def test_a_prompt_is_shown_though_its_line_has_no_end():
    assembler = Assembler(Redactor())
    assert assembler.feed(b"a\nlogin: ") == [(b"a\n", False)]
    assert assembler.pending
    assert assembler.pause() == [(b"login: ", True)]
    assert not assembler.pending
    assert assembler.feed(b"ada\n") == [(b"ada\n", False)]


def test_a_pause_shows_no_half_of_anything():
    assembler = Assembler(Redactor())
    assembler.feed(b"10%\r")
    assert assembler.pause() == [(b"10%", True)]
    assert assembler.pause() == []
    assembler.feed("é".encode()[:1])
    assert assembler.pause() == [(b"\r", True)]
    assert assembler.feed("é".encode()[1:] + b"\n") == [("é\n".encode(), False)]


def test_a_line_that_was_shown_and_ends_without_a_newline_is_said_to_end():
    assembler = Assembler(Redactor())
    assembler.feed(b"bye")
    assert assembler.pause() == [(b"bye", True)]
    assert assembler.flush() == [(b"", False)]
    assert assembler.flush() == []


# What must be hidden.


@given(
    data=st.binary(max_size=40), cuts=CUTS, secret=st.sampled_from([b"abab", b"aabaa", b"abcab"])
)
@pytest.mark.usefixtures("short_lines")
def test_no_secret_survives_whatever_the_chunks(data: bytes, cuts: list[int], secret: bytes):
    redactor = Redactor([secret.decode(), "cabxyz"])
    data = secret + data + secret[:3] + secret
    chunks = split(data, cuts)
    pieces = pieces_of(*chunks, through=redactor)
    assert secret not in b"".join(piece for piece, _ in pieces)
    assert lines_of(*chunks, through=redactor) == lines_of(data, through=redactor)


@given(
    data=st.lists(st.sampled_from([b"a", b"b", b"c", b"cabxyz", b"abcab"]), max_size=30).map(
        b"".join
    ),
    cuts=CUTS,
)
def test_no_secret_survives_though_its_line_is_shown_as_it_comes(data: bytes, cuts: list[int]):
    assembler = Assembler(Redactor(["abcab", "cabxyz"]))
    pieces: list[Piece] = []
    for chunk in split(data, cuts):
        pieces += assembler.feed(chunk)
        pieces += assembler.pause()
    shown = b"".join(piece for piece, _ in [*pieces, *assembler.flush()])
    assert b"abcab" not in shown
    assert b"cabxyz" not in shown


def test_a_line_longer_than_can_be_held_shows_no_secret_either():
    secret = "correct horse battery staple"
    for back in range(len(secret) + 2):
        begin, end = b"x" * (lines.WHOLE_LIMIT - back), b"y" * 100
        chunks = begin, secret.encode() + end, end + b"\n"
        pieces = pieces_of(*chunks, through=Redactor([secret]))
        assert len(pieces) > lines.WHOLE_LIMIT // LINE_LIMIT
        assert b"".join(piece for piece, _ in pieces) == begin + b"[redacted]" + end + end + b"\n"


@pytest.mark.usefixtures("short_lines")
def test_a_secret_longer_than_what_can_be_held_is_hidden_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "WHOLE_LIMIT", 16)
    secret = bytes(range(ord("0"), ord("0") + 40))
    redactor = Redactor([secret.decode()])
    pieces = pieces_of(*split(secret + b"yy\n", list(range(40))), through=redactor)
    assert b"".join(piece for piece, _ in pieces) == b"[redacted]yy\n"


def test_what_a_pattern_may_match_waits_for_the_end_of_its_line():
    assembler = Assembler(Redactor(patterns=["token=[a-z]+"]))
    assert assembler.feed(b"token=ab") == []
    assert assembler.pause() == []
    assert assembler.feed(b"c\n") == [(b"[redacted]\n", False)]
