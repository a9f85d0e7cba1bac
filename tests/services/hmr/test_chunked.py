"""Chunks, beside h11: the same data from every body that is accepted, however it is cut up."""

from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.hmr.chunked import LINE, TRAILERS, Dechunker, chunk, last_chunk
from services.http11.head import FIELDS, BadHead

BODY = b'3\r\nabc\r\n0A;x="y"\r\n0123456789\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\nGET /'

REFUSED = [
    b"\r\n",
    b"x\r\n",
    b" 3\r\nabc\r\n0\r\n\r\n",
    b"3 \r\nabc\r\n0\r\n\r\n",
    b"3 ;x=y\r\nabc\r\n0\r\n\r\n",
    b"+3\r\nabc\r\n0\r\n\r\n",
    b"-3\r\nabc\r\n0\r\n\r\n",
    b"0x3\r\nabc\r\n0\r\n\r\n",
    b"1_0\r\nabc\r\n0\r\n\r\n",
    b"3\nabc\r\n0\r\n\r\n",
    b"3\rabc\r\n0\r\n\r\n",
    b"3\r\nabcd\r\n0\r\n\r\n",
    b"3\r\nabc\n0\r\n\r\n",
    b"3\r\nabc\r0\r\n\r\n",
    b"3\r\nabc0\r\n\r\n",
    b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    b"3;a\x00b\r\nabc\r\n0\r\n\r\n",
    b"3;" + b"x" * LINE + b"\r\nabc\r\n0\r\n\r\n",
    b"0" * (LINE + 1),
    b"f" * 16 + b"\r\n",
    b"0\r\nX : y\r\n\r\n",
    b"0\r\n X: y\r\n\r\n",
    b"0\r\nX: a\r\n b\r\n\r\n",
    b"0\r\nX: a\nY: b\r\n\r\n",
    b"0\r\nX: " + b"y" * TRAILERS + b"\r\n\r\n",
    b"0\r\n" + b"X: y\r\n" * (FIELDS + 1) + b"\r\n",
]


def read(pieces):
    """The data, what came after, and the trailers; None where the body is refused."""
    body, data, rest = Dechunker(), b"", b""
    try:
        for piece in pieces:
            if body.done:
                rest += piece
            else:
                data += body.feed(piece)
    except BadHead:
        return None
    return (data, body.rest + rest, body.trailers) if body.done else "unfinished"


def read_by_h11(body):
    connection = h11.Connection(h11.SERVER)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.receive_data(head + body)
    data = b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Data):
            data += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return data, connection.trailing_data[0], list(event.headers)
        elif event is h11.NEED_DATA:
            return "unfinished"


def cut(data, places):
    marks = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(marks)]


@pytest.mark.parametrize("body", REFUSED)
def test_what_could_be_read_in_two_ways_is_not_read(body):
    assert read([body]) is None
    assert read([body[at : at + 1] for at in range(len(body))]) is None


def test_the_data_the_trailers_and_what_comes_after_are_told_apart():
    assert read([BODY]) == (b"abc0123456789", b"GET /", [(b"x", b"y")])


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n"])
@pytest.mark.parametrize(
    "after", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\r\n", b"X: y\r\n\r\n0\r\n\r\n"]
)
def test_nothing_of_what_comes_after_a_body_is_taken_for_its_trailers(end, after):
    body = b"3\r\nabc\r\n" + end
    for pieces in ([body + after], [body[:-1], body[-1:] + after]):
        assert read(pieces)[:2] == (b"abc", after)


line = st.sampled_from(
    [b"3\r\n", b"03;q\r\n", b"0\r\n", b"3 \r\n", b"3\n", b"4\r\n", b"\r\n", b"g\r\n"]
)
piece = line | st.sampled_from([b"abc", b"abc\r\n", b"X: y\r\n", b"abcd\r\n", b"\n", b"\r"])
bodies = st.lists(piece, max_size=8).map(b"".join) | st.binary(max_size=30)


@given(bodies)
def test_whatever_is_accepted_is_the_same_to_h11(body):
    found = read([body])
    if found is None:
        return
    theirs = read_by_h11(body)
    if found == "unfinished":
        assert theirs == "unfinished"
    else:
        assert found == theirs


@given(bodies | st.just(BODY), st.lists(st.integers(0, 200), max_size=6))
def test_how_a_body_is_cut_up_changes_nothing(body, places):
    assert read(cut(body, places)) == read([body])


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(0, 500), max_size=6))
def test_what_is_written_is_read_again(pieces, places):
    body = b"".join(map(chunk, pieces)) + last_chunk([(b"x", b"y")])
    assert read(cut(body, places)) == (b"".join(pieces), b"", [(b"x", b"y")])
    assert read_by_h11(body) == (b"".join(pieces), b"", [(b"x", b"y")])
