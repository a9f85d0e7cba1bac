"""Byte by byte what may stand between chunks, and exactly how much of it."""

import string

import pytest

from services.hmr.chunked import LINE, TRAILERS, Dechunker, chunk, last_chunk
from services.http11.head import BadHead

BYTES = [bytes([code]) for code in range(256)]
# What concerns one connection, frames the body, or had to be known before it (RFC 9110 6.5.1).
NO_TRAILERS = [
    *(b"authorization", b"connection", b"content-encoding", b"content-length", b"content-range"),
    *(b"content-type", b"cookie", b"host", b"keep-alive", b"proxy-authorization", b"set-cookie"),
    *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
]


def read(body):
    """All that is read of a body that comes at once."""
    reader = Dechunker()
    return reader.feed(body), reader


def refused(body):
    """The status that its sender is told, or None where it may go on."""
    try:
        read(body)
    except BadHead as bad:
        return bad.status
    return None


def admitted(spell):
    return b"".join(byte for byte in BYTES if refused(spell(byte)) is None)


def test_a_size_is_hexadecimal():
    digits = bytes(sorted(string.hexdigits.encode()))
    assert admitted(lambda byte: byte + b"\r\n") == digits
    assert read(b"1A\r\n" + b"x" * 26 + b"\r\n")[0] == b"x" * 26
    assert read(b"0000000000000a\r\n0123456789")[0] == b"0123456789"


def test_a_size_has_as_many_digits_as_no_computer_counts_wrong():
    assert refused(b"f" * 15 + b"\r\n") is None
    assert refused(b"f" * 16 + b"\r\n") == 400


def test_beside_a_size_there_may_be_text_after_a_semicolon():
    text = bytes([0x09, *range(0x20, 0x7F), *range(0x80, 0x100)])
    assert admitted(lambda byte: b"1;x%by\r\n" % byte) == text
    assert read(b"1;\r\na")[0] == b"a"
    for line in (
        b"1 \r\n",
        b"1 ;x\r\n",
        b"1\t;x\r\n",
        b"1x\r\n",
        b"1\x0b;x\r\n",
        b";x\r\n",
        b" 1\r\n",
    ):
        assert refused(line) == 400


def test_a_line_is_read_as_long_as_it_may_be():
    longest = b"1;" + b"x" * (LINE - 4) + b"\r\n"
    assert len(longest) == LINE
    assert read(longest + b"a")[0] == b"a"
    assert refused(longest.replace(b";", b";x")) == 400
    assert read(chunk(b"x" * LINE) + longest + b"a")[0] == b"x" * LINE + b"a"


def test_a_line_without_an_end_is_waited_for_as_long_as_it_may_be():
    assert refused(b"0" * LINE) is None
    assert refused(b"0" * (LINE + 1)) == 400
    assert read(b"3\r\nabc\r\n" + b"0" * LINE)[0] == b"abc"
    assert refused(b"3\r\nabc\r\n" + b"0" * (LINE + 1)) == 400


def test_a_line_that_is_none_is_known_as_soon_as_it_ends():
    assert refused(b"x") is None
    assert refused(b"x\n") == 400
    assert refused(b"3\r\nabc\r\nx\n") == 400


def test_after_a_chunk_there_is_a_line_end():
    for start in (b"3\r\nabc", b"3\r\nabc\r", b"3\r\nabc\r\n"):
        assert refused(start) is None
    for start in (b"3\r\nabcd", b"3\r\nabc\n", b"3\r\nabc\rx", b"3\r\nabcx\r\n"):
        assert refused(start) == 400


def test_trailers_are_as_long_as_they_may_be():
    longest = b"X: " + b"y" * (TRAILERS - 3)
    assert read(b"0\r\n" + longest + b"\r\n\r\n")[1].trailers == [(b"x", longest[3:])]
    assert refused(b"0\r\n" + longest + b"y\r\n\r\n") == 431


def test_trailers_are_as_long_as_they_are_however_much_came_before_and_comes_after():
    blank, after = b"\r\n\r\n" * TRAILERS, b"x" * TRAILERS
    data, reader = read(chunk(blank) + b"0\r\nA: 1\r\n\r\n" + after)
    assert (data, reader.trailers, reader.rest) == (blank, [(b"a", b"1")], after)


def test_trailers_without_an_end_are_waited_for_as_long_as_they_may_be():
    assert refused(b"0\r\n" + b"x" * (TRAILERS + 4)) is None
    assert refused(b"0\r\n" + b"x" * (TRAILERS + 5)) == 431


def test_what_comes_after_trailers_and_after_none_is_kept():
    for body, trailers in ((b"0\r\n\r\n", []), (b"0\r\nA: 1\r\nB: 2\r\n\r\n", [b"1", b"2"])):
        data, reader = read(body + b"GET")
        assert (data, reader.rest, reader.done) == (b"", b"GET", True)
        assert [value for _, value in reader.trailers] == trailers
        assert read(body[:-1])[1].done is False


@pytest.mark.parametrize("name", NO_TRAILERS)
def test_a_trailer_that_would_come_too_late_is_dropped(name):
    body = b"0\r\nA: 1\r\n%b: x\r\nB: 2\r\n\r\n" % name.title()
    assert read(body)[1].trailers == [(b"a", b"1"), (b"b", b"2")]


def test_chunks_are_written_as_they_are_read():
    assert chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
    assert chunk(b"") == b""
    assert last_chunk([]) == b"0\r\n\r\n"
    assert last_chunk([(b"a", b"1"), (b"b", b"2")]) == b"0\r\na: 1\r\nb: 2\r\n\r\n"
