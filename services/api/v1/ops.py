"""The route for all that the page of an operator shows."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import ExitStack
from functools import partial

from quart import Blueprint, Response

from services.api.addresses import Addresses
from services.api.health import installed_version
from services.api.operation import Needs, operation
from services.api.streams.audience import Audience
from services.api.streams.boards import Onlooker
from services.api.streams.holding import Holding
from services.api.streams.lately import Lately
from services.api.streams.sse import answer, event
from services.api.streams.together import Source, together
from services.api.v1.ops_replies import About, OpsEvents
from services.api.v1.ops_sources import Checks, Samples, Services, Working
from services.api.v1.preview_replies import listed
from services.messages import EVERYTHING, Routes
from services.moments import instant
from supervisor.cell import Cell
from supervisor.context import Context


def ops_routes(
    ctx: Context[object],
    addresses: Addresses,
    previews: Cell[Routes | None],
    lately: Lately,
    audience: Audience,
) -> Blueprint:
    routes = Blueprint("ops", __name__)
    vitals = ctx.vitals

    about = About(version=installed_version(), began=instant(vitals.began), own=ctx.name)

    def told(held: ExitStack) -> AsyncGenerator[bytes, None]:
        sources: list[Source] = [
            Onlooker(Cell(about), lambda it: it, partial(event, "about")),
            Services(ctx.events, vitals, held),
            Onlooker(
                previews,
                lambda now: listed(now, EVERYTHING, addresses),
                partial(event, "previews"),
            ),
            Checks(ctx.control, vitals),
            Working(lately),
            Samples(vitals),
        ]
        return together(sources, ctx.stopping)

    @routes.get("/v1/ops/live")
    @operation("watchOps", OpsEvents, needs=Needs.OPERATOR)
    async def live() -> Response:
        """All that an operator watches, in one stream: how it is and was, then each change.

        `about`, `snapshot` with all services, `past`, `previews`, `checks`, `turns`, `history` and
        the last `sample` of it come first. `changed`, `vanished` and `happened` tell of services, a
        `sample` comes every ten seconds, `working` with each turn that begins or ends; the others
        come again as a whole. There are no ids: whoever comes back gets all anew.
        """
        asker = audience.admit()
        return answer(lambda: audience.keep(asker, Holding(told)))

    return routes
