"""Addresses to listen on, as options have them: "host:port" or "[host]:port"."""

from __future__ import annotations


def unfit(address: str) -> str | None:
    """Why nobody can listen on it, or None; port 0 is any free one."""
    _, colon, port = address.rpartition(":")
    if not (colon and host_of(address)):
        return f"{address!r} is no address: write HOST:PORT, for example 127.0.0.1:8080"
    if not _may_be_a_host(host_of(address)):
        return f"{host_of(address)!r} is no host: write its name, or an address such as 127.0.0.1"
    if not (port.isascii() and port.isdecimal() and int(port) < 65536):
        return f"{port!r} is no port: write a number from 1 to 65535"
    return None


def _may_be_a_host(name: str) -> bool:
    """Whether Python's sockets take it to be looked up at all."""
    try:
        return b"\0" not in name.encode("idna")
    except UnicodeError:
        return False


def host_of(address: str) -> str:
    """The host, without brackets."""
    return address.rpartition(":")[0].removeprefix("[").removesuffix("]")


def split(address: str) -> tuple[str, int]:
    """Host and port of an address that is fit."""
    return host_of(address), int(address.rpartition(":")[2])
