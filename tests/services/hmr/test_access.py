"""Who may see which preview."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forwarded import Seen
from services.hmr.access import Admit, Redirect, Refuse, Rules, decide
from services.messages import ThreadKey
from services.messages.tickets import issue, read

TOKEN = "run.secret"
NOW = 1_800_000_000.0
ONE, TWO = ThreadKey("acme", "ann", "one"), ThreadKey("acme", "ann", "two")
DOMAIN = "preview.example.com"
OPEN = Rules((DOMAIN,), False, (TOKEN,))
SIGNED = Rules((DOMAIN,), True, (TOKEN,))
LOOPBACK, WILDCARD = f"{ONE.preview_id}.localhost:4322", f"{ONE.preview_id}.{DOMAIN}"
PASS = issue(TOKEN, ONE.preview_id, int(NOW) + 60)
BUILT_PASS = issue(TOKEN, ONE.built_id, int(NOW) + 60)
OTHER_PASS = issue(TOKEN, TWO.preview_id, int(NOW) + 60)
OLD_PASS = issue(TOKEN, ONE.preview_id, int(NOW))
FORGED_PASS = issue("another token", ONE.preview_id, int(NOW) + 60)


def ask(rules, host, *, method="GET", target="/", scheme="http", forwarded="", **headers):
    given = [(b"host", host.encode())]
    given += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    seen = Seen(("203.0.113.7",), scheme, forwarded)
    return decide(method.encode(), target.encode(), given, seen, rules, NOW)


def preview_of(decision):
    assert isinstance(decision, Admit), decision
    return decision.preview_id


def refused(decision):
    assert isinstance(decision, Refuse), decision
    assert decision.text.startswith("cannot")
    return decision.status


# Which preview.


@pytest.mark.parametrize("key", [ONE, TWO])
@pytest.mark.parametrize("door", ["localhost", "localhost:4321", "localhost:4322", DOMAIN])
def test_a_host_name_says_which_preview_whether_it_is_there_or_not(key, door):
    assert preview_of(ask(OPEN, f"{key.preview_id}.{door}")) == key.preview_id
    assert preview_of(ask(OPEN, f"{key.built_id}.{door}")) == key.built_id


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:4322", "[::1]:4322", "10.1.2.3", DOMAIN])
def test_a_host_of_all_previews_gets_the_one_of_the_cookie_or_else_the_default(host):
    assert preview_of(ask(OPEN, host)) is None
    assert preview_of(ask(OPEN, host, cookie=f"a=1; nurseryd_preview={PASS}")) == ONE.preview_id
    built = ask(OPEN, host, cookie=f"nurseryd_preview={BUILT_PASS}")
    assert preview_of(built) == ONE.built_id
    for bad in (OLD_PASS, FORGED_PASS, ONE.preview_id, ""):
        assert preview_of(ask(OPEN, host, cookie=f"nurseryd_preview={bad}")) is None


def test_a_host_name_has_the_last_word_on_which_preview():
    assert preview_of(ask(OPEN, LOOPBACK, cookie=f"nurseryd_preview={OTHER_PASS}")) == (
        ONE.preview_id
    )


@pytest.mark.parametrize(
    "host", [f"nope.{DOMAIN}", "nope.localhost", f"a.{ONE.preview_id}.localhost", "www.localhost"]
)
def test_a_name_that_no_preview_can_have_is_not_anothers(host):
    assert refused(ask(OPEN, host)) == 404


def test_hosts_that_are_too_long_to_be_any_are_not_remembered_in_full():
    tracemalloc.start()
    try:
        for number in range(64):
            long = f"{number}-" + "x" * 60_000
            assert refused(ask(OPEN, long)) == 421
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


@pytest.mark.parametrize(
    "host",
    ["", "evil.test", f"localhost.{ONE.preview_id}", f"x{DOMAIN}", "example.com", "user@localhost"],
)
def test_a_host_of_somebody_else_is_not_served(host):
    assert refused(ask(OPEN, host)) == 421


def test_a_forwarded_host_counts_where_the_host_itself_says_nothing():
    assert preview_of(ask(OPEN, "10.0.0.5:4322", forwarded=WILDCARD)) == ONE.preview_id
    assert preview_of(ask(OPEN, "nurseryd:4322", forwarded=WILDCARD)) == ONE.preview_id
    assert preview_of(ask(OPEN, DOMAIN, forwarded=WILDCARD)) == ONE.preview_id
    assert ask(OPEN, "10.0.0.5:4322", forwarded=WILDCARD).host == WILDCARD
    assert refused(ask(OPEN, "10.0.0.5:4322", forwarded="evil.test")) == 421


@pytest.mark.parametrize("forwarded", ["localhost:4322", LOOPBACK, WILDCARD, "127.0.0.1"])
def test_a_strangers_name_that_resolves_to_us_is_made_good_by_no_forwarded_host(forwarded):
    for host in ("evil.test", "evil.test:4322", f"{ONE.preview_id}.evil.test", "a.b.", "", "[x"):
        assert refused(ask(OPEN, host, forwarded=forwarded)) == 421


def test_a_forwarded_host_leads_no_page_of_one_preview_into_another():
    other = f"{TWO.preview_id}.localhost:4322"
    assert preview_of(ask(OPEN, LOOPBACK, forwarded=other)) == ONE.preview_id


# Who may see it.


@pytest.mark.parametrize("host", [LOOPBACK, WILDCARD])
def test_an_open_door_lets_everybody_in(host):
    for more in ({}, {"upgrade": "websocket"}, {"cookie": "a=b"}):
        assert preview_of(ask(OPEN, host, **more)) == ONE.preview_id


def test_an_open_door_on_the_network_does_not_ask_where_somebody_comes_from():
    more = {"upgrade": "websocket", "origin": "https://evil.test"}
    assert preview_of(ask(OPEN, WILDCARD, **more)) == ONE.preview_id


@pytest.mark.parametrize("host", [LOOPBACK, "localhost:4321", "127.0.0.1:4322", "[::1]:4321"])
@pytest.mark.parametrize(
    "shown",
    [
        {"origin": "https://evil.test"},
        {"origin": "https://evil.test", "upgrade": "websocket"},
        {"origin": "https://evil.test", "method": "POST", "sec_fetch_mode": "navigate"},
        {"origin": "http://203.0.113.9:4321"},
        {"origin": f"https://{DOMAIN}.evil.test"},
        {"origin": "null"},
        {"origin": ""},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "cors", "origin": "https://evil.test"},
    ],
)
def test_a_strangers_page_gets_nothing_of_an_open_door_on_the_machine_of_who_looks_at_it(
    host, shown
):
    assert refused(ask(OPEN, host, **shown)) == 403


@pytest.mark.parametrize(
    "shown",
    [
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"},
        {"origin": f"http://{LOOPBACK}", "upgrade": "websocket"},
        {"origin": "http://localhost:4321", "upgrade": "websocket"},  # the door has two ports
        {"origin": "http://127.0.0.1:3000", "sec_fetch_site": "cross-site"},
        {"origin": f"https://{DOMAIN}"},
        # By its own form, where the page has the policy no-referrer.
        {"origin": "null", "sec_fetch_site": "same-origin", "method": "POST"},
        {"sec_fetch_site": "none", "sec_fetch_mode": "navigate"},
    ],
)
def test_an_open_door_on_this_machine_is_open_to_pages_of_this_machine(shown):
    assert preview_of(ask(OPEN, LOOPBACK, **shown)) == ONE.preview_id


@pytest.mark.parametrize("host", [LOOPBACK, WILDCARD, "localhost", DOMAIN, "127.0.0.1"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_a_signed_door_lets_in_nobody_who_shows_nothing(host, method):
    decision = ask(SIGNED, host, method=method)
    assert refused(decision) == 401
    assert "preview/link" in decision.text
    assert (b"www-authenticate", b"Bearer") in decision.headers


@pytest.mark.parametrize("bad", [OLD_PASS, FORGED_PASS, OTHER_PASS, "", "x" * 3000, ONE.preview_id])
def test_a_cookie_that_is_not_a_good_ticket_for_this_preview_does_not_help(bad):
    assert refused(ask(SIGNED, LOOPBACK, cookie=f"nurseryd_preview={bad}")) == 401
    upgrade = ask(SIGNED, LOOPBACK, cookie=f"nurseryd_preview={bad}", upgrade="websocket")
    assert refused(upgrade) == 401


@pytest.mark.parametrize("ticket", [PASS, BUILT_PASS])
@pytest.mark.parametrize("preview", [ONE.preview_id, ONE.built_id])
def test_one_ticket_admits_to_a_preview_and_to_its_built_twin(ticket, preview):
    decision = ask(SIGNED, f"{preview}.{DOMAIN}", cookie=f"x=y; nurseryd_preview={ticket} ; a=b")
    assert preview_of(decision) == preview


def test_any_of_several_cookies_of_one_name_admits():
    cookie = f"nurseryd_preview={OTHER_PASS}; nurseryd_preview={OLD_PASS}; nurseryd_preview={PASS}"
    assert preview_of(ask(SIGNED, WILDCARD, cookie=cookie)) == ONE.preview_id


def test_a_cookie_that_came_in_two_headers_is_found():
    headers = [
        (b"host", WILDCARD.encode()),
        (b"cookie", b"a=1"),
        (b"cookie", b"nurseryd_preview=" + PASS.encode()),
        (b"cookie", b"b=1"),
    ]
    decision = decide(b"GET", b"/", headers, Seen(("203.0.113.7",)), SIGNED, NOW)
    assert preview_of(decision) == ONE.preview_id


@pytest.mark.parametrize(
    "shown", [{"authorization": f"bearer {TOKEN}"}, {"cookie": f"nurseryd_token={TOKEN}"}]
)
def test_the_token_admits_to_every_preview(shown):
    assert preview_of(ask(SIGNED, WILDCARD, **shown)) == ONE.preview_id
    assert preview_of(ask(SIGNED, f"{TWO.preview_id}.localhost", **shown)) == TWO.preview_id
    assert preview_of(ask(SIGNED, "127.0.0.1:4322", **shown)) is None


@pytest.mark.parametrize(
    "shown",
    [
        {"authorization": "Bearer "},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"cookie": "nurseryd_token="},
        {"cookie": f"nurseryd_token={PASS}"},
        {"cookie": f"nurseryd_preview={TOKEN}"},
    ],
)
def test_what_is_not_the_token_is_not(shown):
    assert refused(ask(SIGNED, WILDCARD, **shown)) == 401
    assert refused(ask(Rules((DOMAIN,), True), WILDCARD, **shown)) == 401


# Pages of other sites, which come with the cookie of whoever looks at them.


@pytest.mark.parametrize("cookie", [f"nurseryd_preview={PASS}", f"nurseryd_token={TOKEN}"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test",
        "null",
        "",
        f"https://{TWO.preview_id}.{DOMAIN}",
        f"https://{DOMAIN}",
        f"https://{WILDCARD}:8443",
        f"http://{WILDCARD}",
        f"https://{WILDCARD}/",
        f"https://{WILDCARD}@evil.test",
        f"https://user@{WILDCARD}",
        "https://[",
    ],
)
@pytest.mark.parametrize(
    "how", [{"upgrade": "websocket"}, {"method": "POST"}, {"method": "DELETE"}]
)
def test_a_page_of_another_origin_gets_nothing_done_with_a_cookie(cookie, origin, how):
    decision = ask(SIGNED, WILDCARD, scheme="https", cookie=cookie, origin=origin, **how)
    assert refused(decision) == 403


@pytest.mark.parametrize("how", [{"upgrade": "websocket"}, {"method": "POST"}])
@pytest.mark.parametrize(
    ("host", "scheme", "origin"),
    [
        (WILDCARD, "https", f"https://{WILDCARD}"),
        (WILDCARD.upper(), "https", f"https://{WILDCARD}"),
        (f"{WILDCARD}:443", "https", f"https://{WILDCARD}"),
        (LOOPBACK, "http", f"http://{LOOPBACK}"),
        # TLS ends at a load balancer whose word is not taken.
        (WILDCARD, "http", f"https://{WILDCARD}"),
    ],
)
def test_a_page_of_the_preview_itself_works(how, host, scheme, origin):
    cookie = f"nurseryd_preview={PASS}"
    decision = ask(SIGNED, host, scheme=scheme, cookie=cookie, origin=origin, **how)
    assert preview_of(decision) == ONE.preview_id


@pytest.mark.parametrize("cookie", [f"nurseryd_preview={PASS}", f"nurseryd_token={TOKEN}"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_origin_may_show_a_preview_and_load_nothing_of_it(cookie, site):
    for mode in ("no-cors", "cors", "websocket"):
        shown = {"cookie": cookie, "sec_fetch_site": site, "sec_fetch_mode": mode}
        assert refused(ask(SIGNED, WILDCARD, **shown)) == 403
    shown = {"cookie": cookie, "sec_fetch_site": site, "sec_fetch_mode": "navigate"}
    assert preview_of(ask(SIGNED, WILDCARD, **shown)) == ONE.preview_id
    assert preview_of(ask(OPEN, WILDCARD, **shown | {"sec_fetch_mode": "cors"})) == ONE.preview_id


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_preview_loads_what_is_its_own(site):
    shown = {"cookie": f"nurseryd_preview={PASS}", "sec_fetch_site": site, "sec_fetch_mode": "cors"}
    assert preview_of(ask(SIGNED, WILDCARD, **shown)) == ONE.preview_id


def test_a_program_with_the_token_in_a_header_may_come_from_anywhere():
    shown = {"authorization": f"Bearer {TOKEN}", "origin": "https://evil.test"}
    assert preview_of(ask(SIGNED, WILDCARD, upgrade="websocket", **shown)) == ONE.preview_id


def test_looking_needs_no_origin_of_the_preview():
    shown = {"cookie": f"nurseryd_preview={PASS}", "origin": "https://shop.example.com"}
    assert preview_of(ask(SIGNED, WILDCARD, **shown)) == ONE.preview_id


# Signed addresses.


@pytest.mark.parametrize("rules", [OPEN, SIGNED])
def test_a_signed_address_is_answered_by_the_same_without_and_a_cookie(rules):
    target = f"/a%20b?x=1&nurseryd_ticket={PASS}&y=%26"
    decision = ask(rules, WILDCARD, scheme="https", target=target)
    assert isinstance(decision, Redirect)
    assert (decision.status, decision.location) == (303, b"/a%20b?x=1&y=%26")
    assert decision.cookie.decode() == (
        f"nurseryd_preview={PASS}; Path=/; Max-Age=60; HttpOnly; SameSite=None; Secure; Partitioned"
    )
    assert dict(decision.headers)[b"referrer-policy"] == b"no-referrer"


@pytest.mark.parametrize(
    ("host", "scheme", "framed"),
    [
        (WILDCARD, "https", True),
        (WILDCARD, "http", False),
        ("10.1.2.3", "http", False),
        (LOOPBACK, "http", True),
        ("127.0.0.1:4322", "http", True),
        ("[::1]", "http", True),
        ("localhost", "http", True),
    ],
)
def test_the_cookie_is_for_frames_wherever_browsers_trust_the_connection(host, scheme, framed):
    cookie = ask(SIGNED, host, scheme=scheme, target=f"/?nurseryd_ticket={PASS}").cookie.decode()
    assert cookie.endswith("; SameSite=None; Secure; Partitioned") == framed
    assert cookie.endswith("; SameSite=Lax") != framed


@pytest.mark.parametrize("ticket", [PASS, BUILT_PASS])
def test_the_cookie_of_a_signed_address_opens_what_the_address_named(ticket):
    decision = ask(SIGNED, "localhost", target=f"/?nurseryd_ticket={ticket}")
    cookie = decision.cookie.decode().partition(";")[0]
    assert preview_of(ask(SIGNED, "localhost", cookie=cookie)) == read([TOKEN], ticket, NOW)[0]


@pytest.mark.parametrize("rules", [OPEN, SIGNED])
@pytest.mark.parametrize("bad", [OLD_PASS, FORGED_PASS, "", "x", f"{PASS}&nurseryd_ticket={PASS}"])
def test_a_link_that_is_not_good_any_more_says_so(rules, bad):
    decision = ask(rules, LOOPBACK, target=f"/?nurseryd_ticket={bad}")
    assert refused(decision) == 401
    assert "expired" in decision.text


def test_a_link_of_another_preview_is_not_for_this_one():
    assert refused(ask(SIGNED, LOOPBACK, target=f"/?nurseryd_ticket={OTHER_PASS}")) == 403


@pytest.mark.parametrize("rules", [OPEN, SIGNED])
@pytest.mark.parametrize(
    "how", [{"method": "POST"}, {"method": "OPTIONS"}, {"upgrade": "websocket"}]
)
def test_a_ticket_reaches_no_site_by_a_request_that_cannot_be_redirected(rules, how):
    decision = ask(rules, LOOPBACK, target=f"/?nurseryd_ticket={PASS}", **how)
    assert refused(decision) == 400


@pytest.mark.parametrize(
    ("path", "location"), [("//evil.test/", b"/.//evil.test/"), ("/\\evil.test", b"/./\\evil.test")]
)
def test_a_signed_address_redirects_to_no_other_host(path, location):
    decision = ask(SIGNED, LOOPBACK, target=f"{path}?nurseryd_ticket={PASS}")
    assert decision.location == location


@pytest.mark.parametrize(
    "target", ["/nurseryd_ticket=x", "/?a=nurseryd_ticket=x", "/?xnurseryd_ticket=x"]
)
def test_what_only_looks_like_a_ticket_is_the_sites_own(target):
    assert preview_of(ask(OPEN, LOOPBACK, target=target)) == ONE.preview_id


@given(
    st.lists(st.from_regex(r"[a-z]{1,3}(=[a-z%0-9]{0,3})?", fullmatch=True), max_size=4),
    st.data(),
)
def test_a_redirect_leaves_the_rest_of_an_address_as_it_is(parts, data):
    at = data.draw(st.integers(0, len(parts)))
    with_ticket = [*parts[:at], f"nurseryd_ticket={PASS}", *parts[at:]]
    decision = ask(SIGNED, LOOPBACK, target="/p?" + "&".join(with_ticket))
    assert isinstance(decision, Redirect)
    assert decision.location.decode() == "/p" + ("?" + "&".join(parts) if parts else "")


@given(
    st.text(), st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=60), st.text()
)
def test_nobody_gets_in_by_what_makes_no_sense(host, cookie, authorization, target, forwarded):
    headers = [
        (b"host", host.encode("latin-1", "replace")),
        (b"cookie", b"nurseryd_preview=" + cookie),
        (b"authorization", authorization),
        (b"origin", cookie),
    ]
    seen = Seen(("203.0.113.7",), "http", forwarded)
    assert isinstance(decide(b"GET", b"/" + target, headers, seen, SIGNED, NOW), Refuse)
    headers[0] = (b"host", LOOPBACK.encode())
    assert isinstance(decide(b"GET", b"/" + target, headers, seen, SIGNED, NOW), Refuse)
