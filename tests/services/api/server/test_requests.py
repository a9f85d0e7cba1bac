"""Requests out of bytes, beside h11: the same ones, however the bytes come."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.server.patience import Patience
from services.api.server.requests import Beyond, Requests
from services.http11.head import BadHead
from tests.services.api.server.serving import request

requests = st.lists(
    st.builds(
        request,
        st.sampled_from(["/", "/a?b=c", "/%20"]),
        st.sampled_from(["GET", "POST", "HEAD"]),
        st.binary(max_size=40) | st.just(b"GET / HTTP/1.1\r\n\r\n"),
        x=st.sampled_from(["1", "2"]),
    ),
    min_size=1,
    max_size=5,
)


def as_h11_has_it(data):
    """Method, target, headers and body of each."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    found = []
    while True:
        match connection.next_event():
            case h11.Request() as event:
                found.append([event.method, event.target, list(event.headers), b""])
            case h11.Data() as event:
                found[-1][3] += bytes(event.data)
            case h11.EndOfMessage():
                connection.send(h11.Response(status_code=204, headers=[]))
                connection.send(h11.EndOfMessage())
                connection.start_next_cycle()
            case _:
                return found


@given(requests, st.lists(st.integers(1, 60), max_size=30))
def test_the_same_requests_come_out_however_they_came_in(asked, sizes):
    data, found = b"".join(asked), []
    taken = Requests(Patience())
    at = 0
    for size in [*sizes, len(data)]:
        taken.buffer += data[at : at + size]
        at += size
        while (one := taken.take()) is not None:
            head = one.head
            found.append([head.method, head.target, head.headers, one.body])
    assert found == as_h11_has_it(data)
    assert not taken.waiting


def test_a_head_that_only_begins_as_the_last_one_is_read_anew():
    taken = Requests(Patience())
    taken.buffer += request("/1", x="1") + request("/2", x="2") + request("/3", x="2", y="3")
    heads = [taken.take().head for _ in range(3)]
    assert [head.given.get(b"x") for head in heads] == [b"1", b"2", b"2"]
    assert [head.given.get(b"y") for head in heads] == [None, None, b"3"]


@pytest.mark.parametrize(
    "asked",
    [
        request("/", "POST", transfer_encoding="chunked"),
        request("/", "POST", b"x" * 11),
        request("/", "POST", b"x", expect="100-continue"),
    ],
)
def test_what_is_beyond_stays_where_it_is(asked):
    taken = Requests(Patience(longest_body=10))
    taken.buffer += request("/before") + asked
    assert taken.take().head.target == b"/before"
    with pytest.raises(Beyond):
        taken.take()
    assert taken.buffer == asked


def test_an_expectation_without_a_body_is_none():
    taken = Requests(Patience())
    taken.buffer += request(expect="100-continue")
    assert taken.take() is not None


@pytest.mark.parametrize("size", [100, 101])
def test_a_head_may_be_so_long(size):
    head = request(x="").replace(b"x: ", b"x: " + b"y" * (size - len(request(x=""))))
    assert len(head) == size
    taken = Requests(Patience(longest_head=100))
    taken.buffer += head
    if size == 100:
        assert taken.take() is not None
    else:
        with pytest.raises(BadHead) as refused:
            taken.take()
        assert refused.value.status == 431


def test_a_head_that_does_not_end_is_refused_when_it_is_too_long():
    taken = Requests(Patience(longest_head=100))
    taken.buffer += request(x="y" * 80)[:-2]
    with pytest.raises(BadHead):
        taken.take()
