"""Where a POST may go. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from services.loopback import is_loopback


def check(url: str, *, insecure: bool | None = None) -> None:
    """Raise `ValueError` unless it is https, or plain http to this machine or `insecure`.

    None is where nobody may say so.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("url: write https://HOST/PATH")
    if parts.username is not None:
        raise ValueError("url: it holds a user; a receiver is shown the signature instead")
    if parts.scheme == "http" and not (insecure or is_loopback(parts.hostname)):
        otherwise = "" if insecure is None else ", or insecure = true"
        raise ValueError(f"url: plain http leaves this machine; use https{otherwise}")


def host_of(url: str) -> str:
    """Where it goes, without the path, which may be a secret of its own."""
    return urlsplit(url).netloc
