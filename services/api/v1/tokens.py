"""The routes for tokens that reach less far than the one they are asked for with."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta
from quart import Blueprint

from services.api.auth import asker, permit
from services.api.errors import Problem
from services.api.operation import Needs, operation
from services.api.shapes import Body, Reply
from services.messages import Scope
from services.messages.tokens import Access, Grant, sign
from supervisor.desk import Refused

TOKEN_SECONDS, LONGEST_TOKEN = 8 * 3600, 366 * 24 * 3600
TICKET_SECONDS, LONGEST_TICKET = 600, 3600

Wanted = Annotated[str, Meta(description="operator, client:a, user:a/b or thread:a/b/c")]


class TokenBody(Body, frozen=True, kw_only=True):
    """What a token is to be good for, and for how many seconds."""

    scope: Wanted
    access: Literal["full", "read"] = "full"
    seconds: Annotated[int, Meta(ge=1, le=LONGEST_TOKEN)] = TOKEN_SECONDS


class TicketBody(Body, frozen=True, kw_only=True):
    """What a ticket is to show, and for how many seconds."""

    scope: Wanted
    seconds: Annotated[int, Meta(ge=1, le=LONGEST_TICKET)] = TICKET_SECONDS


class TokenReply(Reply, frozen=True, kw_only=True):
    """A token, for the header `Authorization: Bearer …`, and when it expires."""

    token: str
    scope: str
    access: Access
    expires: datetime


class TicketReply(Reply, frozen=True, kw_only=True):
    """A ticket, for `?ticket=…` in the address of a GET, and when it expires."""

    ticket: str
    scope: str
    expires: datetime


def token_routes() -> Blueprint:
    routes = Blueprint("tokens", __name__)

    @routes.post("/v1/tokens")
    @operation("createToken", (201, TokenReply), body=TokenBody, needs=Needs.ANYONE)
    async def token(body: TokenBody) -> tuple[TokenReply, int]:
        """Make a token for a client, a user or a thread.

        It reaches no further than the one that it is asked for with, and lasts no longer: until it
        expires, or until that one's own end, or until the operator's token behind both is retired.
        With `access` read it can look and change nothing; that and a ticket are for GET alone.
        """
        made, grant = issue(body.scope, Access(body.access), body.seconds)
        reply = TokenReply(
            token=made, scope=str(grant.scope), access=grant.access, expires=ending(grant)
        )
        return reply, 201

    @routes.post("/v1/tickets")
    @operation("createTicket", (201, TicketReply), body=TicketBody, needs=Needs.ANYONE)
    async def ticket(body: TicketBody) -> tuple[TicketReply, int]:
        """Make a ticket: a short-lived token that may stand in an address.

        For `EventSource`, images and frames, which cannot send a header. Whoever sees the address
        can look at what is in its scope until it expires, and change nothing.
        """
        made, grant = issue(body.scope, Access.TICKET, body.seconds)
        return TicketReply(ticket=made, scope=str(grant.scope), expires=ending(grant)), 201

    return routes


def issue(scope: str, access: Access, seconds: int) -> tuple[str, Grant]:
    """A token within what the asker's is good for, signed by the same; raises `Problem`."""
    try:
        wanted = Scope.parse(scope)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal
    permit(wanted)
    own = asker()
    grant = Grant(wanted, access, own.until(int(time.time()) + seconds))
    return sign(own.signer, grant), grant


def ending(grant: Grant) -> datetime:
    assert grant.expires is not None
    return datetime.fromtimestamp(grant.expires, UTC)
