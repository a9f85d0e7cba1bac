"""The application, put together from its parts."""

from __future__ import annotations

from pathlib import Path

import trio
from quart_trio import QuartTrio

from services.api import Options, auth, errors
from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.commands import Commands
from services.api.describing import Describing
from services.api.grace import Grace, bound
from services.api.guard import headers
from services.api.health import health_routes
from services.api.limits import LimitedRequest
from services.api.operation import alone
from services.api.original.astro import astro_routes
from services.api.original.editing import editing_routes
from services.api.original.git import git_routes
from services.api.pacing import PacedRequest
from services.api.pages.docs import docs_routes
from services.api.pages.studio import BUILT, studio_routes
from services.api.server.quick import QuickQuart
from services.api.streams.audience import Audience
from services.api.streams.lately import Lately
from services.api.v1.description import description_routes
from services.api.v1.events import event_routes
from services.api.v1.files import file_routes
from services.api.v1.git import git_routes as repository_routes
from services.api.v1.history import history_routes
from services.api.v1.journals import Journals
from services.api.v1.live import Boards, live_routes
from services.api.v1.logs import log_routes
from services.api.v1.ops import ops_routes
from services.api.v1.previews import preview_routes
from services.api.v1.selftest import selftest_routes
from services.api.v1.services import service_routes
from services.api.v1.session import session_routes
from services.api.v1.threads import thread_routes
from services.api.v1.tokens import token_routes
from services.api.v1.transfers import transfer_routes
from services.api.v1.turns import turn_routes
from services.api.v1.uploads import upload_routes
from services.api.v1.usage import usage_routes
from services.api.v1.webhooks import webhook_routes
from services.api.v1.workspaces import workspace_routes
from services.forwarded import Forwarders
from services.keyring.ring import Keyring
from services.messages import Activity, Routes, Transfers, Turns
from supervisor.context import Context


def build(
    ctx: Context[Options],
    *,
    keyring: Keyring,
    activity: trio.MemorySendChannel[Activity],
    grace: Grace,
    studio: Path = BUILT,
    lately: Lately | None = None,
) -> QuartTrio:
    """The API for one life of the service; it keeps nothing outside of what it is given.

    `studio` is the folder with what people see, as it was built. `lately` is what somebody else
    keeps of the turns; where nobody does, there are none.
    """
    options = ctx.options
    app = QuickQuart(__name__, static_folder=None)
    app.request_class = LimitedRequest
    app.asgi_http_class = PacedRequest
    app.config["RESPONSE_TIMEOUT"] = None  # who reads slowly may; the server knows who reads not
    errors.install(app)
    forwarders = Forwarders(options.trusted)
    headers.install(app, options, forwarders)
    guard = auth.Guard(options, keyring, forwarders)
    auth.install(app, guard)
    app.register_blueprint(health_routes(options, ctx.events, ctx.control, ctx.stopping))
    describing = Describing(app)
    app.register_blueprint(description_routes(describing))
    app.register_blueprint(docs_routes(describing))
    asking = Asking(ctx, activity, grace)
    addresses = Addresses(options.preview, options.wildcard, options.access == "signed", keyring)
    previews = ctx.board("routes", Routes)
    audience = Audience(options.streams, options.streams_each, forwarders)
    app.register_blueprint(editing_routes(asking, addresses))
    app.register_blueprint(preview_routes(asking, addresses, previews, ctx.stopping, audience))
    app.register_blueprint(astro_routes(asking, addresses, previews))
    app.register_blueprint(git_routes(asking))
    app.register_blueprint(workspace_routes(asking))
    app.register_blueprint(thread_routes(asking, addresses, previews))
    app.register_blueprint(repository_routes(asking))
    app.register_blueprint(history_routes(asking))
    transfers = ctx.board("transfers", Transfers)
    app.register_blueprint(transfer_routes(transfers, ctx.stopping, audience))
    app.register_blueprint(selftest_routes(asking, addresses))
    app.register_blueprint(token_routes())
    app.register_blueprint(turn_routes(asking))
    app.register_blueprint(file_routes(asking))
    app.register_blueprint(upload_routes(asking))
    journals = Journals(asking, ctx.stopping, audience)
    app.register_blueprint(event_routes(journals))
    turns = ctx.board("turns", Turns)
    app.register_blueprint(live_routes(journals, Boards(previews, transfers, turns), addresses))
    app.register_blueprint(usage_routes(asking))
    app.register_blueprint(webhook_routes(asking))
    commands = Commands(ctx, grace)
    app.register_blueprint(service_routes(commands, asking, ctx.events, ctx.stopping, audience))
    app.register_blueprint(log_routes(asking, commands, ctx.logs, ctx.stopping, audience))
    app.register_blueprint(ops_routes(ctx, addresses, previews, lately or Lately(), audience))
    app.register_blueprint(session_routes(options, forwarders))
    app.register_blueprint(studio_routes(options, addresses, guard, asking, forwarders, studio))
    bound(app, grace)
    app.alone = alone(app.view_functions, "health")
    return app
