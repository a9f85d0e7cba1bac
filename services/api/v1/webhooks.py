"""The routes for webhooks: how their deliveries go, and a try."""

from __future__ import annotations

from datetime import datetime

from quart import Blueprint

from services.api.asking import Asking
from services.api.operation import Needs, operation
from services.api.shapes import Nothing, Reply
from services.api.v1.times import moment
from services.messages import Delivery, HookState, ListHooks, TryHook


class DeliveryReply(Reply, frozen=True, kw_only=True):
    """One attempt to deliver; `status` is null without an answer, `error` without an error."""

    at: datetime | None
    type: str
    status: int | None
    error: str | None


class HookDescription(Reply, frozen=True, kw_only=True):
    """A webhook of the configuration; its secrets and its path are left out.

    `delivered` and `dropped` count since the service began. `pending` is the type of what it tries
    to deliver at the moment, `over` says why nothing is delivered to it any more.
    """

    number: int
    host: str
    events: tuple[str, ...]
    scope: str
    delivered: int
    dropped: int
    pending: str | None
    last: DeliveryReply | None
    over: str | None


class HooksReply(Reply, frozen=True, kw_only=True):
    """All webhooks, in the order of the configuration."""

    webhooks: tuple[HookDescription, ...]


class TriedReply(Reply, frozen=True, kw_only=True):
    """What came of an attempt."""

    delivery: DeliveryReply


def webhook_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("webhooks", __name__)

    @routes.get("/v1/webhooks")
    @operation("listWebhooks", HooksReply, needs=Needs.OPERATOR, problems=(503,))
    async def hooks() -> HooksReply:
        """How deliveries to others go."""
        found = await asking.ask("webhooks", ListHooks())
        return HooksReply(webhooks=tuple(_hook(hook) for hook in found))

    @routes.post("/v1/webhooks/<int:number>/test")
    @operation("tryWebhook", TriedReply, body=Nothing, needs=Needs.OPERATOR, problems=(404, 503))
    async def attempt(number: int, body: Nothing) -> TriedReply:
        """Send a webhook an event of the type `test`, once, and say what came of it."""
        return TriedReply(delivery=_delivery(await asking.ask("webhooks", TryHook(number))))

    return routes


def _hook(hook: HookState) -> HookDescription:
    return HookDescription(
        number=hook.number,
        host=hook.host,
        events=hook.events,
        scope=hook.scope,
        delivered=hook.delivered,
        dropped=hook.dropped,
        pending=hook.pending,
        last=None if hook.last is None else _delivery(hook.last),
        over=hook.over,
    )


def _delivery(delivery: Delivery) -> DeliveryReply:
    return DeliveryReply(
        at=moment(delivery.at),
        type=delivery.type,
        status=delivery.status or None,
        error=delivery.error,
    )
