import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.hmr.route import (
    Host,
    is_address,
    label_of,
    read_host,
)


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
