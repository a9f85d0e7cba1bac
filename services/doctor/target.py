"""The public address of a preview, taken apart. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from services.doctor.causes import Broken, Symptom

# What `ThreadKey.preview_id` and `built_id` make.
PREVIEW_ID = re.compile(r"[a-z0-9][a-z0-9-]*-[0-9a-f]{16}(?:-built)?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a browser would go. `path` begins with a slash and has the query in it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The Host header: without the port where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def is_local(self) -> bool:
        """A name that browsers take for loopback without asking anybody, or an address of it."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        return is_address(self.host) and ip_address(self.host).is_loopback

    @property
    def domain(self) -> str:
        """The domain below which every preview has a name; none where all share one host."""
        label, _, rest = self.host.partition(".")
        return rest if PREVIEW_ID.fullmatch(label) else ""


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def sendable(address: str, encoding: str = "utf-8") -> str:
    """An address, or the end of one, as a browser sends it; what is quoted already stays so."""
    return quote(address, string.punctuation, encoding, "surrogatepass")


def parse(address: str) -> Target:
    """Raises `Broken` for what no browser could open."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        host = host.rstrip(".").encode("idna").decode() if host and not is_address(host) else host
    except (ValueError, UnicodeError) as error:
        raise Broken(Symptom.BAD_ADDRESS, f"{address!r} is no address: {error}") from None
    if parts.scheme not in _PORTS or not host:
        raise Broken(Symptom.BAD_ADDRESS, f"{address!r} is no address with http:// or https://")
    if parts.username is not None:
        raise Broken(Symptom.BAD_ADDRESS, "there is a user name in the address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], sendable(path))


def check(target: Target, domains: Collection[str] | None) -> str:
    """How previews are told apart at that address, in words.

    `domains` are those that the front door serves, where that is known. Raises `Broken` for an
    address at which no preview can be served.
    """
    if target.domain and is_address(target.domain):
        seen = f"the names of previews are below {target.domain}, which is no domain"
        raise Broken(Symptom.BELOW_AN_ADDRESS, seen)
    name = target.domain or target.host
    if domains is not None and not (target.is_local or is_address(name)):
        known = [domain.lower().lstrip(".") for domain in domains]
        if not any(name == domain or name.endswith(f".{domain}") for domain in known):
            there = ", ".join(known) or "none"
            seen = f"previews are served for {name}; the front door's domains are: {there}"
            raise Broken(Symptom.NOT_IN_DOMAINS, seen)
    if target.domain:
        return f"each preview has a name of its own below {target.domain}"
    return f"one host for all previews, {target.host}"
