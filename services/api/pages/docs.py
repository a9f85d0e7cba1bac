"""The page that documents the API, for a person who builds on it."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import ClassVar

import trio
from quart import Blueprint, Response, request

from services.api.describing import Describing
from services.api.operation import Needs, operation
from services.api.pages.docs_html import STYLE, render
from services.api.shapes import Reply

_HERE = "http://nurseryd.invalid"  # in place of the address that somebody asks at
_PLAIN = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


class Page(Reply, frozen=True, kw_only=True):
    """A page of HTML, which loads nothing from anywhere."""

    media_type: ClassVar[str] = "text/html"


def docs_routes(describing: Describing) -> Blueprint:
    routes = Blueprint("docs", __name__)
    made: list[bytes] = []
    policy = (
        f"default-src 'none'; style-src '{hashed(STYLE)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )

    @routes.get("/docs")
    @operation("readDocs", Page, needs=Needs.NOBODY)
    async def docs() -> Response:
        """This document as a page for people."""
        document = await describing.document()
        if not made:
            made.append((await trio.to_thread.run_sync(render, document, _HERE)).encode())
        # Made once, whoever asks by ever other names: no token is needed for this.
        page = made[0].replace(_HERE.encode(), shown(f"{request.scheme}://{request.host}").encode())
        content_type = "text/html; charset=utf-8"
        headers = {"Content-Security-Policy": policy}
        return Response(page, headers=headers, content_type=content_type)

    return routes


def shown(address: str) -> str:
    """The address of the API in commands, which stands there for a shell as it is."""
    return address if _PLAIN.fullmatch(address) else _HERE


def hashed(style: str) -> str:
    """What a policy calls the one style sheet that it lets in."""
    return f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}"
