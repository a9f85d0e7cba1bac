"""The table of previews: opened on request, kept by the supervisor, shown on the board "routes"."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import trio
from msgspec.structs import replace

from services.messages import (
    Preview,
    PreviewState,
    RefreshPreview,
    RestartPreview,
    Routes,
    StartPreview,
    StopPreview,
    ThreadKey,
)
from services.previews import Options
from services.previews.board import Board
from services.previews.deps import Dependencies, Rules, in_words
from services.previews.failure import read_failure
from services.previews.hearing import hear
from services.previews.managers import Caches
from services.previews.node import Node, find_node
from services.previews.ports import is_free
from services.previews.progress import BEGUN
from services.previews.table import (
    TEMPLATE,
    identity,
    instance,
    meaning,
    pick_port,
    recognize,
)
from services.previews.tools import Tools
from supervisor.context import Context
from supervisor.control import RestartService, Start, Stop
from supervisor.desk import Refused, Request
from supervisor.model import State

log = structlog.get_logger()

RUNNER = Path(__file__).with_name("runner.mjs")
BROKEN = (State.BACKOFF, State.FATAL)


async def keep_previews(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer "previews" and publish "routes" until `ctx.stopping` is set."""
    node = await trio.to_thread.run_sync(find_node)
    cache = Path(await trio.Path(ctx.options.cache).resolve())
    tarballs = Path(await trio.Path(ctx.options.tarballs or cache / "tarballs").resolve())
    for folder in (cache, tarballs):
        await trio.Path(folder).mkdir(parents=True, exist_ok=True)
    rules = Rules(
        modules=cache / "modules",
        caches=Caches(shared=str(tarballs), local=str(cache)),
        scripts=ctx.options.install_scripts,
        most=ctx.options.most_modules,
    )
    tools = Tools(node, cache / "bin", os.environ.get("PATH", os.defpath))
    dependencies = Dependencies(rules, tools, ctx.control, ctx.events)
    await dependencies.sweep()
    async with trio.open_nursery() as nursery:
        previews = Previews(ctx, nursery, node, cache, dependencies)
        previews.adopt()
        nursery.start_soon(previews.follow)
        nursery.start_soon(previews.hear)
        nursery.start_soon(dependencies.tidy)
        nursery.start_soon(ctx.answer, "previews", previews.handle)
        task_status.started()
        await ctx.stopping.wait()
        nursery.cancel_scope.cancel()


@dataclass(frozen=True, slots=True)
class _Work:
    """A preview being brought up."""

    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    done: trio.Event = field(default_factory=trio.Event)


class Previews:
    """One life of the table. What it knows it can read again from the instances that run."""

    def __init__(
        self,
        ctx: Context[Options],
        nursery: trio.Nursery,
        node: Node,
        cache: Path,
        dependencies: Dependencies,
    ) -> None:
        self._ctx = ctx
        self._nursery = nursery
        self._node = node
        self._cache = cache
        self._dependencies = dependencies
        self._board = Board(lambda routes: ctx.publish("routes", routes))
        # Two daemons on one machine would otherwise go for the same ports at the same moment.
        self._first_port = random.randrange(1 << 16)
        self._roots: dict[str, Path] = {}
        self._working: dict[str, _Work] = {}

    def adopt(self) -> None:
        """Take over the dev servers that an earlier life of this service started."""
        found: dict[str, Preview] = {}
        for status in sorted(self._ctx.events.snapshot, key=lambda status: status.since):
            known = recognize(status.parameters) if status.name.startswith(TEMPLATE) else None
            if known is not None:
                key, root, port = known
                state, reason = meaning(status)
                found[key.preview_id] = Preview(key.preview_id, key, state, port, reason)
                self._roots[key.preview_id] = root
        if found:
            log.info("previews adopted", previews=list(found))
        before = self._ctx.board("routes", Routes).value
        self._board.begin(found, before.default if before is not None else None)

    async def handle(self, request: Request[Any]) -> object:
        match request:
            case StartPreview(key=key, root=root, prefer=prefer):
                return self._open(key, root, prefer=prefer)
            case RestartPreview(key=key):
                return await self._restart(key)
            case RefreshPreview(key=key):
                return await self._refresh(key)
            case StopPreview(key=key):
                return await self._close(key)
            case _:
                raise Refused(f"cannot answer {type(request).__name__} at this desk")

    async def follow(self) -> None:
        """Learn what becomes of the dev servers."""
        while True:
            with self._ctx.events.watch() as (_, changes):
                for preview_id in tuple(self._board.previews):
                    await self._see(preview_id)
                async for change in changes:
                    if change.name.startswith(TEMPLATE):
                        await self._see(change.name.removeprefix(TEMPLATE))

    async def hear(self) -> None:
        """Learn what the dev servers say of themselves."""
        await hear(self._ctx, self._board, lambda _: None)

    def _open(self, key: ThreadKey, root: Path, *, prefer: bool) -> Preview:
        known = self._board.previews.get(key.preview_id)
        if known is None:
            self._begin(key, root)
        elif self._is_down(known):
            self._try_again(known, root)
        elif known.state is PreviewState.READY:
            self._nursery.start_soon(self._renew, key)
        if prefer:
            self._board.prefer(key.preview_id)
        return self._board.previews[key.preview_id]

    async def _restart(self, key: ThreadKey) -> Preview:
        known = self._board.previews.get(key.preview_id)
        if known is None:
            raise Refused(f"cannot restart the preview of {key}: it is not open; open it first")
        if known.id not in self._working:
            self._begin(key, self._roots[known.id], known.port)
        await self._working[known.id].done.wait()
        if known.id not in self._board.previews:
            raise Refused(f"cannot restart the preview of {key}: it was closed; open it again")
        return self._board.previews[known.id]

    async def _refresh(self, key: ThreadKey) -> None:
        """Bring a preview up anew if it failed, or runs with dependencies of another lock file."""
        known = self._board.previews.get(key.preview_id)
        if known is not None and self._is_down(known):
            self._try_again(known, self._roots[known.id])
        else:
            await self._renew(key)

    def _is_down(self, preview: Preview) -> bool:
        return preview.state is PreviewState.FAILED and preview.id not in self._working

    def _try_again(self, preview: Preview, root: Path) -> None:
        """Bring a failed preview up, at its port unless somebody took that."""
        self._begin(preview.key, root, preview.port if is_free(preview.port) else None)

    async def _renew(self, key: ThreadKey) -> None:
        """Bring a preview up anew if it runs with dependencies of another lock file."""
        preview_id = key.preview_id
        if (work := self._working.get(preview_id)) is not None:
            # It may have looked before the files were exchanged.
            self._nursery.start_soon(self._refresh_after, work, key)
            return
        if (root := self._roots.get(preview_id)) is None:
            return
        wanted = await trio.to_thread.run_sync(self._dependencies.wanted, root)
        known = self._board.previews.get(preview_id)
        if known is None or preview_id in self._working or known.state is PreviewState.FAILED:
            return  # closed or ended meanwhile, or being brought up with what there is now
        status = self._ctx.events.get(instance(preview_id))
        if wanted and (status is None or status.parameters["modules"] not in wanted):
            self._begin(key, root, known.port)

    async def _refresh_after(self, work: _Work, key: ThreadKey) -> None:
        await work.done.wait()
        await self._refresh(key)

    async def _close(self, key: ThreadKey) -> None:
        if key.preview_id not in self._board.previews:
            return
        if (work := self._working.get(key.preview_id)) is not None:
            work.scope.cancel()
            await work.done.wait()
        # First out of sight: what becomes of the dev server is no news of a preview any more.
        self._board.forget(key.preview_id)
        if self._ctx.events.get(instance(key.preview_id)) is not None:
            await self._ctx.control.ask(Stop(instance(key.preview_id)))
        log.info("preview closed", preview=key.preview_id)

    def _begin(self, key: ThreadKey, root: Path, port: int | None = None) -> None:
        if port is None:
            taken = {preview.port for preview in self._board.previews.values()}
            port = pick_port(self._ctx.options.ports, taken, is_free, self._first_port)
        self._roots[key.preview_id] = root
        self._working[key.preview_id] = _Work()
        self._board.show(Preview(key.preview_id, key, PreviewState.INSTALLING, port, BEGUN))
        self._nursery.start_soon(self._bring_up, key.preview_id)

    async def _bring_up(self, preview_id: str) -> None:
        work = self._working[preview_id]
        runs = False
        with work.scope:
            runs = await self._install_and_run(preview_id)
        self._working.pop(preview_id)
        if runs:
            await self._see(preview_id)
        work.done.set()

    async def _install_and_run(self, preview_id: str) -> bool:
        """Whether it runs; where it does not, the preview says why."""
        try:
            root = Path(await trio.Path(self._roots[preview_id]).resolve())
            modules = await self._dependencies.ready(root, partial(self._progress, preview_id))
            preview = self._board.previews[preview_id]
            reason = "starting the dev server"
            self._board.show(replace(preview, state=PreviewState.STARTING, reason=reason))
            await self._run(preview, root, modules)
        except (Refused, OSError) as error:
            preview = self._board.previews[preview_id]
            self._board.show(replace(preview, state=PreviewState.FAILED, reason=in_words(error)))
            return False
        return True

    def _progress(self, preview_id: str, reason: str) -> None:
        self._board.show(replace(self._board.previews[preview_id], reason=reason))

    async def _run(self, preview: Preview, root: Path, modules: Path) -> None:
        name = instance(preview.id)
        parameters = {
            "node": str(self._node.node),
            "runner": str(RUNNER),
            "root": str(root),
            "port": str(preview.port),
            "cache": str(self._cache_of(preview.id)),
            "modules": str(modules),
            **identity(preview.key),
        }
        now = self._ctx.events.get(name)
        if now is not None and now.parameters == parameters and not now.state.at_rest:
            await self._ctx.control.ask(RestartService(name))
            return
        if now is not None:
            await self._ctx.control.ask(Stop(name))
        await self._ctx.control.ask(Start(name, parameters))

    async def _see(self, preview_id: str) -> None:
        """Show a preview as its instance now is: the level, whatever change woke us."""
        status = self._ctx.events.get(instance(preview_id))
        why = ""
        if status is not None and status.state in BROKEN:
            why = await trio.to_thread.run_sync(read_failure, self._cache_of(preview_id))
            if self._ctx.events.get(instance(preview_id)) is not status:
                return  # it changed meanwhile, and that change is on its way to us
        state, reason = meaning(status, why)
        preview = self._board.previews.get(preview_id)
        # While we bring it up, its rests and its old life are steps of that, not news.
        if preview is None or (preview_id in self._working and state is not PreviewState.STARTING):
            return
        self._board.show(replace(preview, state=state, reason=reason))

    def _cache_of(self, preview_id: str) -> Path:
        return self._cache / "vite" / preview_id
