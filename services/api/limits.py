"""How much a request may bring along."""

from __future__ import annotations

from typing import Any

from quart_trio import QuartTrio

MB = 1024 * 1024
BODY_LIMIT = 10 * MB  # bytes
INSTRUCTION_LIMIT = 20_000  # characters
# Four images of 5 MB, of which base64 makes four bytes of three; the rest has what is left.
TURN_LIMIT = 28 * MB  # bytes


def body_limit(method: str, path: str) -> int:
    """In bytes: a turn may come with images."""
    brings_images = method == "POST" and path.startswith("/v1/threads/") and path.endswith("/turns")
    return TURN_LIMIT if brings_images else BODY_LIMIT


class LimitedRequest(QuartTrio.request_class):
    """A request whose body has the limit of its route.

    Quart knows one limit for all, and has it from the first byte on: before a route is found.
    """

    def __init__(self, method: str, scheme: str, path: str, *args: Any, **kwargs: Any) -> None:
        kwargs["max_content_length"] = body_limit(method, path)
        super().__init__(method, scheme, path, *args, **kwargs)
