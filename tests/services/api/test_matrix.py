"""Every route against every kind of token: nobody reaches what is another's.

A route with a client in its path, or without one, is tested by itself. One that is open to any
token, or to everybody, must be listed here with what is to be seen of it.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.api import Options
from services.api.app import build
from services.api.grace import Grace
from services.api.operation import Needs, needs_of
from services.keyring.ring import Keyring
from services.messages import Activity, Preview, PreviewState, Routes, Scope, Transfer, Transfers
from services.messages.tokens import Access, Grant, sign
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import IDS, KEY, Fakes

# Open to everybody: they tell nothing of anybody.
NOBODY = {
    *("/health", "/health/live", "/health/ready", "/health/startup", "/openapi.json", "/docs"),
    *("/", "/studio/<client>/<user>", "/studio/<client>/<user>/<thread>", "/ops"),
    *("/embed/<client>/<user>/<thread>", "/assets/<name>"),
}

# Open to any token: by what a stranger would reach what is acme's, for which he is refused before
# anybody is asked; where it is nothing, nothing of acme's is in the answer.
WANTED = {"json": {"scope": "thread:acme/ann/t1"}}
ANYONE: dict[str, dict[str, Any] | None] = {
    "/api/init": {"json": IDS},
    "/api/execute": {"json": IDS | {"instruction": "Say hello."}},
    "/v1/events": None,
    "/v1/preview/selftest": {"query_string": {"thread": "acme/ann/t1"}},
    "/v1/previews": None,
    "/v1/session": None,
    "/v1/tickets": WANTED,
    "/v1/tokens": WANTED,
    "/v1/transfers": None,
    "/v1/workspaces": None,
}

# Which tokens reach a route with so many of the ids of acme/ann/t1 in its path.
LEVELS = ("operator", "client:acme", "user:acme/ann", "thread:acme/ann/t1")
# Those that take more than their path says: they change what other threads begin with.
WIDER = {"/v1/threads/<client>/<user>/<thread>/merge": 2}
STRANGERS = (
    "client:other",
    "user:other/ann",
    "user:acme/bob",
    "thread:other/ann/t1",
    "thread:acme/bob/t1",
    "thread:acme/ann/t2",
)


class Route(NamedTuple):
    method: str
    rule: str
    needs: Needs

    @property
    def path(self) -> str:
        """The route as it is asked for, about acme/ann/t1."""
        known = {"client": "acme", "user": "ann", "thread": "t1", "name": "index.js"}
        part = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
        numbers = ("int", "float")
        return part.sub(
            lambda it: "1" if it[1] in numbers else known.get(it[2], "something"), self.rule
        )

    @property
    def reached_by(self) -> set[str]:
        """The levels of tokens that reach it."""
        if self.needs is Needs.OPERATOR:
            return {"operator"}
        ids = sum(f"<{name}>" in self.rule for name in ("client", "user", "thread"))
        ids = min(ids, WIDER.get(self.rule, ids))
        return set(LEVELS[: ids + 1])


def made(harness: Any, keyring: Keyring, studio: Path) -> Any:
    options = Options(preview="https://preview.example.com/", requests=0, guesses=0)
    ctx = harness.context(options)
    sender = ctx.sender("activity", Activity)
    grace = Grace(3.0)
    return build(ctx, keyring=keyring, activity=sender, grace=grace, studio=studio)


# Asked for with another method, and changing nothing all the same.
LOOKS = {"/v1/threads/<client>/<user>/<thread>/preview/link"}


def all_routes() -> list[Route]:
    app = made(Fakes(Path()).harness, Keyring(TOKEN), Path())
    return sorted(
        Route(method, rule.rule, needs_of(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


ROUTES = all_routes()
GUARDED = [route for route in ROUTES if route.needs in (Needs.PATH, Needs.OPERATOR)]


@pytest.fixture
def keyring(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\nolder\n")
    return Keyring(file=tmp_path / "token")


@pytest.fixture
def app(fakes, keyring, studio, nursery):
    """All of it, with something of acme's on every board. Streams end after what there is."""
    preview = Preview(KEY.preview_id, KEY, PreviewState.READY, 1)
    boards = fakes.harness.channels.boards
    boards["routes"].set(Routes({preview.id: preview}, default=preview.id))
    boards["transfers"].set(Transfers({"acme/ann": Transfer("fetch", 1, 2, 3)}))
    fakes.harness.stopping.set()
    nursery.start_soon(fakes.harness.desk.answer, fakes._handle)
    return made(fakes.harness, keyring, studio)


def token(scope, access=Access.FULL, seconds=3600, signer=TOKEN):
    return sign(signer, Grant(Scope.parse(scope), access, int(time.time()) + seconds))


def named(route):
    return f"{route.method} {route.rule}"


class Asking:
    """One who asks for one route, each time as a client of its own: no cookie is kept."""

    def __init__(self, app: Any, fakes: Fakes, route: Route) -> None:
        self._app = app
        self._fakes = fakes
        self._route = route

    async def status(self, method: str = "", **more: Any) -> int:
        reply = await self.reply(method, **more)
        return int(reply.status_code)

    async def reply(self, method: str = "", **more: Any) -> Any:
        self._fakes.asked.clear()
        route = self._route
        client = self._app.test_client(use_cookies=False)
        return await client.open(route.path, method=method or route.method, **more)

    async def refused(self, status: int, method: str = "", **more: Any) -> bool:
        """Whether it is, and no service was asked anything."""
        return await self.status(method, **more) == status and self._fakes.asked == []

    async def let_in(self, **more: Any) -> bool:
        return await self.status(**more) not in (401, 403, 429)


def bearer(shown):
    return {"headers": {"Authorization": f"Bearer {shown}"}}


def test_each_route_that_is_not_held_to_its_path_is_listed():
    assert {route.rule for route in ROUTES if route.needs is Needs.NOBODY} <= NOBODY
    assert {route.rule for route in ROUTES if route.needs is Needs.ANYONE} <= ANYONE.keys()
    assert len(GUARDED) > 30


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.needs is not Needs.NOBODY], ids=named
)
async def test_without_a_good_token_nobody_gets_anything(app, fakes, route):
    asking = Asking(app, fakes, route)
    good = token("operator")
    assert await asking.refused(401)
    for bad in (
        "x",
        good[:-1],
        good.replace(".full.", ".read."),
        token("operator", signer="another"),
        token("operator", seconds=-1),
        token("thread:acme/ann/t1", seconds=-1),
    ):
        assert await asking.refused(401, **bearer(bad)), bad
    for bad in (token("operator", signer="another"), token("operator", seconds=-1)):
        assert await asking.refused(401, headers={"Cookie": f"nurseryd_token={bad}"}), bad
        assert await asking.refused(401, query_string={"ticket": bad, "token": bad}), bad


@pytest.mark.parametrize("route", GUARDED, ids=named)
async def test_a_token_reaches_what_is_its_own_and_nothing_else(app, fakes, route):
    asking = Asking(app, fakes, route)
    looks = route.method == "GET"
    for scope in (*LEVELS, *STRANGERS):
        reached = scope in route.reached_by
        for access in Access:
            shown = token(scope, access)
            if reached and (looks or route.rule in LOOKS or access is Access.FULL):
                assert await asking.let_in(**bearer(shown)), scope
            else:
                assert await asking.refused(403, **bearer(shown)), scope
        in_address = {"query_string": {"ticket": token(scope, Access.TICKET)}}
        if reached and looks:
            assert await asking.let_in(**in_address), scope
        else:
            assert await asking.refused(403 if looks else 401, **in_address), scope
    for own in (TOKEN, "older", token("operator", signer="older")):
        assert await asking.let_in(**bearer(own))


@pytest.mark.parametrize("route", GUARDED, ids=named)
async def test_another_method_does_not_help_a_stranger(app, fakes, route):
    asking = Asking(app, fakes, route)
    for method in ("HEAD", "OPTIONS", "PUT"):
        for scope in STRANGERS:
            status = await asking.status(method, **bearer(token(scope)))
            assert status in (403, 404, 405), (method, scope)
            assert fakes.asked == []


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.needs is not Needs.NOBODY], ids=named
)
async def test_a_page_of_another_site_gets_nothing_by_the_cookie_of_who_looks(app, fakes, route):
    asking = Asking(app, fakes, route)
    for shown in (TOKEN, token("thread:acme/ann/t1")):
        for said in (
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
            {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        ):
            headers = {"Cookie": f"nurseryd_token={shown}"} | said
            assert await asking.refused(403, headers=headers)
        if route.method != "GET":
            for said in ({}, {"Origin": "null"}, {"Origin": "http://localhost:4322"}):
                headers = {"Cookie": f"nurseryd_token={shown}"} | said
                assert await asking.refused(403, headers=headers)


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.needs is Needs.ANYONE], ids=named
)
async def test_a_stranger_learns_and_changes_nothing_where_any_token_is_let_in(app, fakes, route):
    asking, asked = Asking(app, fakes, route), ANYONE[route.rule]
    for scope in STRANGERS:
        if asked is not None:
            assert await asking.refused(403, **asked, **bearer(token(scope))), scope
            continue
        # A token for another thread of ann's may be told of ann.
        secret = "t1" if scope == "thread:acme/ann/t2" else "acme/ann"
        for accept in ("*/*", "application/json", "text/event-stream"):
            headers = bearer(token(scope))["headers"] | {"Accept": accept}
            text = await (await asking.reply(headers=headers)).get_data(as_text=True)
            assert secret not in text
            assert KEY.preview_id not in text


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.needs is Needs.NOBODY], ids=named
)
async def test_what_is_open_to_everybody_tells_nothing_of_anybody(app, fakes, route):
    asking = Asking(app, fakes, route)
    text = await (await asking.reply()).get_data(as_text=True)
    assert "acme" not in text
    assert TOKEN not in text
    assert await asking.let_in(**bearer("wrong"))
