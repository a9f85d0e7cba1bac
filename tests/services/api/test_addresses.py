from urllib.parse import parse_qs, urlsplit

import pytest

from services.api.addresses import LINK_SECONDS, Addresses
from services.api.guard.credentials import Asker, Way
from services.keyring.ring import Keyring
from services.messages import EVERYTHING, Scope
from services.messages.tickets import read
from services.messages.tokens import Grant
from tests.services.api.fakes import KEY

ID = KEY.preview_id
OPERATOR = Asker(Grant(EVERYTHING), "token", "token", Way.HEADER)


def addresses(public, *, wildcard=True, signed=False):
    return Addresses(public, wildcard, signed, Keyring("token"))


@pytest.mark.parametrize(
    ("public", "own"),
    [
        ("https://preview.example.com/", f"https://{ID}.preview.example.com/"),
        ("https://preview.example.com:8443/", f"https://{ID}.preview.example.com:8443/"),
        ("http://127.0.0.1:4322/", f"http://{ID}.localhost:4322/"),
        ("http://[::1]:4322/", f"http://{ID}.localhost:4322/"),
        ("http://localhost:4322/", f"http://{ID}.localhost:4322/"),
    ],
)
def test_a_preview_has_a_host_name_of_its_own_below_the_public_one(public, own):
    assert addresses(public).plain(ID) == own
    assert addresses(public).to_open(ID, OPERATOR, 0) == own
    assert addresses(public, wildcard=False).plain(ID) == public


@pytest.mark.parametrize(
    ("wildcard", "signed", "host"),
    [
        (True, True, f"{ID}.preview.example.com"),
        (False, True, "preview.example.com"),
        (False, False, "preview.example.com"),
    ],
)
def test_where_an_address_alone_does_not_lead_to_a_preview_it_is_a_link(wildcard, signed, host):
    public = addresses("https://preview.example.com/", wildcard=wildcard, signed=signed)
    opened = urlsplit(public.to_open(ID, OPERATOR, 1000.9))
    assert (opened.scheme, opened.netloc, opened.path) == ("https", host, "/")
    [ticket] = parse_qs(opened.query)["nurseryd_ticket"]
    assert read(["token"], ticket, 1000) == (ID, 1000 + LINK_SECONDS)
    assert opened.query == f"nurseryd_ticket={ticket}"


def test_a_link_ends_with_what_it_was_asked_for_with():
    public = addresses("https://preview.example.com/", signed=True)
    short = Asker(Grant(Scope.of(KEY), expires=1060), "old", "nt1.", Way.HEADER)
    for url in (public.to_open(ID, short, 1000), public.link(ID, short, 5000)):
        [ticket] = parse_qs(urlsplit(url).query)["nurseryd_ticket"]
        assert read(["old"], ticket, 1000) == (ID, 1060)
        assert read(["token"], ticket, 1000) is None


def test_the_hmr_socket_is_at_the_same_place_over_another_scheme():
    assert addresses("https://preview.example.com/").websocket == "wss://preview.example.com/"
    assert addresses("http://127.0.0.1:4322/").websocket == "ws://127.0.0.1:4322/"
