"""Which threads have a server: opened on request, kept within a budget, woken when visited."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import trio

from services import memory
from services.messages import (
    BuildSite,
    CheckPreview,
    FindPreviewed,
    Preview,
    PreviewState,
    RefreshPreview,
    RestartPreview,
    StartPreview,
    StopPreview,
    ThreadKey,
    WakePreview,
    Workspace,
)
from services.previews import Options
from services.previews.amounts import in_bytes
from services.previews.attention import Attention
from services.previews.budget import Limits
from services.previews.builds import Builds
from services.previews.checks import Checks
from services.previews.deps import Dependencies, Rules
from services.previews.grounds import Grounds
from services.previews.hearing import hear
from services.previews.managers import Caches
from services.previews.node import Node, find_node
from services.previews.outputs import Outputs
from services.previews.servers import Servers
from services.previews.sources import Source
from services.previews.tools import Tools
from supervisor.context import Context
from supervisor.desk import NotFound, Refused, Request

log = structlog.get_logger()


async def keep_previews(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer "previews" and publish "routes" until `ctx.stopping` is set."""
    options = ctx.options
    node = await trio.to_thread.run_sync(find_node)
    cache = Path(await trio.Path(options.cache).resolve())
    tarballs = Path(await trio.Path(options.tarballs or cache / "tarballs").resolve())
    for folder in (cache, tarballs):
        await trio.Path(folder).mkdir(parents=True, exist_ok=True)
    whole = await trio.to_thread.run_sync(memory.available)
    limits = Limits(in_bytes(options.memory, whole), options.most, options.sleep_after)
    log.info("previews limited", memory=limits.memory, most=limits.most)
    rules = Rules(
        modules=cache / "modules",
        caches=Caches(shared=str(tarballs), local=str(cache)),
        scripts=options.install_scripts,
        most=options.most_modules,
        seconds=options.install_timeout,
    )
    tools = Tools(node, cache / "bin", os.environ.get("PATH", os.defpath))
    dependencies = Dependencies(rules, tools, ctx.control, ctx.events)
    await dependencies.sweep()
    async with trio.open_nursery() as nursery:
        previews = Previews(ctx, nursery, node, cache, dependencies, limits)
        await previews.adopt()
        previews.begin()
        nursery.start_soon(dependencies.tidy)
        nursery.start_soon(partial(ctx.answer, "previews", previews.handle, withdrawable=True))
        task_status.started()
        await ctx.stopping.wait()
        nursery.cancel_scope.cancel()


class Previews:
    """One life of the desk."""

    def __init__(
        self,
        ctx: Context[Options],
        nursery: trio.Nursery,
        node: Node,
        cache: Path,
        dependencies: Dependencies,
        limits: Limits,
    ) -> None:
        self._ctx = ctx
        self._nursery = nursery
        grounds = Grounds(dependencies)
        self._servers = Servers(ctx, nursery, node, cache, grounds)
        self._attention = Attention(ctx, self._servers, limits)
        self._builds = Builds(ctx, nursery, node, self._servers, grounds, Outputs(cache / "built"))
        self._checks = Checks(ctx, self._servers, self._find)

    async def adopt(self) -> None:
        """Take over what an earlier life left."""
        await self._builds.sweep()
        self._servers.adopt()

    def begin(self) -> None:
        """Follow everything that matters, until cancelled."""
        self._nursery.start_soon(self._servers.follow)
        self._nursery.start_soon(self._attention.run)
        self._nursery.start_soon(hear, self._ctx, self._servers.board, self._attention.use)

    async def handle(self, request: Request[Any]) -> object:
        match request:
            case StartPreview(key=key, root=root, site=site, prefer=prefer):
                return self._open(Source(key, root, site), prefer=prefer)
            case WakePreview(id=preview_id):
                return await self._wake(preview_id)
            case RestartPreview(key=key):
                return await self._restart(key)
            case RefreshPreview(key=key):
                return self._refresh(key)
            case CheckPreview():
                return await self._checks.check(request)
            case StopPreview(key=key):
                return await self._close(key)
            case BuildSite(key=key):
                return await self._build(key)
            case _:
                raise Refused(f"cannot answer {type(request).__name__} at this desk")

    def _open(self, source: Source, *, prefer: bool) -> Preview:
        servers = self._servers
        known = servers.board.previews.get(source.id)
        if known is None or self._is_down(known) or known.state is PreviewState.ASLEEP:
            servers.begin(source, waking=bool(known and known.state is PreviewState.ASLEEP))
        elif known.state is PreviewState.READY or source != servers.source(source.id):
            self._nursery.start_soon(self._renew, source)
        if prefer:
            servers.board.prefer(source.id)
        self._attention.use(source.id)
        return servers.board.previews[source.id]

    async def _wake(self, preview_id: str | None) -> Preview:
        board = self._servers.board
        wanted = preview_id or board.default
        known = board.previews.get(wanted) if wanted is not None else None
        source = self._servers.source(wanted) if wanted is not None else None
        if known is None or (source is None and known.state is PreviewState.ASLEEP):
            source = await self._find(wanted)
            known = board.previews.get(source.id)  # somebody else may have opened it meanwhile
        if source is not None and (known is None or known.state is PreviewState.ASLEEP):
            self._servers.begin(source, waking=True)
        woken = known.id if known is not None else source.id if source is not None else ""
        if board.previews[woken].built is None and (preview_id is None or board.default is None):
            board.prefer(woken)
        self._attention.use(woken)
        return board.previews[woken]

    async def _find(self, preview_id: str | None) -> Source:
        """What a preview is of that nobody has opened yet in this run; raises `NotFound`."""
        workspace: Workspace = await self._ctx.ask("workspaces", FindPreviewed(preview_id))
        source = Source(workspace.key, workspace.root, workspace.site)
        if preview_id != workspace.key.built_id:
            return source
        built = await self._builds.latest(source)
        if built is None:
            raise NotFound(f"cannot show what was built of {workspace.key}: build it first")
        return built

    async def _restart(self, key: ThreadKey) -> Preview:
        preview_id = key.preview_id
        board = self._servers.board
        if preview_id not in board.previews:
            raise Refused(f"cannot restart the preview of {key}: it is not open; open it first")
        if not self._servers.is_working(preview_id):
            source = self._servers.source(preview_id) or await self._find(preview_id)
            # Somebody else may have begun or closed it while it was looked for.
            if preview_id in board.previews and not self._servers.is_working(preview_id):
                self._servers.begin(source)
        self._attention.use(preview_id)
        await self._servers.until_up(preview_id)
        if preview_id not in board.previews:
            raise Refused(f"cannot restart the preview of {key}: it was closed; open it again")
        return board.previews[preview_id]

    def _refresh(self, key: ThreadKey) -> None:
        """Bring up anew what failed of a thread, or runs with dependencies of another lock file."""
        for preview_id in (key.preview_id, key.built_id):
            known = self._servers.board.previews.get(preview_id)
            source = self._servers.source(preview_id)
            if known is None or source is None or known.state is PreviewState.ASLEEP:
                continue  # whoever wakes it finds what there is then
            if self._is_down(known):
                self._try(source)
            elif source.built is None:
                self._nursery.start_soon(self._renew, source)

    def _is_down(self, preview: Preview) -> bool:
        return preview.state is PreviewState.FAILED and not self._servers.is_working(preview.id)

    async def _renew(self, source: Source) -> None:
        """Bring a preview up anew if it runs with other dependencies, or shows another folder."""
        servers = self._servers
        # What brings it up now may have looked before the files were exchanged; who begins after
        # that has seen them.
        await servers.until_up(source.id)
        before = servers.source(source.id)
        if before is None or (servers.is_working(source.id) and source == before):
            return
        if (known := servers.board.previews.get(source.id)) and self._is_down(known):
            self._try(source)
            return
        outdated = source != before or await servers.is_outdated(source.id)
        known = servers.board.previews.get(source.id)
        if known is None or servers.is_working(source.id) or not servers.is_up(known):
            return  # closed, ended, or brought up with what there is now
        if outdated:
            self._try(source)

    def _try(self, source: Source) -> None:
        try:
            self._servers.begin(source)
        except Refused as refusal:  # nobody waits for an answer
            log.warning("preview not started", preview=source.id, reason=str(refusal))

    async def _close(self, key: ThreadKey) -> None:
        done = trio.Event()
        # In a task of its own: it is carried out even if nobody waits for it any more.
        self._nursery.start_soon(self._close_now, key, done)
        await done.wait()

    async def _close_now(self, key: ThreadKey, done: trio.Event) -> None:
        try:
            await self._builds.end(key)
            for preview_id in (key.preview_id, key.built_id):
                await self._servers.end(preview_id)
                self._attention.forget(preview_id)
            await self._builds.forget(key)
        except Refused as refusal:
            log.warning("preview not closed", preview=key.preview_id, reason=str(refusal))
        finally:
            done.set()

    async def _build(self, key: ThreadKey) -> object:
        source = self._servers.source(key.preview_id) or await self._find(key.preview_id)
        built = await self._builds.build(source)
        self._attention.use(key.built_id)
        return built
