"""Which preview a request is for. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address

from services.forwarded import LONGEST

_HOST = re.compile(
    r"(?P<name>\[(?=[0-9a-f]*:)[0-9a-f:.]{2,45}\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class Host:
    """A Host header, read: `name` is in lower case, an IPv6 address without its brackets."""

    name: str
    port: int | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether browsers trust this name without TLS: it leads to the machine they run on."""
        if self.name == "localhost" or self.name.endswith(".localhost"):
            return True
        return is_address(self.name) and ip_address(self.name).is_loopback

    def origin(self, scheme: str) -> str:
        """The origin of pages at this host, as browsers write it."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        usual = self.port is None or self.port == {"http": 80, "https": 443}.get(scheme)
        return f"{scheme}://{name}" if usual else f"{scheme}://{name}:{self.port}"


def read_host(header: str) -> Host | None:
    """A Host header; None for whatever is not plainly a host, with or without a port.

    A dot at the end, which names the root of the DNS, is dropped.
    """
    plain = header.isascii() and len(header) <= LONGEST
    found = _HOST.fullmatch(header.lower()) if plain else None
    if found is None:
        return None
    name, port = found["name"], int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port < 65536:
        return None
    if name.startswith("["):
        return Host(str(ip_address(name[1:-1])), port) if is_address(name[1:-1]) else None
    return Host(name, port)


def is_address(name: str) -> bool:
    """Whether a name is an IP address rather than a name in the DNS."""
    if not (name[-1:].isdigit() or ":" in name):
        return False  # what most names are, without the price of an exception
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def on_this_host(path: bytes) -> bytes:
    """A path as a Location may say it: browsers would take what follows "//" for another host."""
    return b"/." + path if path[1:2] in (b"/", b"\\") else path


def label_of(host: Host, domains: Collection[str]) -> str | None:
    """What a host of this door says before the door's own name: "" where it says nothing.

    None for a host of nobody here. Ours are localhost, addresses, `domains` and the names below
    them. Any other may be a stranger's that resolves to us, whose pages could then read ours
    (DNS rebinding); Vite asks the same, but is always sent a Host of our own making.
    """
    if is_address(host.name):
        return ""
    longest = -1
    for domain in ("localhost", *domains):
        if host.name == domain:
            return ""
        if len(domain) > longest and host.name.endswith(f".{domain}"):
            longest = len(domain)
    return None if longest < 0 else host.name[: -longest - 1]
