"""One life of the API: a socket, tokens, and the application between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog
import trio

from services.api import Options
from services.api.app import build
from services.api.banner import banner, is_read
from services.api.grace import Grace
from services.api.guard.checks import is_ours_alone
from services.api.guard.rates import neighbourhood
from services.api.listening import bound_socket, configure, url_of
from services.api.server.patience import Patience
from services.api.server.serving import Server
from services.api.streams.lately import Lately
from services.forwarded import Forwarders, plain
from services.keyring.file import keep_tokens
from services.keyring.referred import Referred
from services.keyring.ring import Keyring
from services.messages import Activity, Turns
from supervisor.context import Context

log = structlog.get_logger()

# Both fit in the five seconds of `stop_timeout`: requests that wait for another service get an
# answer that says so, and the server has a second left to send it.
ANSWER_WITHIN = 3.0
CLOSE_WITHIN = 4.0


async def run(ctx: Context[Options], *, ready: Callable[[], None]) -> None:
    """Listen, say so, and serve until `ctx.stopping`."""
    options = ctx.options
    file = Path(options.token_file) if options.token_file else None
    if options.token:
        return await _serve(ctx, Keyring(options.token), file, ready, show=False)
    may_generate = is_ours_alone(options.bind) or options.generate == "anywhere"
    keep = partial(keep_tokens, file, ctx.run, generate=may_generate)
    kept = await trio.to_thread.run_sync(keep)
    given = "" if file is not None else kept.tokens[0]
    keyring = Keyring(given, file, hide=ctx.hide)
    keyring.look(time.time())
    return await _serve(ctx, keyring, file, ready, show=kept.generated)


async def _serve(
    ctx: Context[Options],
    keyring: Keyring,
    file: Path | None,
    ready: Callable[[], None],
    *,
    show: bool,
) -> None:
    listener = await trio.to_thread.run_sync(bound_socket, ctx.options.bind)
    address = url_of(listener)
    grace = Grace(ANSWER_WITHIN)

    def listens() -> None:
        ready()
        log.info("api listens", address=address)
        if show and (file is None or is_read()):
            print(banner(address, ctx.options.preview, keyring.current, file), flush=True)
        elif show:  # what is written down somewhere would keep the token as well
            log.info(
                "a token was made for this run: see it with 'nurseryctl token show', in a container"
                " with 'docker exec CONTAINER nurseryctl token show'",
                file=str(file),
            )

    with listener, ctx.sender("activity", Activity) as activity:
        lately = Lately()
        app = build(ctx, keyring=keyring, activity=activity, grace=grace, lately=lately)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(grace.end_after, ctx.stopping)
            nursery.start_soon(lately.follow, ctx.board("turns", Turns))
            referred = Referred(keyring, ctx.options.token, ctx.hide)
            nursery.start_soon(referred.follow)
            await referred.looked()
            client = partial(counted_for, Forwarders(ctx.options.trusted))
            server = Server(app, configure(), Patience(idle=ctx.options.idle), client)
            await server.serve(listener, ctx.stopping, CLOSE_WITHIN, listens)
            nursery.cancel_scope.cancel()


def counted_for(forwarders: Forwarders, address: str) -> str | None:
    """Whom the connections from an address are counted for; None for who brings those of others."""
    seen = plain(address)
    return None if forwarders.trusts(seen) else neighbourhood(seen)
