"""Which images a site may have: told by their content, whatever they are called. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

ENDINGS: Mapping[str, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/svg+xml": ".svg",
}
HEAD = 1024  # bytes that tell what a file is
# A comment ends where it first can, and no match tries it longer: a row of them is read in one go.
_COMMENTS = rb"(?><!--.*?-->\s*)*+"
_SVG = re.compile(
    rb"\s*(?:<\?xml\b[^>]*\?>\s*)?%b(?:<!DOCTYPE\s+svg\b[^\[>]*>\s*)?%b<(?:\w+:)?svg[\s>/]"
    % (_COMMENTS, _COMMENTS),
    re.DOTALL,
)
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def media_type_of(head: bytes) -> str | None:
    """The type of an image with pixels by its first bytes; None for what is none."""
    for magic, media_type in _MAGIC.items():
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and _is_avif(head):
        return "image/avif"
    return None


def _is_avif(head: bytes) -> bool:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]
    return b"avif" in brands or b"avis" in brands


def is_svg(head: bytes) -> bool:
    """Whether a text begins as an SVG does; its first `HEAD` bytes tell."""
    return _SVG.match(head.removeprefix(b"\xef\xbb\xbf")) is not None
