import pytest

from services.forwarded import Forwarders
from services.hmr.access import Admit, Rules
from services.hmr.headers import is_websocket, switching, to_client, to_upstream, written
from services.http11.head import read_request, read_response


def asked(*headers, method=b"GET"):
    return read_request(method + b" / HTTP/1.1\r\n" + written(list(headers)))


def sent(*headers, port=20001, peer="10.0.0.7", trusted=()):
    seen = Forwarders(trusted).read(list(headers), peer)
    admitted = Admit(None, dict(headers)[b"host"].decode(), seen, b"GET", Rules())
    return to_upstream(asked(*headers), port=port, admitted=admitted, tokens=("secret",))


def answered(*headers, port=20001):
    return to_client(
        read_response(b"HTTP/1.1 200 OK\r\n" + written(list(headers)), b"GET"), port=port
    )


def test_the_dev_server_gets_a_host_that_it_allows_and_learns_the_real_one():
    headers = dict(sent((b"host", b"t1.preview.example.com")))
    assert headers[b"host"] == b"localhost:20001"
    assert headers[b"x-forwarded-host"] == b"t1.preview.example.com"
    assert headers[b"x-forwarded-for"] == b"10.0.0.7"
    assert headers[b"x-forwarded-proto"] == b"http"
    assert headers[b"forwarded"] == b"for=10.0.0.7;host=t1.preview.example.com;proto=http"


def test_who_forwarded_before_is_kept_where_that_is_believed_and_dropped_where_not():
    said = [
        (b"host", b"h"),
        (b"x-forwarded-for", b"1.2.3.4"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"made.up"),
        (b"x-forwarded-port", b"443"),
        (b"x-real-ip", b"5.6.7.8"),
    ]
    believed = sent(*said, trusted=("10.0.0.0/8",))
    assert len({name for name, _ in believed}) == len(believed)
    assert dict(believed)[b"x-forwarded-for"] == b"1.2.3.4, 10.0.0.7"
    assert dict(believed)[b"x-forwarded-proto"] == b"https"
    assert dict(believed)[b"x-forwarded-host"] == b"h"
    headers = dict(sent(*said))
    assert headers[b"x-forwarded-for"] == b"10.0.0.7"
    assert headers[b"x-forwarded-proto"] == b"http"
    assert not headers.keys() & {b"x-forwarded-port", b"x-real-ip"}


def test_what_concerns_one_connection_stays_there():
    headers = dict(
        sent(
            (b"host", b"h"),
            (b"connection", b"keep-alive, X-Mine"),
            (b"keep-alive", b"timeout=5"),
            (b"x-mine", b"1"),
            (b"te", b"trailers"),
            (b"upgrade", b"h2c"),
            (b"cookie", b"a=b"),
        )
    )
    assert headers[b"cookie"] == b"a=b"
    assert not headers.keys() & {b"connection", b"keep-alive", b"x-mine", b"te", b"upgrade"}


HOP_BY_HOP = {
    b"connection": b"close",
    b"content-length": b"3",
    b"keep-alive": b"timeout=5",
    b"proxy-authenticate": b"Basic",
    b"proxy-authorization": b"Basic dTpw",
    b"proxy-connection": b"keep-alive",
    b"te": b"trailers",
    b"trailer": b"x-sum",
    b"transfer-encoding": b"chunked",
    b"upgrade": b"h2c",
}


@pytest.mark.parametrize("name", HOP_BY_HOP)
def test_no_header_for_the_neighbour_goes_further_in_either_direction(name):
    field, other = (name, HOP_BY_HOP[name]), (b"x-mine", b"1")
    framing = [field] if name in (b"content-length", b"transfer-encoding") else []
    there = sent((b"host", b"h"), field, other)
    assert [it for it in there if it[0] == name] == framing  # said once, and by us
    assert other in there
    assert answered(field, other) == [other]


@pytest.mark.parametrize("name", [b"x-other", b"x-mine"])
def test_what_a_connection_header_names_concerns_one_connection(name):
    named = (b"connection", b"x-mine , ,X-Other")
    assert name not in dict(sent((b"host", b"h"), named, (name, b"1")))
    assert answered(named, (name, b"1"), (b"etag", b"1")) == [(b"etag", b"1")]


def test_no_other_header_names_what_concerns_one_connection():
    own = [(b"vary", b"x-mine"), (b"x-mine", b"1")]
    assert answered((b"connection", b"x-other"), *own) == own


def test_what_we_say_ourselves_is_said_once():
    given = [(b"host", b"h"), (b"origin", b"https://h"), (b"expect", b"100-continue")]
    names = [name for name, _ in sent(*given, (b"cookie", b"a=1"), (b"cookie", b"b=2"))]
    assert [names.count(name) for name in (b"host", b"origin", b"cookie", b"expect")] == [
        1,
        1,
        1,
        0,
    ]


def test_cookies_in_several_headers_become_one():
    headers = sent((b"host", b"h"), (b"cookie", b"a=1"), (b"x-mine", b"c=3"), (b"cookie", b"b=2"))
    assert dict(headers)[b"cookie"] == b"a=1; b=2"


def test_the_framing_of_a_body_is_kept():
    for length in (b"3", b"0"):
        assert (b"content-length", length) in sent((b"host", b"h"), (b"content-length", length))
    assert (b"transfer-encoding", b"chunked") in sent(
        (b"host", b"h"), (b"transfer-encoding", b"Chunked")
    )


def test_a_websocket_request_goes_through_with_all_that_makes_it_one():
    request = [
        (b"host", b"h"),
        (b"connection", b"Upgrade"),
        (b"upgrade", b"WebSocket"),
        (b"origin", b"https://elsewhere.test"),
        (b"sec-websocket-protocol", b"vite-hmr"),
        (b"sec-websocket-key", b"AAAA"),
        (b"sec-websocket-version", b"13"),
    ]
    assert is_websocket(asked(*request))
    headers = dict(sent(*request))
    assert headers[b"connection"] == b"upgrade"
    assert headers[b"upgrade"] == b"websocket"
    assert headers[b"sec-websocket-protocol"] == b"vite-hmr"
    assert headers[b"origin"] == b"https://elsewhere.test"


def test_an_origin_of_the_page_itself_stays_its_own_and_a_foreign_one_foreign():
    for scheme in (b"http", b"https"):
        own = sent((b"host", b"t.localhost:4321"), (b"origin", scheme + b"://t.localhost:4321"))
        assert (b"origin", b"http://localhost:20001") in own
    for origin in (b"http://u.localhost:4321", b"null", b""):
        assert (b"origin", origin) in sent((b"host", b"t.localhost:4321"), (b"origin", origin))


def test_redirects_stay_on_the_origin_of_the_browser():
    own = (b"location", b"http://localhost:20001/a?b=c")
    assert answered(own, (b"keep-alive", b"timeout=5")) == [(b"location", b"/a?b=c")]
    for address in (b"https://example.com/", b"https://a.test/?next=" + own[1], b""):
        assert answered((b"location", address)) == [(b"location", address)]


def test_a_redirect_to_another_port_is_one_to_elsewhere():
    for address in (b"http://localhost:200011/a", b"http://localhost:20002/", b"/a", b"b"):
        assert answered((b"location", address)) == [(b"location", address)]
    assert answered((b"location", b"http://localhost:20001/")) == [(b"location", b"/")]


@pytest.mark.parametrize("start", [b"//", b"/\\"])
def test_a_redirect_within_a_site_does_not_lead_to_the_host_that_its_path_spells(start):
    own = (b"location", b"http://localhost:20001" + start + b"evil.test/")
    assert answered(own) == [(b"location", b"/." + start + b"evil.test/")]


def test_a_site_never_sees_the_cookie_of_the_api():
    headers = dict(sent((b"host", b"h"), (b"cookie", b"a=1; nurseryd_token=secret ;b=2")))
    assert headers[b"cookie"] == b"a=1; b=2"
    assert b"cookie" not in dict(sent((b"host", b"h"), (b"cookie", b"nurseryd_token=secret")))


def test_a_site_sees_its_own_authorization_and_not_the_apis():
    for own in (b"Basic dTpw", b"Bearer its-own"):
        assert (b"authorization", own) in sent((b"host", b"h"), (b"authorization", own))
    for ours in (b"Bearer secret", b"bearer nt1.full.client.acme.never.x"):
        headers = dict(sent((b"host", b"h"), (b"authorization", ours)))
        assert b"authorization" not in headers
    other = (b"x-mine", b"Bearer secret")
    assert other in sent((b"host", b"h"), other)


def test_a_site_may_not_replace_a_cookie_of_ours():
    own, ours = (b"set-cookie", b"a=1"), (b"set-cookie", b"nurseryd_preview=; Max-Age=0")
    other = (b"x-mine", ours[1])
    assert answered(own, ours, other) == [own, other]
    head = read_response(b"HTTP/1.1 101 Upgrade\r\n" + written([own, ours]), b"GET")
    assert [field for field in switching(head) if field[0] == b"set-cookie"] == [own]


def test_both_ends_are_told_to_go_on_as_a_websocket_whatever_the_dev_server_said_beside_it():
    said = [
        (b"upgrade", b"WebSocket"),
        (b"connection", b"upgrade"),
        (b"sec-websocket-accept", b"x"),
    ]
    head = read_response(b"HTTP/1.1 101 Upgrade\r\n" + written(said), b"GET")
    assert switching(head) == [said[2], (b"connection", b"Upgrade"), (b"upgrade", b"websocket")]


def test_cookies_in_several_headers_are_looked_through_all():
    headers = sent((b"host", b"h"), (b"cookie", b"nurseryd_token=s"), (b"cookie", b"a=1"))
    assert [value for name, value in headers if name == b"cookie"] == [b"a=1"]


def test_no_connection_header_takes_the_framing_out():
    given = (b"connection", b"content-length, host, x-forwarded-for, cookie")
    headers = dict(sent((b"host", b"h"), given, (b"content-length", b"3"), (b"cookie", b"a=1")))
    assert headers[b"content-length"] == b"3"
    assert headers[b"host"] == b"localhost:20001"
    assert headers[b"x-forwarded-for"] == b"10.0.0.7"


def test_a_preview_has_no_say_over_its_origin_beyond_its_own_pages():
    reign = [(b"service-worker-allowed", b"/"), (b"clear-site-data", b'"*"'), (b"etag", b'"1"')]
    assert answered(*reign) == [(b"etag", b'"1"')]


def test_what_is_not_all_of_a_websocket_request_is_none():
    whole = {
        b"host": b"h",
        b"connection": b"keep-alive, Upgrade",
        b"upgrade": b"websocket",
        b"sec-websocket-key": b"AAAA",
        b"sec-websocket-version": b"13",
    }
    assert is_websocket(asked(*whole.items()))
    for name in whole.keys() - {b"host"}:
        part = [field for field in whole.items() if field[0] != name]
        assert not is_websocket(asked(*part))
        assert b"upgrade" not in dict(sent(*part))
    assert not is_websocket(asked(*whole.items(), method=b"POST"))
    for framing in ((b"content-length", b"1"), (b"transfer-encoding", b"chunked")):
        assert not is_websocket(asked(*whole.items(), framing))
    assert not is_websocket(asked(*(whole | {b"connection": b"x", b"x": b"upgrade"}).items()))
    assert not is_websocket(asked(*(whole | {b"upgrade": b"h2c"}).items()))
    assert not is_websocket(asked(*(whole | {b"connection": b"upgraded, x-upgrade"}).items()))
    old = b"GET / HTTP/1.0\r\n" + written(list(whole.items()))
    assert not is_websocket(read_request(old))
