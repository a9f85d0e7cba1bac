"""The HTTP API: the face of the service, light until a life begins."""

from __future__ import annotations

import importlib
from typing import Literal

import msgspec
import trio

from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[service.api.options]`.

    `bind` is "host:port", port 0 for any free one. `preview` is the address under which people
    reach the previews, each at a host name of its own below it where there is a `wildcard` for
    such names in the DNS. `access` is what the previews' door has: where it is "signed", their
    addresses carry a ticket. With an empty `token` one is generated and kept in `token_file`
    (nowhere if that is empty, too) until a clean stop. The last four are only what `GET /health`
    says.
    """

    bind: str = "127.0.0.1:8080"
    preview: str = "http://127.0.0.1:4322/"
    wildcard: bool = True
    access: Literal["open", "signed"] = "open"
    token: str = ""
    token_file: str = ""
    workspace: str = "/workspace"
    client: str = "not_set"
    user: str = "not_set"
    thread: str = "not_set"


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Serve until asked to stop, then answer what is under way and return.

    Raises `CannotListen` and `CannotKeepToken`, both of which say what to do.
    """
    # The web framework takes half a second to import, which the loop must not feel.
    await trio.to_thread.run_sync(importlib.import_module, "services.api.service")
    from services.api.service import run

    await run(ctx, ready=lambda: task_status.started())
