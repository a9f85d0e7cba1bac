"""The addresses of repositories, and what is said of a remote that does not do its part."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """Who answers at an address: nobody else is ever told a token that is meant for them."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """As in an address, and as the option `credentials` has it."""
        host = written(self.host)
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def origin(url: str) -> Origin | None:
    """Who answers at an address; None where that goes over no network, or it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in PORTS:
        return None
    return Origin(parts.scheme, host, PORTS[parts.scheme] if port is None else port)


def written(host: str) -> str:
    """As an address has it."""
    return f"[{host}]" if ":" in host else host


def folder(url: str) -> Path | None:
    """The folder of this machine that an address names; None for one of a host."""
    if url.startswith("/"):
        return Path(url)
    parts = urlsplit(url)
    return Path(os.fsdecode(unquote_to_bytes(parts.path))) if parts.scheme == "file" else None


def without_credentials(url: str) -> str | None:
    """An address as anybody may read it: what `Allowed` refuses, others may have written.

    None for one of which it is not clear where it has a secret.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def same(one: str | None, other: str | None) -> bool:
    """Whether two addresses mean the same repository, as far as their text tells."""
    return _plain(one) == _plain(other)


def _plain(url: str | None) -> str | None:
    return url.rstrip("/").removesuffix(".git") if url else None


def in_words(url: str, reason: str) -> str:
    """What git's reason means, and what to do about it."""
    host = origin(url) or url
    if "cannot redirect" in reason or "unexpected redirect" in reason:
        return f"{host} sends on to another host: the repository moved; use its new address"
    if "status code: 404" in reason:
        return f"{host} knows no such repository, or does not show it to this token"
    if "status code: 403" in reason:
        return f"{host} forbids it: this token may not do that"
    return reason
