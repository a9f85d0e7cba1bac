"""Which repository addresses are used, and what is said of a remote that does not do its part."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from services.loopback import is_loopback
from supervisor.desk import Invalid

PORTS = {"https": 443, "http": 80}
# Where programs read other hosts out of one address, a token would go astray.
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
MOST_URL = 400  # characters; texts repeat it


class Origin(NamedTuple):
    """Who answers at an address: nobody else is ever told a token that is meant for them."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """As in an address, and as the option `credentials` has it."""
        host = _written(self.host)
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


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def checked(url: str, schemes: Collection[str], hosts: Collection[str] = ()) -> str:
    """The address as it may be used and remembered.

    Raises `Invalid` for a kind of address that is not in `schemes`, for a host that is not in
    `hosts`, if there are any, and for an address that carries a credential, since it is written
    into `.git/config`. The text never repeats the address: it may hold a secret.
    """
    if len(url) > MOST_URL:
        raise Invalid(f"cannot use this repoUrl: it is longer than {MOST_URL} characters")
    if any(not char.isprintable() or char.isspace() for char in url):
        raise Invalid("cannot use this repoUrl: it contains spaces or control characters")
    allowed = " or ".join(f"{scheme}://" for scheme in schemes)
    if url.startswith("/"):
        if "file" not in schemes:
            raise Invalid(f"cannot use a path of this machine as repoUrl: use {allowed}")
        return url
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Invalid("cannot use this repoUrl: it is not a valid address") from None
    if parts.scheme not in schemes or "://" not in url:
        example = ", as in https://github.com/OWNER/NAME" if "https" in schemes else ""
        raise Invalid(f"cannot use this kind of repoUrl: use {allowed}{example}")
    if parts.scheme == "file":
        if host or not parts.path.startswith("/"):
            raise Invalid("cannot use this repoUrl: write file:/// and an absolute path")
        return url
    if not host or len(parts.path) < 2:
        raise Invalid(f"cannot use this repoUrl: write {parts.scheme}://host/path")
    if "@" in parts.netloc:
        raise Invalid(
            "cannot use this repoUrl: it contains a credential, which would be stored;"
            " leave out what stands before '@'"
        )
    if not _HOST.fullmatch(host):
        raise Invalid("cannot use this repoUrl: it is not a valid address")
    if parts.query or parts.fragment:
        raise Invalid("cannot use this repoUrl: leave out '?' and '#' and what follows them")
    _check_host(parts, host, hosts)
    return url


def folder(url: str) -> Path | None:
    """The folder of this machine that an address names; None for one of a host."""
    if url.startswith("/"):
        return Path(url)
    parts = urlsplit(url)
    return Path(os.fsdecode(unquote_to_bytes(parts.path))) if parts.scheme == "file" else None


def _check_host(parts: SplitResult, host: str, hosts: Collection[str]) -> None:
    bare = _written(host)
    ours = {bare, f"{bare}:{parts.port or PORTS[parts.scheme]}"}
    named = ours & {name.lower() for name in hosts}
    if hosts and not named:
        raise Invalid(
            f"cannot use a repository at {host}: use one at {' or '.join(sorted(hosts))}, or add"
            " the host to the option hosts of service.workspaces"
        )
    if parts.scheme == "http" and not named and not is_loopback(host):
        raise Invalid(f"cannot use http:// with {host}: anybody could read along; use https://")


def without_credentials(url: str) -> str | None:
    """An address as anybody may read it: what `checked` refuses, others may have written.

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
