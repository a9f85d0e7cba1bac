"""The page on which a person talks to the agent beside the preview."""

from __future__ import annotations

from importlib import resources
from urllib.parse import urlsplit

from quart import Blueprint, Response, request

from services.api.addresses import Addresses
from services.api.auth import remember
from services.api.errors import Problem
from services.api.schema import thread_key

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


def chat_routes(addresses: Addresses, token: str) -> Blueprint:
    routes = Blueprint("chat", __name__)
    files = {
        file.name: file.read_bytes()
        for file in resources.files("services.api").joinpath("chat").iterdir()
    }

    @routes.get("/chat/<client>/<user>/<thread>")
    async def chat(client: str, user: str, thread: str) -> Response:
        key = thread_key(client, user, thread)
        if "token" in request.args:
            return remember(token)
        reply = file("index.html")
        reply.headers["Content-Security-Policy"] = policy(addresses.plain(key.preview_id))
        return reply

    @routes.get("/chat/<name>")
    async def part(name: str) -> Response:
        if name == "index.html" or name not in files:
            raise Problem(404, f"Route not found: {request.method} {request.path}")
        return file(name)

    def file(name: str) -> Response:
        kind = TYPES[name[name.rindex(".") :]]
        return Response(files[name], content_type=f"{kind}; charset=utf-8")

    return routes


def policy(preview: str) -> str:
    """Its own scripts, styles and routes, and one preview in a frame; nothing else of anywhere."""
    parts = urlsplit(preview)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src data:; frame-src {parts.scheme}://{parts.netloc}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
