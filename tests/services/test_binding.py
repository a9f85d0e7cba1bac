import socket

import pytest

from services.binding import split, unfit


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:0", ("::1", 0)),
        ("host:65535", ("host", 65535)),
    ],
)
def test_an_address_is_a_host_and_a_port(address: str, parts: tuple[str, int]) -> None:
    assert unfit(address) is None
    assert split(address) == parts


@pytest.mark.parametrize("address", ["", "8080", ":8080", "[]:8080"])
def test_without_a_host_it_says_how_to_write_one(address: str) -> None:
    assert "write HOST:PORT" in (unfit(address) or "")


@pytest.mark.parametrize("host", ["é" * 70, "a..é", "a\0b"])
def test_a_host_that_no_socket_would_take_is_named(host: str) -> None:
    address = f"{host}:80"
    with pytest.raises(TypeError), socket.socket() as it:
        it.bind(split(address))
    assert (unfit(address) or "").startswith(f"{host!r} is no host")


@pytest.mark.parametrize("port", ["", "http", "65536", "-1", "²"])
def test_what_is_no_port_is_named(port: str) -> None:
    assert (unfit(f"host:{port}") or "").startswith(f"{port!r} is no port")
