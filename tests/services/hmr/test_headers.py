from services.hmr.headers import is_websocket, to_client, to_upstream


def sent(*headers, port=20001, peer="10.0.0.7"):
    return to_upstream(list(headers), port=port, peer=peer)


def test_the_dev_server_gets_a_host_that_it_allows_and_learns_the_real_one():
    headers = dict(sent((b"host", b"t1.preview.example.com")))
    assert headers[b"host"] == b"localhost:20001"
    assert headers[b"x-forwarded-host"] == b"t1.preview.example.com"
    assert headers[b"x-forwarded-for"] == b"10.0.0.7"
    assert headers[b"x-forwarded-proto"] == b"http"


def test_who_forwarded_before_is_kept():
    headers = dict(
        sent(
            (b"host", b"h"),
            (b"x-forwarded-for", b"1.2.3.4"),
            (b"x-forwarded-for", b"5.6.7.8"),
            (b"x-forwarded-proto", b"https"),
            (b"x-forwarded-host", b"made.up"),
        )
    )
    assert headers[b"x-forwarded-for"] == b"1.2.3.4, 5.6.7.8, 10.0.0.7"
    assert headers[b"x-forwarded-proto"] == b"https"
    assert headers[b"x-forwarded-host"] == b"h"


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
    assert headers[b"connection"] == b"close"
    assert headers[b"cookie"] == b"a=b"
    assert not headers.keys() & {b"keep-alive", b"x-mine", b"te", b"upgrade"}


def test_the_framing_of_a_body_is_kept():
    assert (b"content-length", b"3") in sent((b"host", b"h"), (b"content-length", b"3"))
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
    ]
    assert is_websocket(request)
    headers = dict(sent(*request))
    assert headers[b"connection"] == b"upgrade"
    assert headers[b"upgrade"] == b"websocket"
    assert headers[b"sec-websocket-protocol"] == b"vite-hmr"
    assert headers[b"origin"] == b"https://elsewhere.test"


def test_an_origin_of_the_page_itself_stays_its_own_and_a_foreign_one_foreign():
    own = sent((b"host", b"t.localhost:4321"), (b"origin", b"http://t.localhost:4321"))
    assert (b"origin", b"http://localhost:20001") in own
    foreign = sent((b"host", b"t.localhost:4321"), (b"origin", b"http://u.localhost:4321"))
    assert (b"origin", b"http://u.localhost:4321") in foreign


def test_redirects_stay_on_the_origin_of_the_browser():
    answer = [(b"location", b"http://localhost:20001/a?b=c"), (b"keep-alive", b"timeout=5")]
    assert to_client(answer, port=20001) == [(b"location", b"/a?b=c")]
    elsewhere = [(b"location", b"https://example.com/")]
    assert to_client(elsewhere, port=20001) == elsewhere


def test_a_site_never_sees_the_cookie_of_the_api():
    headers = dict(sent((b"host", b"h"), (b"cookie", b"a=1; nurseryd_token=secret ;b=2")))
    assert headers[b"cookie"] == b"a=1; b=2"
    assert b"cookie" not in dict(sent((b"host", b"h"), (b"cookie", b"nurseryd_token=secret")))
