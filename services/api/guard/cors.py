"""Pages of other origins: which may ask, and how browsers are told. Pure."""

from __future__ import annotations

from collections.abc import Collection

from werkzeug.datastructures import Headers

ANSWER_HEADERS = "Location, Retry-After, ETag"
REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID"
)
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
REMEMBER = 600  # seconds that a browser may keep an answer to its preflight


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks if a page may ask; there is no token in that."""
    return (
        method == "OPTIONS" and "Origin" in headers and "Access-Control-Request-Method" in headers
    )


def preflight_headers() -> dict[str, str]:
    """What the answer to a preflight says besides `cors_headers`."""
    return {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(REMEMBER),
    }


def cors_headers(origin: str | None, allowed: Collection[str]) -> dict[str, str]:
    """What every answer says to a page of `origin`: never that it may send a cookie along."""
    if origin is None or origin not in allowed:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": ANSWER_HEADERS,
    }
