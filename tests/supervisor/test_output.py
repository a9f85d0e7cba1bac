from __future__ import annotations

import itertools

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from supervisor import output
from supervisor.output import LINE_LIMIT, Assembler, Line, Output

CHARACTERS = [b"a", b"\n", b"\r", b"\r\n", b"\xff", b"\xe2", b"\x80", "é".encode(), "💐".encode()]
BYTES = st.binary() | st.lists(st.sampled_from(CHARACTERS), max_size=60).map(b"".join)


def lines_of(*chunks: bytes) -> list[tuple[str, bool]]:
    assembler = Assembler()
    found = [line for chunk in chunks for line in assembler.feed(chunk)]
    return found + assembler.flush()


@pytest.fixture
def short_lines(monkeypatch: pytest.MonkeyPatch) -> int:
    """Lines are cut after a few bytes, so that a generated one is long enough."""
    monkeypatch.setattr(output, "LINE_LIMIT", 8)
    return 8


def test_a_line_ends_with_its_newline():
    assert lines_of(b"a\nb\n\nc") == [("a", False), ("b", False), ("", False), ("c", False)]
    assert lines_of(b"") == []
    assert lines_of(b"\n") == [("", False)]


def test_a_carriage_return_before_the_newline_belongs_to_it():
    assert lines_of(b"a\r\nb\r", b"\nc\rd\r") == [("a", False), ("b", False), ("c\rd", False)]


def test_what_is_no_utf_8_is_shown_as_what_it_is():
    assert lines_of(b"caf\xe9\n") == [("caf\\xe9", False)]


def test_a_line_as_long_as_can_be_is_whole():
    assert lines_of(b"x" * LINE_LIMIT + b"\n") == [("x" * LINE_LIMIT, False)]
    assert lines_of(b"x" * LINE_LIMIT + b"\r", b"\n") == [("x" * LINE_LIMIT, False)]


def test_a_longer_one_goes_on_in_the_next_record():
    text = "x" * LINE_LIMIT
    assert lines_of(text.encode() * 2 + b"y\nz\n") == [
        (text, True),
        (text, True),
        ("y", False),
        ("z", False),
    ]


def test_a_line_without_an_end_is_told_as_it_grows():
    assembler = Assembler()
    assert assembler.feed(b"x" * LINE_LIMIT) == []
    assert assembler.feed(b"y") == [("x" * LINE_LIMIT, True)]


def test_a_character_is_never_cut_in_two(short_lines: int):
    assert lines_of("aaaaaaa💐💐\n".encode()) == [("aaaaaaa", True), ("💐💐", False)]


@given(data=BYTES, cuts=st.lists(st.integers(0, 80), max_size=8))
@pytest.mark.usefixtures("short_lines")
def test_the_lines_are_the_same_whatever_the_chunks(data: bytes, cuts: list[int]):
    borders = sorted({0, *cuts, len(data)})
    chunks = [data[a:b] for a, b in itertools.pairwise(borders)]
    assert lines_of(*chunks) == lines_of(data) == lines_of(*(bytes([byte]) for byte in data))


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
@pytest.mark.usefixtures("short_lines")
def test_no_text_is_lost_or_changed(text: str):
    found = lines_of(text.encode())
    joined = "".join(line if partial else line + "\n" for line, partial in found)
    assert joined == (text if text.endswith("\n") or not text else text + "\n")
    assert all(len(line.encode()) <= 8 for line, _ in found)


def feeding(chunks: list[bytes]) -> trio.abc.ReceiveStream:
    stream = trio.testing.MemoryReceiveStream()
    for chunk in chunks:
        stream.put_data(chunk)
    stream.put_eof()
    return stream


async def test_every_line_is_numbered_and_told():
    told: list[Line] = []
    it = Output(told.append)
    await it.drain(feeding([b"a\nb"]), "s", 7, "stdout")
    await it.drain(feeding([b"c\n"]), "s", 8, "stderr")
    await it.drain(feeding([b"d\n"]), "other", 9, "stdout")
    seen = [(line.service, line.stream, line.pid, line.sequence, line.text) for line in told]
    assert seen == [
        ("s", "stdout", 7, 1, "a"),
        ("s", "stdout", 7, 2, "b"),
        ("s", "stderr", 8, 3, "c"),
        ("other", "stdout", 9, 1, "d"),
    ]


async def test_the_last_lines_are_kept():
    it = Output(lambda line: None, keep=3)
    await it.drain(feeding([b"1\n2\n3\n4\n5\n"]), "s", 1, "stdout")
    assert [line.text for line in it.tail("s")] == ["3", "4", "5"]
    assert it.tail("nobody") == ()
    it.forget("s")
    assert it.tail("s") == ()


async def test_a_reader_that_is_cancelled_loses_nothing_that_it_read():
    told: list[Line] = []
    it = Output(told.append)
    send, receive = trio.testing.memory_stream_one_way_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.drain, receive, "s", 1, "stdout")
        await send.send_all(b"whole\nhalf")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [line.text for line in told] == ["whole", "half"]


async def test_a_follower_sees_lines_from_now_on():
    it = Output(lambda line: None)
    await it.drain(feeding([b"before\n"]), "s", 1, "stdout")
    with it.follow("s") as lines, it.follow("s") as others:
        await it.drain(feeding([b"after\n"]), "s", 1, "stdout")
        assert (await lines.receive()).text == "after"
        assert (await others.receive()).text == "after"
    await it.drain(feeding([b"nobody follows\n"]), "s", 1, "stdout")


async def test_a_follower_that_falls_behind_sees_by_the_numbers_that_it_missed_some():
    it = Output(lambda line: None)
    with it.follow("s", capacity=1) as lines:
        await it.drain(feeding([b"1\n2\n3\n"]), "s", 1, "stdout")
        assert (await lines.receive()).sequence == 1
        await it.drain(feeding([b"4\n"]), "s", 1, "stdout")
        assert (await lines.receive()).sequence == 4
