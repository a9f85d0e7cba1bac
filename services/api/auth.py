"""Who may ask: whoever shows a good token, as far as that reaches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import trio
from quart import g, request
from quart_trio import QuartTrio
from werkzeug.exceptions import MethodNotAllowed

from services.api import Options
from services.api.errors import Problem
from services.api.guard.credentials import (
    LOOKING,
    Asker,
    Way,
    examine,
    is_from_elsewhere,
    tokens_shown,
)
from services.api.guard.rates import Buckets, Guesses
from services.api.guard.visitors import visitor
from services.api.operation import Needs, looks, needs_of
from services.forwarded import Forwarders
from services.keyring.ring import Keyring
from services.messages import EVERYTHING, Scope
from services.messages.tokens import Access, BadToken, Expired
from supervisor.desk import Refused

HOW = "send the header 'Authorization: Bearer TOKEN', or open a page with ?token=TOKEN"
NO_TOKEN = f"cannot serve this without a token: {HOW}"
FOREIGN = "cannot take this from a page of another site, or for one: " + HOW.partition(",")[0]
READ_ONLY = "cannot change anything with a token that may only read: it takes one with full access"


class NotGood(Problem):
    """A token was shown that is not good; `expired` says that it was."""

    def __init__(self, bad: BadToken) -> None:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        super().__init__(401, f"cannot serve this with that token: {bad}; {HOW}", challenge)
        self.expired = isinstance(bad, Expired)


def asker() -> Asker:
    """Who makes the current request, and by which token."""
    found: Asker = g.asker
    return found


def caller() -> Scope:
    """What whoever asks may look at and change."""
    return asker().grant.scope


def permit(scope: Scope) -> None:
    """Raises `Problem` where whoever asks may not reach all of `scope`."""
    if not caller().covers(scope):
        raise Problem(403, f"cannot do this with a token for {caller()}: it takes one for {scope}")


def permit_change() -> None:
    """For what changes something though it is asked for with GET.

    Raises `Problem` where whoever asks may only look, or where a page of another origin may have
    had a browser ask.
    """
    own = asker()
    if own.grant.access is not Access.FULL:
        raise Problem(403, READ_ONLY)
    if own.way is Way.COOKIE and is_from_elsewhere("POST", request.headers, request.host):
        raise Problem(403, FOREIGN)


def still_good() -> Callable[[], bool]:
    """Whether the token of the current request is good, to be asked later, after its answer began.

    It is not once it expired, or the operator's token behind it was retired.
    """
    good: Callable[[], bool] = g.still_good
    return good


class Guard:
    """Lets requests in, for one life of the API."""

    def __init__(self, options: Options, keyring: Keyring, forwarders: Forwarders) -> None:
        self._keyring = keyring
        self._forwarders = forwarders
        self._requests = Buckets(options.requests)
        self._guesses = Guesses(options.guesses)

    def admit(self, view: Callable[..., Any] | None) -> None:
        """Raises `Problem` where whoever makes the current request may not have it from `view`."""
        needs = needs_of(view)
        if needs is Needs.NOBODY:
            return
        found = self.identify()
        changes = request.method not in LOOKING and not looks(view)
        if found.grant.access is not Access.FULL and changes:
            raise Problem(403, READ_ONLY)
        if found.way is Way.COOKIE and is_from_elsewhere(
            request.method, request.headers, request.host
        ):
            raise Problem(403, FOREIGN)
        if request.routing_exception is None and needs is not Needs.ANYONE:
            ids = request.view_args or {}
            permit(EVERYTHING if needs is Needs.OPERATOR else needed(ids))

    def identify(self, *, page: bool = False) -> Asker:
        """Who makes the current request, for whatever comes after.

        For a `page` also by a token in its address. Raises `Problem` where that is not known, or
        asks too often.
        """
        g.asker = found = self._authenticated(page)
        g.still_good = lambda: self._is_good(found)
        if not found.is_operator:
            _hold_off(
                self._requests.take(str(found.grant.scope), trio.current_time()),
                f"cannot take so many requests for {found.grant.scope}",
            )
        return found

    def knows(self) -> bool:
        """Whether a good token comes with the current request; that is never counted."""
        now = time.time()
        return isinstance(self._examined(False, self._keyring.at(now), now), Asker)

    def _authenticated(self, page: bool) -> Asker:
        """Who asks. A new token is known at once, one that is retired may be good a while."""
        address, clock = visitor(self._forwarders).client, trio.current_time()
        now = time.time()
        found = self._examined(page, self._keyring.at(now), now)
        if isinstance(found, Problem) and self._keyring.look(now):
            found = self._examined(page, self._keyring.all, now)
        if isinstance(found, Problem):
            wait = self._guesses.wrong(address, clock)
        else:
            wait = self._guesses.right(address, found.token, clock)
        _hold_off(wait, "cannot try more tokens from this address")
        if isinstance(found, Problem):
            raise found
        return found

    def _examined(self, page: bool, operators: tuple[str, ...], now: float) -> Asker | Problem:
        """Who shows the first good token, or what is wrong with the first."""
        problem: Problem | None = None
        for way, token in tokens_shown(
            request.method,
            request.headers.get("Authorization"),
            request.args,
            request.cookies,
            page=page,
        ):
            try:
                return examine(way, token, operators, now)
            except BadToken as bad:
                problem = problem or NotGood(bad)
        return problem or Problem(401, NO_TOKEN, {"WWW-Authenticate": "Bearer"})

    def _is_good(self, found: Asker) -> bool:
        now = time.time()
        return found.signer in self._keyring.at(now) and not found.grant.is_over(now)


def install(app: QuartTrio, guard: Guard) -> None:
    """Let nobody into `app` without a token, but to what is open to everybody."""

    @app.before_request
    async def admit() -> None:
        if not is_open_otherwise():
            guard.admit(app.view_functions.get(request.endpoint or ""))

    def is_open_otherwise() -> bool:
        """Whether the method is wrong, and the right one open to everybody: that is told, too."""
        wrong = request.routing_exception
        if not isinstance(wrong, MethodNotAllowed) or "GET" not in (wrong.valid_methods or ()):
            return False
        endpoint, _ = app.url_map.bind("").match(request.path, method="GET")
        return needs_of(app.view_functions.get(endpoint)) is Needs.NOBODY


def needed(path: Mapping[str, str]) -> Scope:
    """What a token must cover: what is in the path, everything where there is no client in it."""
    ids = (path.get("client"), path.get("user"), path.get("thread"))
    try:
        return Scope(*ids)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal


def _hold_off(wait: float, what: str) -> None:
    """Raises `Problem` for who has to wait so many seconds."""
    if wait:
        seconds = math.ceil(wait)
        raise Problem(429, f"{what}: wait {seconds} seconds", {"Retry-After": str(seconds)})
