"""How much a request may bring along."""

from __future__ import annotations

from typing import Any

from services.api.pacing import PacedBody
from services.api.server.quick import QuickRequest

MB = 1024 * 1024
BODY_LIMIT = 10 * MB  # bytes
INSTRUCTION_LIMIT = 20_000  # characters
# Four images of 5 MB, of which base64 makes four bytes of three; the rest has what is left.
TURN_LIMIT = 28 * MB  # bytes
# Of all images that are uploaded at once, each of which has `LARGEST_FILE`.
UPLOAD_LIMIT = 50 * MB  # bytes


def body_limit(method: str, path: str) -> int:
    """In bytes: a turn may come with images, and uploads are nothing else."""
    if _is_upload(method, path):
        return UPLOAD_LIMIT
    return TURN_LIMIT if _is_of_a_thread(method, path, "/turns") else BODY_LIMIT


def _is_upload(method: str, path: str) -> bool:
    return _is_of_a_thread(method, path, "/uploads")


def _is_of_a_thread(method: str, path: str, ending: str) -> bool:
    return method == "POST" and path.startswith("/v1/threads/") and path.endswith(ending)


class LimitedRequest(QuickRequest):
    """A request whose body has the limit of its route, and that of uploads is paced.

    Quart knows one limit for all, and has it from the first byte on: before a route is found.
    """

    def __init__(self, method: str, scheme: str, path: str, *args: Any, **kwargs: Any) -> None:
        kwargs["max_content_length"] = body_limit(method, path)
        super().__init__(method, scheme, path, *args, **kwargs)
        if _is_upload(method, path):
            self.body = PacedBody(self.content_length, UPLOAD_LIMIT)
