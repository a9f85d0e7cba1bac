"""The pages of the studio, and their parts; open to everybody, since there is nothing in them.

What a person may see the API says, to the script of the page. A token in the address of one goes
into a cookie, and out of the address bar and the history.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import cast
from urllib.parse import quote, urlencode

from quart import Blueprint, Response, redirect, request

import services
from services.api import Options
from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.auth import Guard, NotGood, permit
from services.api.cookies import remember
from services.api.errors import Problem
from services.api.guard.credentials import PAGE_QUERY, Way
from services.api.guard.keeping import Keeping, keeping
from services.api.operation import page
from services.api.pages.built import Files, send, shell
from services.api.shapes import thread_key
from services.forwarded import Forwarders
from services.messages import EVERYTHING, Scope
from services.navigation import is_navigation

OTHER = "other"  # it is not for that page, or not for one in a frame there
BUILT = Path(services.__path__[0]) / "studio" / "built"


def studio_routes(
    options: Options,
    addresses: Addresses,
    guard: Guard,
    asking: Asking,
    forwarders: Forwarders,
    built: Path = BUILT,
) -> Blueprint:
    routes = Blueprint("studio", __name__)
    shells, assets = Files(built), Files(built / "assets")

    async def open_page(name: str, about: Scope | None, embedders: Collection[str]) -> Response:
        if PAGE_QUERY in request.args:
            return enter(about, embedders)
        headers = dict(request.scope["headers"])
        # A stranger's visit keeps nothing awake, nor does what a browser does by itself.
        if is_navigation(request.method.encode(), headers) and guard.knows():
            asking.note_visit()
        reply = await shell(shells, name)
        reply.headers["Content-Security-Policy"] = policy(addresses.frames, embedders)
        # Whoever opened it in a window holds on to nothing of it, and a sandbox cannot open it.
        reply.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return reply

    def enter(about: Scope | None, embedders: Collection[str]) -> Response:
        """Take the token of the address into a cookie, or say by a word why not."""
        rest = [each for each in request.args.items(multi=True) if each[0] != PAGE_QUERY]
        address = quote(request.path) + (f"?{urlencode(rest)}" if rest else "")
        keep = keeping(request.headers, embedders)
        try:
            by_address = guard.identify(page=True).way is Way.PAGE
            if about is not None:
                permit(about)
        except Problem as problem:
            return cast("Response", redirect(f"{address}#problem={word(problem)}", 303))
        if by_address and keep is Keeping.NOT:
            return cast("Response", redirect(f"{address}#problem={OTHER}", 303))
        reply = cast("Response", redirect(address, 303))
        if by_address:
            remember(reply, keep, forwarders)
        return reply

    @routes.get("/")
    @page
    async def index() -> Response:
        return await open_page("index.html", None, ())

    @routes.get("/studio/<client>/<user>")
    @page
    async def user(client: str, user: str) -> Response:
        thread_key(client, user, "any")
        return await open_page("index.html", None, options.origins)

    @routes.get("/studio/<client>/<user>/<thread>")
    @page
    async def thread(client: str, user: str, thread: str) -> Response:
        about = Scope.of(thread_key(client, user, thread))
        return await open_page("index.html", about, options.origins)

    @routes.get("/embed/<client>/<user>/<thread>")
    @page
    async def embed(client: str, user: str, thread: str) -> Response:
        about = Scope.of(thread_key(client, user, thread))
        return await open_page("embed.html", about, options.origins)

    @routes.get("/ops")
    @page
    async def ops() -> Response:
        return await open_page("ops.html", EVERYTHING, ())

    @routes.get("/assets/<name>")
    @page
    async def asset(name: str) -> Response:
        found = assets.find(name)
        if found is None:
            raise Problem(404, f"cannot find GET {request.path}: see /docs")
        reply = await send(found)
        # A product's page loads the element from here, with whatever else that is made of.
        reply.headers["Access-Control-Allow-Origin"] = "*"
        reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return reply

    return routes


def policy(frames: str, embedders: Collection[str]) -> str:
    """Its own parts and the API, and previews in frames; nothing else of anywhere."""
    ancestors = " ".join(embedders) or "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: blob:; font-src 'self'; "
        f"frame-src {frames}; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {ancestors}; "
        "require-trusted-types-for 'script'; trusted-types lit-html"
    )


def word(problem: Problem) -> str:
    """What the page is told of why a token does not open it: one of these words, and no more."""
    match problem:
        case NotGood(expired=True):
            return "expired"
        case Problem(status=403):
            return OTHER
        case Problem(status=429):
            return "wait"
        case _:
            return "unknown"
