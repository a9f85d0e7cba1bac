"""The files of the studio as `make studio` built them, for browsers that may have them already."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import trio
from quart import Response, request

from services.api.errors import Problem

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
NOT_BUILT = "cannot show the studio: it was not built; run 'make studio', or install a release"


@dataclass(frozen=True)
class Built:
    """One file, as it was read."""

    data: bytes
    type: str

    @cached_property
    def tag(self) -> str:
        return sha256(self.data).hexdigest()[:32]

    @cached_property
    def packed(self) -> bytes:
        """The same by gzip; takes some tens of milliseconds, once."""
        return gzip.compress(self.data, mtime=0)


@dataclass
class Files:
    """Those in one folder, read when they are asked for first, and again once they change."""

    folder: Path
    _read: dict[str, tuple[tuple[int, int], Built]] = field(
        default_factory=dict[str, tuple[tuple[int, int], Built]]
    )

    def find(self, name: str) -> Built | None:
        """The file of that name; None where there is none that is ours to serve. Blocking."""
        suffix = Path(name).suffix
        path = self.folder / name
        if not _NAME.fullmatch(name) or suffix not in TYPES or path.is_symlink():
            return None
        try:
            found = path.stat()
            state = found.st_mtime_ns, found.st_size
            if (known := self._read.get(name)) is not None and known[0] == state:
                return known[1]
            built = Built(path.read_bytes(), TYPES[suffix])
        except OSError:
            return None
        self._read[name] = state, built
        return built


async def send(built: Built) -> Response:
    """The answer to the current request for a file, which the browser asks for each time anew.

    Each of its two forms has a tag of its own, as strong tags must; whoever has either has it all.
    """
    packs = request.accept_encodings["gzip"] > 0
    tag = f"{built.tag}-gzip" if packs else built.tag
    known = {built.tag, f"{built.tag}-gzip"}
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if any(one in known for one in request.if_none_match.as_set()):
        reply = Response(b"", 304, headers)
    else:
        body = await trio.to_thread.run_sync(getattr, built, "packed") if packs else built.data
        reply = Response(body, 200, headers, content_type=built.type)
        if packs:
            reply.headers["Content-Encoding"] = "gzip"
    reply.set_etag(tag)
    return reply


async def shell(files: Files, name: str) -> Response:
    """The page that a view of the studio begins with. Raises `Problem` where it was not built."""
    built = files.find(name)
    if built is None:
        raise Problem(501, NOT_BUILT)
    return await send(built)
