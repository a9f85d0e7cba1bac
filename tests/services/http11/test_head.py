"""Heads, beside h11: whatever is accepted here means the same there, and never the other way."""

from contextlib import suppress

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.http11.head import (
    CHUNKED,
    FIELDS,
    TARGET,
    UNTIL_CLOSE,
    BadHead,
    is_hopeless,
    read_request,
    read_response,
)

LINE = b"GET / HTTP/1.1\r\n"
HOST = b"Host: a.localhost:4321\r\n"

# How requests have been smuggled past others, and what else no head may be.
REFUSED = [
    (LINE + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (LINE + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: 3, 3\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: +3\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: -3\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: 0x3\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: 3 3\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: 1_0\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: \r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: " + b"9" * 19 + b"\r\n\r\n", 400),
    (LINE + HOST + b"Content-Length: \xb2\r\n\r\n", 400),
    (LINE + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    (LINE + HOST + b"Transfer-Encoding: chunked, chunked\r\n\r\n", 501),
    (LINE + HOST + b"Transfer-Encoding: xchunked\r\n\r\n", 501),
    (LINE + HOST + b"Transfer-Encoding: identity\r\n\r\n", 501),
    (LINE + HOST + b"Transfer-Encoding: \x0bchunked\r\n\r\n", 400),
    (LINE + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", 400),
    (LINE + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (LINE + HOST + b"Transfer-Encoding : chunked\r\n\r\n", 400),
    (LINE + HOST + b"Transfer-Encoding\t: chunked\r\n\r\n", 400),
    (LINE + HOST + b"Transfer-Encoding:\r\n chunked\r\n\r\n", 400),
    (LINE + HOST + b" Transfer-Encoding: chunked\r\n\r\n", 400),
    (LINE + b" X: y\r\n" + HOST + b"\r\n", 400),
    (LINE + HOST + b"X: a\r\n\tb\r\n\r\n", 400),
    (LINE + HOST + b"X: a\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (LINE + HOST + b"X: a\rTransfer-Encoding: chunked\r\n\r\n", 400),
    (LINE + HOST + b"X: a\x00b\r\n\r\n", 400),
    (LINE + HOST + b"X: a\x01b\r\n\r\n", 400),
    (LINE + HOST + b"X: a\x7fb\r\n\r\n", 400),
    (LINE + HOST + b"X\x00: a\r\n\r\n", 400),
    (LINE + HOST + b"X\xe9: a\r\n\r\n", 400),
    (LINE + HOST + b": a\r\n\r\n", 400),
    (LINE + HOST + b"X\r\n\r\n", 400),
    (LINE + HOST.replace(b"\r\n", b"\n") + b"\r\n", 400),
    (LINE + b"\r\n", 400),
    (LINE + HOST + HOST + b"\r\n", 400),
    (LINE + HOST + b"Host: b.localhost\r\n\r\n", 400),
    (LINE + b"Host: a@b\r\n\r\n", 400),
    (LINE + b"Host: a/b\r\n\r\n", 400),
    (LINE + b"Host: a, b\r\n\r\n", 400),
    (LINE + b"Host: a b\r\n\r\n", 400),
    (b"\r\n" + LINE + HOST + b"\r\n", 400),
    (b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n", 400),
    (b"GET\t/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET / /x HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET /\x80 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"G(T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET /\r\n" + HOST + b"\r\n", 400),
    (b"GET / http/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET / HTTP/1.1\n" + HOST + b"\r\n", 400),
    (b"GET x HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET ?x HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET http://elsewhere.test/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET http://x@a.localhost:4321/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET ftp://a.localhost:4321/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"CONNECT a.localhost:4321 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"CONNECT http://a.localhost:4321/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"CONNECT / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    (b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", 505),
    (b"GET / HTTP/0.9\r\n" + HOST + b"\r\n", 505),
    (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"GET /" + b"x" * TARGET + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    (LINE + HOST + b"X: y\r\n" * FIELDS + b"\r\n", 431),
]

BAD_ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n",
    b"HTTP/1.1 200 OK\nX: a\r\n\r\n",
    b"HTTP/1.1 200 O\x00K\r\n\r\n",
    b"HTTP/1.1 20 OK\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/1.1 600 OK\r\n\r\n",
    b"HTTP/1.1 099 OK\r\n\r\n",
    b"HTTP/2.0 200 OK\r\n\r\n",
    b"ICY 200 OK\r\n\r\n",
]


def framing(headers):
    """How h11 would read the body: its length, or `CHUNKED`."""
    given = dict(headers)
    if given.get(b"transfer-encoding") == b"chunked":
        return CHUNKED
    return int(given.get(b"content-length", b"0"))


def check_request(data):
    """Read it here, and there if it was accepted; both must agree. None where it is refused."""
    try:
        head = read_request(data)
    except BadHead:
        return None
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=2**20)
    connection.receive_data(data)
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    assert event.method == head.method
    if event.target.startswith(b"/"):
        assert event.target == head.target
    assert [(name, value) for name, value in event.headers if name != b"transfer-encoding"] == [
        field for field in head.headers if field[0] != b"transfer-encoding"
    ]
    assert framing(event.headers) == head.length
    assert (event.http_version == b"1.1") is head.modern
    if head.keeps:
        connection.send(h11.Response(status_code=204, headers=[]))
        connection.send(h11.EndOfMessage())
        if head.modern:
            assert connection.our_state is h11.DONE
    return head


def check_response(data, method=b"GET"):
    try:
        head = read_response(data, method)
    except BadHead:
        return None
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=2**20)
    connection.send(h11.Request(method=method, target="/", headers=[("host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    event = connection.next_event()
    assert event.status_code == head.status
    assert bytes(event.reason) == head.reason
    given = dict(event.headers)
    if head.status < 200 or head.status in (204, 304) or method == b"HEAD":
        assert head.length == 0
    elif given.get(b"transfer-encoding") == b"chunked":
        assert head.length == CHUNKED
    else:
        assert head.length == int(given.get(b"content-length", UNTIL_CLOSE))
    return head


@pytest.mark.parametrize(("data", "status"), REFUSED)
def test_what_could_be_read_in_two_ways_is_not_read(data, status):
    with pytest.raises(BadHead) as refused:
        read_request(data)
    assert refused.value.status == status
    assert str(refused.value).startswith("cannot read this: ")


@pytest.mark.parametrize("data", BAD_ANSWERS)
def test_an_answer_that_could_be_read_in_two_ways_is_not_read(data):
    with pytest.raises(BadHead) as refused:
        read_response(data, b"GET")
    assert refused.value.status == 502


token = st.text("!#$%&'*+-.^_`|~09AZaz", min_size=1, max_size=8).map(str.encode)
value = st.binary(max_size=12) | st.sampled_from([b"chunked", b"close", b"keep-alive", b"3", b"03"])
name = token | st.sampled_from(
    [b"Host", b"Content-Length", b"Transfer-Encoding", b"Connection", b"content-length", b"X"]
)
colon = st.sampled_from([b": ", b":", b" : ", b":\t ", b": \x0b"])
ending = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b"\r\n ", b" \r\n", b"\r\r\n"])
field = st.tuples(name, colon, value, ending).map(b"".join)
target = st.sampled_from([b"/", b"/a?b", b"*", b"http://h/x", b"h:1", b"/\xff", b"/ ", b"//h"])
version = st.sampled_from([b"HTTP/1.1"] * 6 + [b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"http/1.1"])
method = st.sampled_from([b"GET", b"POST", b"OPTIONS", b"CONNECT"]) | token
request = st.tuples(
    method, st.just(b" "), target, st.just(b" "), version, ending, st.lists(field, max_size=5)
).map(lambda parts: b"".join([*parts[:-1], b"Host: h\r\n", *parts[-1]]) + b"\r\n")
answer = st.tuples(
    st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.1 "]),
    st.sampled_from(
        [b" 200 OK", b" 204 ", b" 304", b" 100 Continue", b" 999 X", b" 2x0", b" 500 \xff"]
    ),
    ending,
    st.lists(field, max_size=4),
).map(lambda parts: b"".join([*parts[:-1], *parts[-1]]) + b"\r\n")


@given(request)
def test_whatever_request_is_accepted_means_the_same_to_h11(data):
    check_request(data)


@given(answer, st.sampled_from([b"GET", b"HEAD", b"POST"]))
def test_whatever_answer_is_accepted_means_the_same_to_h11(data, method):
    check_response(data, method)


@given(st.binary(max_size=80).map(lambda noise: noise + b"\r\n\r\n"))
@example(b"GET / HTTP/1.1\r\nhost:a\r\n\r\n")
def test_noise_is_refused_or_means_the_same_to_h11(data):
    check_request(data)
    with suppress(BadHead):
        read_response(data, b"GET")


@pytest.mark.parametrize(
    "data",
    [
        LINE + HOST + b"\r\n",
        LINE + b"hOST:[::1]:80\r\nX:\r\nY: \t a  b\t \r\nZ: \xe9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 007\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_right_is_accepted_by_both(data):
    assert check_request(data) is not None


def test_a_question_about_the_server_as_a_whole_has_no_path():
    assert read_request(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").target == b"*"


def test_a_target_that_names_this_very_host_is_that_path():
    assert read_request(b"GET http://A/x?y HTTP/1.1\r\nHost: a\r\n\r\n").target == b"/x?y"
    assert read_request(b"GET http://a/x HTTP/1.1\r\nHost: A\r\n\r\n").target == b"/x"
    assert read_request(b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").target == b"/"
    assert read_request(b"GET http://a?y HTTP/1.1\r\nHost: a\r\n\r\n").target == b"/?y"


@pytest.mark.parametrize(
    ("version", "connection", "keeps"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: x, Close\r\n", False),
        (b"1.1", b"Connection: x\r\nConnection: close\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", True),
        (b"1.0", b"Connection: keep-alive, close\r\n", False),
    ],
)
def test_a_connection_is_kept_as_its_client_says(version, connection, keeps):
    data = b"GET / HTTP/%b\r\nHost: a\r\n%b\r\n" % (version, connection)
    assert read_request(data).keeps is keeps


@pytest.mark.parametrize(
    "start", [b"\x16\x03\x01", b"\r\n", b" GET", b"GET / HTTP/1.1\nHost", b"a\rb"]
)
def test_what_can_be_no_head_any_more_is_known_before_its_end(start):
    assert is_hopeless(start)


@pytest.mark.parametrize("start", [b"G", b"GET / HTTP/1.1\r", b"GET / HTTP/1.1\r\nHos", b""])
def test_what_may_yet_become_a_head_is_waited_for(start):
    assert not is_hopeless(start)


def test_a_long_line_without_a_colon_takes_no_longer_than_any_other():
    with pytest.raises(BadHead):
        read_request(LINE + HOST + b"x" * 1_000_000 + b"\r\n\r\n")
