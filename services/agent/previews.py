"""What becomes of threads' previews, for their journals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

import trio

from services.messages import (
    PreviewBroken,
    PreviewEvent,
    PreviewUpdated,
    RefreshPreview,
    Routes,
    StartPreview,
    ThreadKey,
    Workspace,
)
from supervisor.context import Context
from supervisor.desk import Refused

PAUSE = 0.1  # seconds between two batches; what comes meanwhile is one event of its kind
MOST_PATHS = 20


async def follow(
    events: trio.MemoryReceiveChannel[object], note: Callable[[PreviewEvent], Awaitable[None]]
) -> None:
    """Pass them on as they come, the first of a burst at once, until cancelled.

    So nothing that a site does to itself writes more than twenty events a second of its thread.
    """
    with events:
        async for first in events:
            for event in merged([first, *_waiting(events)]):
                await note(event)
            await trio.sleep(PAUSE)


async def begin(ctx: Context[Any], workspace: Workspace) -> None:
    """Bring a thread's preview up where there is none: those of an earlier life are gone.

    One that sleeps is woken when its pages are looked at.
    """
    routes = ctx.board("routes", Routes).value
    if routes is not None and workspace.key.preview_id in routes.previews:
        return
    with suppress(Refused):
        await ctx.ask(
            "previews",
            StartPreview(workspace.key, workspace.root, workspace.site, prefer=False),
        )


async def refresh(ctx: Context[Any], key: ThreadKey) -> None:
    """Tell the previews that git exchanged files of a thread, or took in what an agent changed."""
    with suppress(Refused):
        await ctx.ask("previews", RefreshPreview(key))


def merged(events: Iterable[object]) -> Iterator[PreviewEvent]:
    """Of each thread all updates as one, the strongest, and then how its preview is at last."""
    updates: dict[ThreadKey, PreviewUpdated] = {}
    broken: dict[ThreadKey, PreviewBroken] = {}
    for event in events:
        match event:
            case PreviewUpdated(key=key):
                updates[key] = _both(updates[key], event) if key in updates else event
            case PreviewBroken(key=key):
                broken[key] = event
            case _:
                raise TypeError(f"cannot tell a thread of {type(event).__name__}")
    yield from updates.values()
    yield from broken.values()


def facts(event: PreviewEvent) -> dict[str, object]:
    """What its journal says of an event, beside its kind."""
    match event:
        case PreviewUpdated(type=kind, paths=paths):
            return {"update": kind, "paths": paths}
        case PreviewBroken(error=error):
            return {"error": error}


def _both(one: PreviewUpdated, other: PreviewUpdated) -> PreviewUpdated:
    kinds = {one.type, other.type}
    kind = "full-reload" if "full-reload" in kinds else "update" if "update" in kinds else "prune"
    paths = tuple(dict.fromkeys((*one.paths, *other.paths)))[:MOST_PATHS]
    return PreviewUpdated(one.key, kind, paths)


def _waiting(events: trio.MemoryReceiveChannel[object]) -> Iterator[object]:
    for _ in range(events.statistics().current_buffer_used):
        yield events.receive_nowait()
