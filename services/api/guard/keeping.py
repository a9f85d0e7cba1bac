"""Where a browser is to keep the token that an address brought, if anywhere. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

_FRAMES = ("iframe", "frame", "embed", "object", "fencedframe")


class Keeping(Enum):
    """Which cookie."""

    WINDOW = auto()  # Lax: with Strict a link from elsewhere would lose it on the very redirect
    FRAME = auto()  # for frames of ours on pages of that one site, apart from all other cookies
    NOT = auto()  # none


def keeping(headers: Headers, embedders: Collection[str]) -> Keeping:
    """Where to keep the token of a request for a page; `embedders` are origins that may frame it.

    Whoever can make a browser keep a token of theirs has its owner work, unawares, where they can
    look on. A link can: the page that it opens shows where one is. But nothing else that a page of
    another origin has a browser load, such as an image, and no frame but on a page of an
    embedder: of who frames us a browser tells by the Referer alone. What sends none of this is no
    browser, or reaches us by plain HTTP.
    """
    if headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return Keeping.NOT
    if headers.get("Sec-Fetch-Dest", "document") not in _FRAMES:
        return Keeping.WINDOW
    if _origin(headers.get("Referer", "")) not in embedders:
        return Keeping.NOT
    return Keeping.FRAME if headers.get("Sec-Fetch-Site") == "cross-site" else Keeping.WINDOW


def _origin(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None
