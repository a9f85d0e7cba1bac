import socket

import pytest

from services.loopback import is_loopback, skip_pacing
from tests.congestion import congestion_of, other_than_reno


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_known_by_its_names(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "10.0.0.1", "0.0.0.0", "::", "example.com", "localhost.example.com", "[::1]"]
)
def test_nothing_else_is_taken_for_it(host):
    assert not is_loopback(host)


def test_what_crosses_no_network_is_not_paced_for_one():
    with socket.socket() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, other_than_reno())
        skip_pacing(sock)
        assert congestion_of(sock) == b"reno"


def test_a_kernel_that_cannot_keeps_its_own_way():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        skip_pacing(ours)
        ours.send(b"x")
        assert theirs.recv(1) == b"x"
