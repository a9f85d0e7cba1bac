"""Which repository addresses are cloned."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from supervisor.desk import Refused


def checked(url: str, schemes: Collection[str]) -> str:
    """The address as it may be cloned and remembered.

    Raises `Refused` for a kind of address that is not in `schemes` and for one that carries
    a credential, since the address is written into `.git/config`. The text never repeats the
    address: it may hold a secret.
    """
    if any(not char.isprintable() or char.isspace() for char in url):
        raise Refused("cannot clone repoUrl: it contains spaces or control characters")
    allowed = " or ".join(f"{scheme}://" for scheme in schemes)
    if url.startswith("/"):
        if "file" not in schemes:
            raise Refused(f"cannot clone a path of this machine: use {allowed}")
        return url
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Refused("cannot clone repoUrl: it is not a valid address") from None
    if parts.scheme not in schemes or "://" not in url:
        raise Refused(f"cannot clone this kind of repoUrl: use {allowed}")
    if parts.scheme == "file":
        if host or not parts.path.startswith("/"):
            raise Refused("cannot clone repoUrl: write file:/// and an absolute path")
        return url
    if not host or len(parts.path) < 2:
        raise Refused(f"cannot clone repoUrl: write {parts.scheme}://host/path")
    if parts.password is not None or (parts.scheme != "ssh" and parts.username is not None):
        raise Refused(
            "cannot clone repoUrl: it contains a credential, which would be stored;"
            " leave out what stands before '@'"
        )
    if parts.query or parts.fragment:
        raise Refused("cannot clone repoUrl: leave out '?' and '#' and what follows them")
    return url


def same(one: str | None, other: str | None) -> bool:
    """Whether two addresses mean the same repository, as far as their text tells."""
    return _plain(one) == _plain(other)


def _plain(url: str | None) -> str | None:
    return url.rstrip("/").removesuffix(".git") if url else None
