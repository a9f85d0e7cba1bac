"""What load balancers said of a request, how much of it to believe, and what to say on. Pure.

RFC 7239 defines `Forwarded`; most of those that stand in front of a server speak the older
`X-Forwarded-For`, `-Proto` and `-Host`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import islice, zip_longest

LONGEST = 260  # a name in the DNS has 253 signs at most, and a port comes after it

Headers = Sequence[tuple[bytes, bytes]]

_SAID = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"})
_MOST_PEERS = 256
_MOST = 32  # hops that are looked at; more than that is no chain of load balancers
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR = re.compile(rf'({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*")[ \t]*([;,]|$)[ \t]*')
_NODE = re.compile(r"(?:(?P<v4>[0-9.]{7,15})|\[(?P<v6>[0-9A-Fa-f:.]{2,45})\])(?::[0-9]{1,5})?")
_OURS = (b"forwarded", b"x-real-ip")


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as whoever made it sees it.

    `path` are the addresses that it came by, the client's first and that of our peer last.
    `host` is the Host header that the client sent, where somebody says so, else empty.
    """

    path: tuple[str, ...]
    scheme: str = "http"
    host: str = ""

    @property
    def client(self) -> str:
        return self.path[0]


@dataclass(frozen=True, slots=True)
class _Hop:
    """What one of those on the way said of whom it got the request from."""

    node: str = ""
    scheme: str = ""
    host: str = ""


class Forwarders:
    """Those whose word is taken: `networks` such as "10.0.0.0/8", or single addresses.

    Raises `ValueError` for what is neither.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(each) for each in networks]
        # The same few neighbours bring all requests.
        self._peer = lru_cache(_MOST_PEERS)(self._look_at)

    def trusts(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False  # a Unix socket, which has no address
        return any(known in network for network in self._networks)

    def _look_at(self, peer: str) -> tuple[Seen, bool]:
        seen = Seen((plain(peer),))
        return seen, self.trusts(seen.client)

    def read(self, headers: Headers, peer: str) -> Seen:
        """What to believe of a request that `peer` brought; names are in lower case.

        Each hop is believed as far as the one after it is trusted, beginning with ours: whatever
        the client itself wrote there counts for nothing.
        """
        direct, trusted = self._peer(peer)
        if not (trusted and any(name in _SAID for name, _ in headers)):
            return direct
        path = [*direct.path]
        scheme, host = "http", ""
        for hop in islice(_hops(headers), _MOST):
            scheme = hop.scheme if hop.scheme in ("http", "https") else scheme
            host = hop.host or host
            address = _address(hop.node)
            if address is None:
                break
            path.append(address)
            if not self.trusts(address):
                break
        # What is cut is still too long to be a host, and is not remembered in full.
        return Seen(tuple(reversed(path)), scheme, host[: LONGEST + 1])


def plain(address: str) -> str:
    """An address of a socket as people write it: without a scope, IPv4 where it is that."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    return str(getattr(known, "ipv4_mapped", None) or known)


def is_forwarding(name: bytes) -> bool:
    """Whether a header of that name, in lower case, says such things: `forwarding` says it anew."""
    return name in _OURS or name.startswith(b"x-forwarded-")


@lru_cache(1024)  # the same few visitors ask for all the modules of a page
def forwarding(seen: Seen, host: str) -> tuple[tuple[bytes, bytes], ...]:
    """What the dev server is told, in both ways, of a request for `host`, the client's Host."""
    first, *others = map(_node, seen.path)
    hops = [f"for={first};host={_quoted(host)};proto={seen.scheme}"]
    hops += [f"for={node}" for node in others]
    return (
        (b"x-forwarded-for", ", ".join(seen.path).encode()),
        (b"x-forwarded-host", host.encode()),
        (b"x-forwarded-proto", seen.scheme.encode()),
        (b"forwarded", ", ".join(hops).encode()),
    )


def _hops(headers: Headers) -> Iterator[_Hop]:
    """What was said, by the one next to us first.

    Where both ways are there one of them may be the client's own, passed on by a load balancer
    that does not know it. That is `Forwarded`, which hardly any of them writes.
    """
    nodes, schemes, hosts = (
        [text for value in _values(headers, name) for text in value.split(",")]
        for name in (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host")
    )
    if not (nodes or schemes or hosts):
        yield from _hops_of_rfc(headers)
    for said in zip_longest(reversed(nodes), reversed(schemes), reversed(hosts), fillvalue=""):
        node, scheme, host = map(str.strip, said)
        yield _Hop(node, scheme.lower(), host)


def _hops_of_rfc(headers: Headers) -> Iterator[_Hop]:
    """Each header apart, so that a client's open quotation mark hides nothing said after it."""
    for value in reversed(_values(headers, b"forwarded")):
        hops = _elements(value.strip())
        if hops is None:
            return
        yield from reversed(hops)


def _elements(value: str) -> list[_Hop] | None:
    """The members of a Forwarded header; None for what is not of its grammar."""
    hops: list[_Hop] = []
    pairs: dict[str, str] = {}
    at = 0
    end = ","
    while at < len(value):
        found = _PAIR.match(value, at)
        if found is None or found[1].lower() in pairs:
            return None
        text = found[2]
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        pairs[found[1].lower()] = text
        at, end = found.end(), found[3]
        if end != ";":
            node, scheme, host = (pairs.get(name, "") for name in ("for", "proto", "host"))
            hops.append(_Hop(node, scheme.lower(), host))
            pairs = {}
    return None if end else hops


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _address(node: str) -> str | None:
    """The address of a node: IPv6 with brackets or without, either with a port or without."""
    found = _NODE.fullmatch(node)
    text = (found["v4"] or found["v6"]) if found else node
    address = plain(text) if "%" not in text else "unknown"
    return None if address == "unknown" else address


def _node(address: str) -> str:
    return f'"[{address}]"' if ":" in address else address


def _quoted(text: str) -> str:
    if re.fullmatch(_TOKEN, text):
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
