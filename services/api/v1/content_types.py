"""How a file of somebody's site is served so that none of it runs on the API's own origin. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import quote

BYTES = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
# Shown for what they are; of scripts and styles, which a page of ours could be made to load, and
# of any other text only the text is.
_SHOWN = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".ico": "image/vnd.microsoft.icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".otf": "font/otf",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
# What a browser would run: it may keep them, and open them nowhere.
_KEPT = {
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".xsl": "application/xslt+xml",
}


def headers_for(path: str, data: bytes) -> dict[str, str]:
    """The headers that a file goes out with, its type among them."""
    ending = PurePosixPath(path).suffix.lower()
    headers = {
        "Content-Type": _KEPT.get(ending) or _SHOWN.get(ending) or _by_content(data),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    if ending in _KEPT:
        name = quote(PurePosixPath(path).name, safe="")
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return headers


def _by_content(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return BYTES
    return BYTES if "\0" in text else TEXT
