"""The routes for a person's session in a browser: who they are here, by which token."""

from __future__ import annotations

from datetime import UTC, datetime

from quart import Blueprint, Response

from services.api import UNSET, Options
from services.api.auth import asker
from services.api.cookies import forget, remember
from services.api.guard.keeping import Keeping
from services.api.operation import Needs, operation
from services.api.shapes import Reply
from services.forwarded import Forwarders
from services.messages import Scope, ThreadKey
from services.messages.tokens import Access

FIRST = ("demo", "me", "first")  # the thread to begin with, as far as everything leaves it open


class ThreadIds(Reply, frozen=True, kw_only=True):
    """A thread, which need not be there yet."""

    client_id: str
    user_id: str
    thread_id: str


class SessionReply(Reply, frozen=True, kw_only=True):
    """What the token is good for, and until when; `first` is the thread to begin with."""

    scope: str
    access: Access
    expires: datetime | None
    first: ThreadIds


def session_routes(options: Options, forwarders: Forwarders) -> Blueprint:
    routes = Blueprint("session", __name__)
    own = tuple(
        None if id_ == UNSET else id_ for id_ in (options.client, options.user, options.thread)
    )

    @routes.get("/v1/session")
    @operation("getSession", SessionReply, needs=Needs.ANYONE)
    async def session() -> SessionReply:
        """What the token is good for, by which this is asked."""
        grant = asker().grant
        key = first_thread(grant.scope, own)
        expires = None if grant.expires is None else datetime.fromtimestamp(grant.expires, UTC)
        first = ThreadIds(client_id=key.client, user_id=key.user, thread_id=key.thread)
        return SessionReply(
            scope=str(grant.scope), access=grant.access, expires=expires, first=first
        )

    @routes.put("/v1/session")
    @operation("signIn", (204, None), needs=Needs.ANYONE, looks=True)
    async def sign_in() -> Response:
        """Put the token into a cookie of the browser, until it expires."""
        reply = Response(b"", 204)
        remember(reply, Keeping.WINDOW, forwarders)
        return reply

    @routes.delete("/v1/session")
    @operation("signOut", (204, None), needs=Needs.ANYONE, looks=True)
    async def sign_out() -> Response:
        """Take the cookie away again. The token is as good as before."""
        reply = Response(b"", 204)
        forget(reply, forwarders)
        return reply

    return routes


def first_thread(scope: Scope, own: tuple[str | None, ...]) -> ThreadKey:
    """The thread to begin with for a token: in its scope, and this container's `own` if it may be.

    `own` are a client, a user and a thread, each None where nobody said so.
    """
    ids: list[str] = []
    for place, default in enumerate(FIRST):
        if place < len(scope.ids):
            ids.append(scope.ids[place])
            continue
        ours = ids == [*own[:place]]
        ids.append((own[place] if ours else None) or default)
    return ThreadKey(*ids)
