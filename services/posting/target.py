"""Where a POST may go. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from services.loopback import is_loopback
from services.webaddress import parts_of


def check(url: str, *, insecure: bool | None = None) -> None:
    """Raise `ValueError` unless it is https, or plain http to this machine or `insecure`.

    None is where nobody may say so.
    """
    parts = parts_of(url)
    if parts is None:
        raise ValueError("url: write https://HOST/PATH or https://HOST:PORT/PATH")
    if parts.username is not None:
        raise ValueError("url: it holds a user; a receiver is shown the signature instead")
    if parts.scheme == "http" and not (insecure or is_loopback(parts.hostname or "")):
        otherwise = "" if insecure is None else ", or insecure = true"
        raise ValueError(f"url: plain http leaves this machine; use https{otherwise}")


def host_of(url: str) -> str:
    """Where it goes, without the path, which may be a secret of its own."""
    return urlsplit(url).netloc
