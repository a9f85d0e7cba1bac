"""One life of the API: a socket, a token, and the application between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog
import trio
from hypercorn.trio import serve  # pyright: ignore[reportUnknownVariableType]

from services.api import Options
from services.api.app import build
from services.api.banner import banner
from services.api.grace import Grace
from services.api.listening import bound_socket, configure
from services.messages import Activity
from services.token_file import keep_token
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
    token = options.token or await trio.to_thread.run_sync(keep_token, file, ctx.run)
    await _serve(ctx, token, file, ready)


async def _serve(
    ctx: Context[Options], token: str, file: Path | None, ready: Callable[[], None]
) -> None:
    listener = await trio.to_thread.run_sync(bound_socket, ctx.options.bind)
    grace = Grace(ANSWER_WITHIN)
    with listener, ctx.sender("activity", Activity) as activity:
        app = build(ctx, token=token, token_file=file, activity=activity, grace=grace)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(grace.end_after, ctx.stopping)
            binds = await nursery.start(
                partial(
                    serve,
                    app,
                    configure(listener, CLOSE_WITHIN),
                    shutdown_trigger=ctx.stopping.wait,
                )
            )
            ready()
            log.info("api listens", address=binds[0])
            if not ctx.options.token:
                print(banner(binds[0], ctx.options.preview, token, file), flush=True)
