"""Which texts are addresses that a client can ask."""

import pytest

from services.webaddress import parts_of


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("https://app.example.com", "app.example.com", None),
        ("http://app.example.com:65535/x?y=1", "app.example.com", 65535),
        ("https://[2001:db8::b]:8443/", "2001:db8::b", 8443),
        ("https://müller.example/", "müller.example", None),
    ],
)
def test_an_address_has_a_host_and_maybe_a_port(address, host, port):
    parts = parts_of(address)
    assert parts is not None
    assert (parts.hostname, parts.port) == (host, port)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "app.example.com",
        "ftp://app.example.com/",
        "https:///x",
        "https://app.example.com:0/",
        "https://app.example.com:65536/",
        "https://app.example.com:443O/",
        "https://app example.com/",
        "https://app\u00a0example.com/",
        "https://app\x00.example.com/",
        "https://app\x7f.example.com/",
        "https://[::1/",
        "https://example.com\uff0fx/",
    ],
)
def test_what_no_client_could_ask_has_no_parts(address):
    assert parts_of(address) is None
