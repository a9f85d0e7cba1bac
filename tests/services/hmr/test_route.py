import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.hmr.route import (
    Host,
    is_address,
    is_served,
    label_of,
    pick_preview,
    read_host,
)
from services.messages import Preview, PreviewState, Routes, ThreadKey

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)
keys = st.builds(ThreadKey, ids, ids, ids)
domains = st.sampled_from(["localhost", "preview.example.com", "localhost:4321", "x.test:443"])


def table(*keys: ThreadKey) -> Routes:
    previews = {
        key.preview_id: Preview(key.preview_id, key, PreviewState.READY, 20000 + number)
        for number, key in enumerate(keys)
    }
    return Routes(previews, default=keys[-1].preview_id if keys else None)


@given(st.lists(keys, min_size=1, max_size=4, unique=True), domains, st.booleans(), st.data())
def test_a_host_that_begins_with_a_preview_id_picks_that_preview(threads, domain, upper, data):
    wanted = data.draw(st.sampled_from(threads)).preview_id
    host = f"{wanted}.{domain}"
    picked = pick_preview(host.upper() if upper else host, table(*threads))
    assert picked is not None
    assert picked.id == wanted


@given(st.lists(keys, min_size=1, max_size=4, unique=True), st.text(max_size=60))
def test_any_other_host_gets_the_default(threads, host):
    routes = table(*threads)
    label, _, domain = host.strip().lower().partition(".")
    if label not in routes.previews and domain.partition(":")[0] != "localhost":
        assert pick_preview(host, routes) == routes.previews[routes.default]


def test_a_bare_preview_id_is_no_domain_and_gets_the_default():
    one, two = ThreadKey("a", "b", "one"), ThreadKey("a", "b", "two")
    assert pick_preview(one.preview_id, table(one, two)).id == two.preview_id


def test_without_a_default_or_without_routes_there_is_none():
    key = ThreadKey("a", "b", "c")
    assert pick_preview("localhost", Routes(table(key).previews)) is None
    assert pick_preview(f"{key.preview_id}.localhost", None) is None
    assert pick_preview("localhost", Routes({}, default="gone")) is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:4322",
        "t1-12ab.localhost:4322",
        "127.0.0.1:4322",
        "[::1]:4322",
        "10.1.2.3",
        "t1-12ab.preview.example.com",
        "preview.example.com:443",
    ],
)
def test_loopback_addresses_and_our_domains_are_served(host):
    assert is_served(host, ("preview.example.com",))


@pytest.mark.parametrize(
    "host", ["", "evil.test", "localhost.evil.test", "notlocalhost", "xpreview.example.com", "[x"]
)
def test_a_stranger_that_resolves_to_us_is_not_served(host):
    assert not is_served(host, ("preview.example.com",))


def test_a_preview_that_is_not_there_is_not_another_one():
    assert pick_preview("nope.localhost:4322", table(ThreadKey("a", "b", "one"))) is None


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("localhost", Host("localhost")),
        ("LocalHost.:4322", Host("localhost", 4322)),
        ("T1.Preview.Example.com:443", Host("t1.preview.example.com", 443)),
        ("127.0.0.1:1", Host("127.0.0.1", 1)),
        ("[::1]", Host("::1")),
        ("[2001:DB8:0::1]:65535", Host("2001:db8::1", 65535)),
        ("under_score.test", Host("under_score.test")),
    ],
)
def test_a_host_is_read_however_it_is_spelled(header, host):
    assert read_host(header) == host


@pytest.mark.parametrize(
    "header",
    [
        "",
        ".",
        ":80",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:4321x",
        "localhost:+80",
        "localhost..",
        ".localhost",
        "a..b",
        "user@localhost",
        "localhost/",
        "localhost?",
        "local host",
        " localhost",
        "localhost, evil.test",
        "localhost%00",
        "l\u00f6calhost",
        "\u212aelvin.test",
        "::1",
        "[::1",
        "[::1]x",
        "[fe80::1%25eth0]",
        "[localhost]",
        "[1.2.3.4]",
        "[:::]",
        "x" * 300,
    ],
)
def test_what_is_not_plainly_a_host_is_none(header):
    assert read_host(header) is None


@given(st.text(max_size=80))
def test_what_is_read_is_plain(header):
    host = read_host(header)
    if host is not None:
        assert read_host(host.origin("http").removeprefix("http://")) in (
            host,
            Host(host.name) if host.port == 80 else host,
        )
        assert not set(host.name) & set(" @/?#%,\\[]")


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("localhost", ""),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("preview.example.com", ""),
        ("t1.preview.example.com", "t1"),
        ("a.b.preview.example.com", "a.b"),
        ("t1.localhost", "t1"),
        ("x.example.com", "x"),
        ("example.com.evil.test", None),
        ("xexample.com", None),
        ("com", None),
    ],
)
def test_a_name_below_the_nearest_domain_of_ours_is_its_label(host, label):
    assert label_of(Host(host), ("example.com", "preview.example.com")) == label
    assert label_of(Host(host), ("preview.example.com", "example.com")) == label


@pytest.mark.parametrize(
    ("host", "scheme", "origin"),
    [
        (Host("a.test"), "https", "https://a.test"),
        (Host("a.test", 443), "https", "https://a.test"),
        (Host("a.test", 443), "http", "http://a.test:443"),
        (Host("a.test", 80), "http", "http://a.test"),
        (Host("::1", 4322), "http", "http://[::1]:4322"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(host, scheme, origin):
    assert host.origin(scheme) == origin


def test_browsers_trust_what_leads_to_their_own_machine():
    for name in ("localhost", "t1.localhost", "127.0.0.1", "127.9.9.9", "::1"):
        assert Host(name).is_loopback, name
    for name in ("10.0.0.1", "localhost.test", "notlocalhost", "127.0.0.1.test"):
        assert not Host(name).is_loopback, name


def test_an_address_is_not_a_name():
    assert is_address("1.2.3.4")
    assert is_address("::")
    assert not is_address("1.2.3")
    assert not is_address("t-12345678")
