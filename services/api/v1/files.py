"""The routes for a thread's files: to list, read, write, remove and move them."""

from __future__ import annotations

from typing import TypeAlias

from quart import Blueprint, Response, request

from services.api.asking import Asking
from services.api.errors import Problem
from services.api.operation import operation
from services.api.shapes import Media
from services.api.v1.content_types import BYTES, headers_for
from services.api.v1.file_shapes import (
    FileBytes,
    FileReply,
    MoveBody,
    TreeQuery,
    TreeReply,
    file_described,
    tree_reply,
)
from services.api.v1.paths import THREAD
from services.api.v1.preconditions import etag, expected, expected_or_new
from services.messages import (
    Entry,
    ListFiles,
    MoveFile,
    ReadFile,
    RemoveFile,
    ThreadKey,
    WriteFile,
)

FILE = f"{THREAD}/files/<path:path>"
IF_MATCH = "the ETag of the content that is to be changed"
IF_NEW = "* for a file that is not there"
IF_NONE_MATCH = "the ETag of the content that is known already"

Tagged: TypeAlias = "tuple[FileReply, int, dict[str, str]]"


def file_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("files", __name__)

    @routes.get(f"{THREAD}/tree")
    @operation("listFiles", TreeReply, query=TreeQuery)
    async def tree(key: ThreadKey, query: TreeQuery) -> TreeReply:
        """A thread's files and folders.

        What git ignores is left out, and what may hold secrets.
        """
        wanted = ListFiles(key, query.path, query.depth, query.limit)
        return tree_reply(await asking.ask("workspaces", wanted))

    # A path that has an empty name in it is refused, and not taken for another.
    @routes.get(FILE, merge_slashes=False)
    @operation("readFile", FileBytes, (304, None), headers={"If-None-Match": IF_NONE_MATCH})
    async def read(key: ThreadKey, path: str) -> Response:
        """A file's bytes.

        10 MB at most. HTML and the like comes as an attachment, code as plain text: nothing of a
        site runs where the API is. See the preview for that.
        """
        found = await asking.ask("workspaces", ReadFile(key, path))
        tag = {"ETag": etag(found.entry.hash)}
        if request.if_none_match.contains_weak(found.entry.hash or ""):
            return _bare(Response(b"", 304, tag))
        return Response(found.data, 200, headers_for(path, found.data) | tag)

    @routes.put(FILE, merge_slashes=False)
    @operation(
        "writeFile",
        FileReply,
        (201, FileReply),
        body=Media(BYTES),
        headers={"If-Match": IF_MATCH, "If-None-Match": IF_NEW},
        problems=(412, 428),
    )
    async def write(key: ThreadKey, path: str) -> Tagged:
        """Write a file, in one step: whoever reads it meanwhile sees the one or the other.

        The body is its bytes, 10 MB at most. It has to be said what is there: `If-Match` with the
        ETag of what was read, or `If-None-Match: *` for a new file. Where it is something else the
        answer is 412 with the `current` hash, null for none. A file keeps its mode. Refused with
        409 while a turn runs in the thread.
        """
        seen = expected_or_new(
            request.headers.get("If-Match"), request.headers.get("If-None-Match")
        )
        if "Content-Range" in request.headers or "Content-Encoding" in request.headers:
            raise Problem(400, "cannot write a part of a file, or an encoded one: send all of it")
        data = await request.get_data(as_text=False)
        assert isinstance(data, bytes)
        asking.note_write()
        written = await asking.ask("workspaces", WriteFile(key, path, data, seen))
        return tagged(written, 201 if seen is None else 200)

    @routes.delete(FILE, merge_slashes=False)
    @operation("removeFile", (204, None), headers={"If-Match": IF_MATCH}, problems=(412, 428))
    async def remove(key: ThreadKey, path: str) -> None:
        """Remove a file, and folders that are empty without it.

        `If-Match` is needed, as to write one. Refused with 409 while a turn runs in the thread.
        """
        seen = expected(request.headers.get("If-Match"))
        asking.note_write()
        await asking.ask("workspaces", RemoveFile(key, path, seen))

    @routes.post(f"{THREAD}/move")
    @operation("moveFile", FileReply, body=MoveBody, problems=(412,))
    async def move(key: ThreadKey, body: MoveBody) -> Tagged:
        """Give a file another path, where there is nothing yet; folders are made.

        412 with the `current` hash where the file is not the one that is `expected`. Refused with
        409 while a turn runs in the thread.
        """
        asking.note_write()
        wanted = MoveFile(key, body.source, body.target, body.expected)
        return tagged(await asking.ask("workspaces", wanted), 200)

    return routes


def tagged(entry: Entry, status: int) -> Tagged:
    return FileReply(file=file_described(entry)), status, {"ETag": etag(entry.hash)}


def _bare(response: Response) -> Response:
    """Without what would be said of a body: that there is nothing is not how long the file is."""
    response.headers.remove("Content-Type")
    response.headers.remove("Content-Length")
    return response
