"""Byte by byte what a head may hold: the sets of RFC 9110 and 9112, written down once more."""

import string

import pytest

from services.http11.head import (
    CHUNKED,
    FIELDS,
    TARGET,
    UNTIL_CLOSE,
    BadHead,
    is_hopeless,
    read_fields,
    read_request,
    read_response,
)

# Every one, in order.
BYTES = [bytes([code]) for code in range(256)]
ALPHANUMERIC = (string.ascii_letters + string.digits).encode()
TOKEN = ALPHANUMERIC + b"!#$%&'*+-.^_`|~"
VISIBLE = bytes(range(0x21, 0x7F))
FIELD_VALUE = VISIBLE + b" \t" + bytes(range(0x80, 0x100))
REG_NAME = ALPHANUMERIC + b"-._~" + b"!$&'()*+,;=" + b"%"


def request(*fields, line=b"GET / HTTP/1.1", host=b"h"):
    return b"\r\n".join([line, b"Host: " + host, *fields, b"", b""])


def refused(data, read=read_request):
    """The status that its sender is told, or None where it is read."""
    try:
        read(data)
    except BadHead as bad:
        return bad.status
    return None


def answer(start, *fields, method=b"GET"):
    return read_response(b"\r\n".join([start, *fields, b"", b""]), method)


def admitted(spell, read=read_request):
    """The bytes with which what is spelt is read."""
    return b"".join(byte for byte in BYTES if refused(spell(byte), read) is None)


def sorted_bytes(given):
    return bytes(sorted(given))


def test_a_method_is_a_token():
    assert admitted(lambda byte: request(line=b"X%b / HTTP/1.1" % byte)) == sorted_bytes(TOKEN)
    assert refused(request(line=b" / HTTP/1.1")) == 400


def test_a_target_has_visible_characters_only():
    assert admitted(lambda byte: request(line=b"GET /%b HTTP/1.1" % byte)) == VISIBLE
    assert read_request(request(line=b"GET /a#b?c HTTP/1.1")).target == b"/a#b?c"


def test_a_name_is_a_token():
    named = admitted(lambda byte: request(b"%bX: y" % byte))
    assert named == sorted_bytes(TOKEN)
    assert refused(request(b": y")) == 400


def test_a_value_has_no_control_character_but_tabs():
    assert admitted(lambda byte: request(b"X: y%bz" % byte)) == sorted_bytes(FIELD_VALUE)


def test_a_reason_has_what_a_value_has():
    assert admitted(lambda byte: b"HTTP/1.1 200 y%bz" % byte, answer) == sorted_bytes(FIELD_VALUE)


def test_a_host_is_a_name_an_ipv4_address_or_an_ipv6_one_in_brackets():
    assert admitted(lambda byte: request(host=b"a%bb" % byte)) == sorted_bytes(REG_NAME)
    within = admitted(lambda byte: request(host=b"[:%b:]" % byte))
    assert within == sorted_bytes(string.hexdigits.encode() + b":.")
    for host in (
        b"",
        b"h:",
        b"h:1",
        b"h:65535",
        b"[::1]",
        b"[::ffff:10.0.0.1]:80",
        b"127.0.0.1:80",
    ):
        assert refused(request(host=host)) is None
    for host in (
        b"h:123456",
        b"h:a",
        b":80",
        b"[]",
        b"[::1",
        b"::1",
        b"[::1]x",
        b"[::1]]",
        b"h:1:2",
    ):
        assert refused(request(host=host)) == 400


def test_without_a_host_only_the_old_version_is_read():
    assert refused(b"GET / HTTP/1.1\r\n\r\n") == 400
    assert read_request(b"GET / HTTP/1.0\r\n\r\n").given == {}


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET / HTTP/1.1", None),
        (b"GET / HTTP/1.0", None),
        (b"GET / HTTP/1x1", 400),
        (b"GET / HTTP/11", 400),
        (b"GET / HTTP/1.", 400),
        (b"GET / HTTP/.1", 400),
        (b"GET / HTTP/1.11", 400),
        (b"GET / HTTP/x.1", 400),
        (b"GET / HTTP/1.x", 400),
        (b"GET  HTTP/1.1", 400),
        (b"GET/ HTTP/1.1", 400),
        (b"GET /HTTP/1.1", 400),
        (b"GET / HTTP/1.2", 505),
        (b"GET / HTTP/1.9", 505),
        (b"GET / HTTP/2.1", 505),
        (b"GET / HTTP/0.1", 505),
    ],
)
def test_the_first_line_is_three_words_the_last_a_version_that_is_known(line, status):
    assert refused(request(line=line)) == status


def test_what_is_read_of_a_request_is_all_there():
    head = read_request(request(b"X-One:\t a  b \t", b"x-two:", b"Content-Length: 12"))
    assert (head.method, head.target, head.modern, head.length) == (b"GET", b"/", True, 12)
    fields = [(b"host", b"h"), (b"x-one", b"a  b"), (b"x-two", b""), (b"content-length", b"12")]
    assert head.headers == fields
    assert head.given == dict(fields)
    assert read_request(request(b"A: 1", b"A: 2")).given[b"a"] == b"2"


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@pytest.mark.parametrize("option", [b"keep-alive", b"close"])
def test_of_what_is_alike_all_is_taken_over_but_the_method_and_the_target(version, option):
    def asked(line):
        fields = (b"Connection: " + option, b"Content-Length: 3")
        return request(*fields, line=b"%b HTTP/%b" % (line, version))

    first = read_request(asked(b"PUT /a"))
    again = read_request(asked(b"POST http://h/b"), first)
    assert again == read_request(asked(b"POST http://h/b"))
    assert (again.headers is first.headers, again.given is first.given) == (True, True)


def test_as_many_fields_are_read_as_there_may_be_and_a_target_as_long_as_it_may_be():
    assert len(read_request(request(*[b"X: y"] * (FIELDS - 1))).headers) == FIELDS
    assert refused(request(*[b"X: y"] * FIELDS)) == 431
    target = b"/" + b"x" * (TARGET - 1)
    assert read_request(request(line=b"GET %b HTTP/1.1" % target)).target == target
    assert refused(request(line=b"GET %bx HTTP/1.1" % target)) == 414


@pytest.mark.parametrize("digits", [b"0", b"1", b"007", b"9" * 18])
def test_a_length_is_digits_that_no_computer_takes_for_another_number(digits):
    assert read_request(request(b"Content-Length: " + digits)).length == int(digits)
    assert answer(b"HTTP/1.1 200 OK", b"Content-Length: " + digits).length == int(digits)


def test_of_an_absolute_target_the_path_and_the_query_are_left():
    for start in (b"http://h", b"https://h", b"HTTP://H", b"HttpS://h"):
        assert read_request(request(line=b"GET %b/a?b HTTP/1.1" % start)).target == b"/a?b"
    ported = request(line=b"GET http://h:80/ HTTP/1.1", host=b"h:80")
    assert read_request(ported).target == b"/"
    for target in (
        *(b"http:///a", b"http://?a", b"http://", b"http:/h/a", b"httpss://h/a", b"htp://h/a"),
        *(b"http://h/a#b", b"http://h#b", b"http://u@h/a", b"xhttp://h/a", b"http://h:80/a"),
    ):
        assert refused(request(line=b"GET %b HTTP/1.1" % target)) == 400
    assert refused(b"GET http://h/a HTTP/1.0\r\n\r\n") == 400


def test_every_status_that_there_may_be_is_read_and_no_other():
    for status in range(1000):
        line = b"HTTP/1.1 %03d X" % status
        if 100 <= status <= 599:
            assert answer(line).status == status
        else:
            assert refused(line, answer) == 502


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b"", b""), (b" ", b""), (b" OK", b"OK"), (b"  O K ", b" O K "), (b" \xe9", b"\xe9")],
)
def test_a_reason_may_be_missing(line, reason):
    assert answer(b"HTTP/1.1 200" + line).reason == reason


@pytest.mark.parametrize(
    "line",
    [
        *(b"HTTP/1x1 200 OK", b"HTTP/1.2 200 OK", b"HTTP/1.1 2x0 OK", b"HTTP/1.1 20x OK"),
        *(b"HTTP/1.1  200 OK", b"HTTP/1.1 200OK", b"xHTTP/1.1 200 OK", b"HTTP/1.1"),
    ],
)
def test_what_is_no_first_line_of_an_answer_is_not_read(line):
    assert refused(line, answer) == 502


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
@pytest.mark.parametrize(
    "status", [100, 101, 103, 199, 200, 203, 204, 205, 206, 303, 304, 305, 404]
)
def test_some_answers_have_no_body_whatever_they_say_of_its_length(method, status):
    none = method == b"HEAD" or status < 200 or status in (204, 304)
    line = b"HTTP/1.1 %d X" % status
    assert answer(line, method=method).length == (0 if none else UNTIL_CLOSE)
    counted = answer(line, b"Content-Length: 7", method=method)
    assert counted.length == (0 if none else 7)
    chunked = answer(line, b"Transfer-Encoding: CHUNKED", method=method)
    assert chunked.length == (0 if none else CHUNKED)


@pytest.mark.parametrize(
    ("version", "fields", "keeps"),
    [
        (b"1.1", (), True),
        (b"1.1", (b"Connection: x",), True),
        (b"1.1", (b"Connection: x,\tClose ",), False),
        (b"1.1", (b"X: close", b"Connection: x"), True),
        (b"1.0", (), False),
        (b"1.0", (b"Connection: x",), False),
        (b"1.0", (b"Connection: Keep-Alive",), True),
        (b"1.0", (b"Connection: keep-alive", b"Connection: close"), False),
        (b"1.0", (b"X: keep-alive",), False),
    ],
)
def test_a_connection_is_kept_as_either_side_says(version, fields, keeps):
    assert answer(b"HTTP/%b 200 OK" % version, *fields).keeps is keeps
    assert read_request(request(*fields, line=b"GET / HTTP/" + version)).keeps is keeps


def test_an_answer_may_say_twice_what_is_no_framing():
    said = (b"Host: a", b"Host: b", b"Set-Cookie: a", b"Set-Cookie: b")
    assert b"".join(value for _, value in answer(b"HTTP/1.1 200 OK", *said).headers) == b"abab"
    for name in (b"Content-Length: 3", b"Transfer-Encoding: chunked"):
        with pytest.raises(BadHead, match="twice"):
            answer(b"HTTP/1.1 200 OK", name, name)


def test_trailers_are_lines_of_fields_and_nothing_else():
    assert read_fields(b"") == []
    assert read_fields(b"A: 1\r\nb:2\r\n") == [(b"a", b"1"), (b"b", b"2")]
    for block in (b"A: 1", b"A\r\n", b"A: 1\r\n\r\n", b"\r\nA: 1\r\n", b"A : 1\r\n"):
        assert refused(block, read_fields) == 400
    assert refused(b"A: 1\r\n" * (FIELDS + 1), read_fields) == 400


def test_the_first_byte_alone_may_show_that_there_will_be_no_head():
    hopeful = b"".join(byte for byte in BYTES if not is_hopeless(byte))
    assert hopeful == sorted_bytes(TOKEN)


@pytest.mark.parametrize(
    ("start", "hopeless"),
    [
        (b"", False),
        (b"GET / HTTP/1.1\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: h\r", False),
        (b"GET / HTTP/1.1\r\nHost: h\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: h\n", True),
        (b"GET / HTTP/1.1\r\nHost: h\rX", True),
        (b"GET / HTTP/1.1\r\nHost: h\r\r\n", True),
        (b"G\n", True),
        (b"G\r", False),
    ],
)
def test_a_line_that_does_not_end_as_lines_end_shows_it_too(start, hopeless):
    assert is_hopeless(start) is hopeless
