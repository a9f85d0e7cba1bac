import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forwarded import Forwarders, Seen, forwarding, is_forwarding, plain
from services.hmr.route import read_host

OURS = Forwarders(("127.0.0.0/8", "::1", "10.0.0.0/8", "2001:db8:1::/48"))
BALANCER, CLIENT, LIE = "10.0.0.1", "203.0.113.7", "198.51.100.9"

addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6).filter(lambda a: not a.scope_id))
strangers = addresses.map(str).map(plain).filter(lambda address: not OURS.trusts(address))


def seen(*headers, peer=BALANCER):
    return OURS.read([(name.encode(), value.encode()) for name, value in headers], peer)


def test_a_request_that_came_straight_here_is_by_whoever_brought_it():
    assert seen(peer=CLIENT) == Seen((CLIENT,))
    assert seen(peer=CLIENT).client == CLIENT


@pytest.mark.parametrize("peer", [CLIENT, "2001:db8:2::1", "somewhere", ""])
def test_a_stranger_is_not_believed(peer):
    said = seen(
        ("x-forwarded-for", LIE),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "made.up"),
        ("forwarded", f"for={LIE};proto=https;host=made.up"),
        peer=peer,
    )
    assert said == Seen((plain(peer),))


def test_a_load_balancer_of_ours_is_believed():
    said = seen(("x-forwarded-for", CLIENT), ("x-forwarded-proto", "https"))
    assert said == Seen((CLIENT, BALANCER), "https")


def test_what_a_client_wrote_in_front_of_what_the_load_balancer_appended_counts_for_nothing():
    said = seen(
        ("x-forwarded-for", f"{LIE}, 127.0.0.1, {CLIENT}"),
        ("x-forwarded-proto", "https, http"),
        ("x-forwarded-host", "made.up, preview.example.com"),
    )
    assert said == Seen((CLIENT, BALANCER), "http", "preview.example.com")


def test_a_chain_of_ours_is_followed_to_the_first_stranger():
    said = seen(
        ("x-forwarded-for", f"{LIE}, {CLIENT}"),
        ("x-forwarded-for", "10.0.0.9"),
        ("x-forwarded-proto", "http, https, http"),
    )
    assert said == Seen((CLIENT, "10.0.0.9", BALANCER), "https")


def test_a_chain_of_nobody_but_ours_begins_with_the_first():
    assert seen(("x-forwarded-for", "10.0.0.8, 10.0.0.9")).client == "10.0.0.8"


@pytest.mark.parametrize(
    "node", ["", "unknown", "_hidden", "made up", "1.2.3", "1.2.3.4.5", "fe80::1%eth0"]
)
def test_a_hop_without_an_address_ends_the_chain(node):
    assert seen(("x-forwarded-for", f"{LIE}, {node}")) == Seen((BALANCER,))


@pytest.mark.parametrize(
    ("node", "address"),
    [
        ("203.0.113.7:1234", "203.0.113.7"),
        ("2001:DB8:2::1", "2001:db8:2::1"),
        ("[2001:db8:2::1]", "2001:db8:2::1"),
        ("[2001:db8:2::1]:1234", "2001:db8:2::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
def test_an_address_may_have_brackets_and_a_port(node, address):
    assert seen(("x-forwarded-for", node)).client == address
    assert seen(("forwarded", f'for="{node}"')).client == address


def test_a_load_balancer_that_speaks_the_standard_is_believed_too():
    said = seen(
        ("forwarded", f"for={LIE};host=made.up"),
        (
            "forwarded",
            f'For={CLIENT};PROTO=https;by=_x;host="preview.example.com:443" , for=10.0.0.9',
        ),
    )
    assert said == Seen((CLIENT, "10.0.0.9", BALANCER), "https", "preview.example.com:443")


def test_the_standard_is_not_asked_where_the_older_headers_are():
    said = seen(("x-forwarded-for", CLIENT), ("forwarded", f"for={LIE};proto=https"))
    assert said == Seen((CLIENT, BALANCER))


@pytest.mark.parametrize(
    "value",
    [
        f'for="{LIE}, for={CLIENT}',
        f"for={LIE};for={CLIENT}",
        f"for={LIE};",
        f"for={LIE},",
        f"for {LIE}",
        "for=[::1]",
        "for=",
        '"for"=x',
    ],
)
def test_what_is_not_of_the_grammar_is_not_believed(value):
    assert seen(("forwarded", value)) == Seen((BALANCER,))


def test_an_open_quotation_mark_hides_nothing_that_was_said_after_it():
    said = seen(("forwarded", 'for="'), ("forwarded", f"for={CLIENT};proto=https"))
    assert said == Seen((CLIENT, BALANCER), "https")


def test_a_scheme_that_is_none_is_not_taken():
    assert seen(("x-forwarded-for", CLIENT), ("x-forwarded-proto", "wss")).scheme == "http"


def test_a_chain_without_an_end_is_not_followed_for_ever():
    said = seen(("x-forwarded-for", ", ".join(["10.0.0.9"] * 5000)))
    assert len(said.path) == 33


@pytest.mark.parametrize("network", ["", "10.0.0.0/33", "10.0.0.1/8", "somewhere"])
def test_what_is_no_network_is_refused(network):
    with pytest.raises(ValueError, match=r"does not appear|host bits"):
        Forwarders((network,))


def test_the_dev_server_is_told_in_both_ways():
    assert forwarding(Seen((CLIENT, "2001:db8:1::1"), "https"), "t.example.com:8443") == (
        (b"x-forwarded-for", b"203.0.113.7, 2001:db8:1::1"),
        (b"x-forwarded-host", b"t.example.com:8443"),
        (b"x-forwarded-proto", b"https"),
        (
            b"forwarded",
            b'for=203.0.113.7;host="t.example.com:8443";proto=https, for="[2001:db8:1::1]"',
        ),
    )


@given(
    strangers,
    st.lists(st.sampled_from(["10.0.0.1", "2001:db8:1::5", "127.0.0.1"]), min_size=1, max_size=5),
    st.sampled_from(["http", "https"]),
    st.sampled_from(["a.test", "a.test:8080", "[2001:db8::1]:80", 'od"d\\']),
    st.booleans(),
)
def test_whoever_trusts_us_reads_what_we_read(client, path, scheme, host, standard):
    before = Seen((client, *path), scheme, host)
    sent = [
        header for header in forwarding(before, host) if (header[0] == b"forwarded") == standard
    ]
    after = OURS.read(sent, "127.0.0.1")
    assert after == Seen((*before.path, "127.0.0.1"), scheme, host)


@given(st.lists(st.tuples(st.sampled_from(["forwarded", "x-forwarded-for"]), st.text())), strangers)
def test_whatever_is_written_the_path_ends_with_our_peer(headers, peer):
    given = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
    assert OURS.read(given, peer).path == (peer,)
    assert OURS.read(given, BALANCER).path[-1] == BALANCER


def test_all_headers_that_say_such_things_are_known():
    for name in (b"forwarded", b"x-forwarded-for", b"x-forwarded-port", b"x-real-ip"):
        assert is_forwarding(name)
    assert not is_forwarding(b"x-forwarder")
    assert {
        name for name, _ in forwarding(Seen(("1.2.3.4",)), "h") if not is_forwarding(name)
    } == set()


def test_a_forwarded_host_that_is_too_long_to_be_any_is_cut_and_still_none():
    said = seen(("x-forwarded-for", CLIENT), ("x-forwarded-host", "x" * 60_000))
    assert len(said.host) < 1000
    assert read_host(said.host) is None
