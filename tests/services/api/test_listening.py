import socket

import pytest

from services.api.banner import banner, reachable
from services.api.listening import CannotListen, bound_socket


def test_an_address_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        with pytest.raises(CannotListen, match=f"{address}: Address already in use"):
            bound_socket(address)


def test_a_server_on_every_interface_is_shown_on_loopback():
    assert reachable("http://0.0.0.0:80") == "http://127.0.0.1:80"
    assert reachable("http://[::]:80") == "http://[::1]:80"
    assert reachable("http://10.1.2.3:80") == "http://10.1.2.3:80"


def test_the_banner_does_without_a_token_file():
    assert "the next start" not in banner("http://127.0.0.1:1", "http://p/", "t", None)
