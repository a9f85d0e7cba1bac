"""The front page, for a person with a browser."""

from __future__ import annotations

import shlex
from pathlib import Path

from quart import Blueprint, Response, request

from services.api.auth import remember
from services.api.page import render

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

CHAT = "chat/demo/me/first"  # the thread of the first edit


def page_routes(preview: str, token: str, token_file: Path | None) -> Blueprint:
    routes = Blueprint("page", __name__)
    if token_file is not None:
        source = f"$(cat {shlex.quote(str(token_file.absolute()))})"
    else:
        source = "the-token"

    @routes.get("/")
    async def index() -> Response:
        if "token" in request.args:
            return remember(token)
        page = render(preview, CHAT, first_edit(request.host_url.rstrip("/"), source))
        return Response(page, headers={"Content-Security-Policy": _POLICY})

    return routes


def first_edit(address: str, source: str) -> list[tuple[str, str]]:
    """What to do, and the command that does it, from nothing to the first edit.

    `source` is what a shell makes the token of.
    """

    def post(route: str, body: str) -> str:
        return (
            f"curl -sS {address}{route} \\\n"
            f'  -H "Authorization: Bearer $TOKEN" \\\n'
            f"  -H 'Content-Type: application/json' \\\n"
            f"  -d '{body}'"
        )

    thread = '"clientId": "demo", "userId": "me", "threadId": "first"'
    return [
        ("Take the token", f"TOKEN={source}"),
        ("Open a thread", post("/api/init", f"{{{thread}}}")),
        (
            "Change something",
            post(
                "/api/execute",
                f'{{{thread},\n       "instruction": "Change the heading to Hello, world"}}',
            ),
        ),
        (
            "Look at it",
            f'curl -sS {address}/api/status/demo/me/first \\\n  -H "Authorization: Bearer $TOKEN"',
        ),
    ]
