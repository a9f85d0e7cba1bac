"""The application, put together from its parts."""

from __future__ import annotations

from pathlib import Path

import trio
from quart import Response
from quart_trio import QuartTrio

from services.api import Options, auth, errors
from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.astro_routes import astro_routes
from services.api.chat_routes import chat_routes
from services.api.editing_routes import editing_routes
from services.api.event_routes import event_routes
from services.api.git_routes import git_routes
from services.api.grace import Grace
from services.api.health_routes import health_routes
from services.api.history_routes import history_routes
from services.api.last_send import FinishLastSend
from services.api.limits import LimitedRequest
from services.api.page_routes import page_routes
from services.api.preview_routes import preview_routes
from services.api.selftest_routes import selftest_routes
from services.api.thread_routes import thread_routes
from services.api.transfer_routes import transfer_routes
from services.api.turn_routes import turn_routes
from services.api.usage_routes import usage_routes
from services.messages import Activity, Routes, Transfers
from supervisor.context import Context


def build(
    ctx: Context[Options],
    *,
    token: str,
    token_file: Path | None,
    activity: trio.MemorySendChannel[Activity],
    grace: Grace,
) -> QuartTrio:
    """The API for one life of the service; it keeps nothing outside of what it is given."""
    options = ctx.options
    app = QuartTrio(__name__, static_folder=None)
    app.request_class = LimitedRequest
    app.json.sort_keys = False  # pyright: ignore[reportAttributeAccessIssue]
    app.json.ensure_ascii = False  # pyright: ignore[reportAttributeAccessIssue]
    errors.install(app)
    auth.install(app, token)
    app.register_blueprint(health_routes(options, ctx.events))
    asking = Asking(ctx, activity, grace)
    addresses = Addresses(options.preview, options.wildcard, options.access == "signed", token)
    previews = ctx.board("routes", Routes)
    app.register_blueprint(editing_routes(asking, addresses))
    app.register_blueprint(preview_routes(asking, addresses, previews, ctx.stopping))
    app.register_blueprint(astro_routes(asking, addresses, previews))
    app.register_blueprint(git_routes(asking))
    app.register_blueprint(thread_routes(asking))
    app.register_blueprint(history_routes(asking))
    app.register_blueprint(transfer_routes(ctx.board("transfers", Transfers), ctx.stopping))
    app.register_blueprint(selftest_routes(asking, addresses))
    app.register_blueprint(turn_routes(asking))
    app.register_blueprint(event_routes(asking, ctx.stopping))
    app.register_blueprint(usage_routes(asking))
    app.register_blueprint(chat_routes(addresses, token))
    app.register_blueprint(page_routes(options.preview, token, token_file))

    @app.after_request
    async def private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.asgi_app = FinishLastSend(app.asgi_app)
    return app
