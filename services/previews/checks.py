"""Checks of pages: a preview that can answer is waited for, and then its runner is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import trio

from services.messages import (
    BuildError,
    Checked,
    CheckPreview,
    PreviewState,
    Routes,
    ThreadKey,
    server_of,
)
from services.previews import Options
from services.previews.asking import Answer, Unanswered, ask
from services.previews.failure import read_failures
from services.previews.servers import Servers
from services.previews.sources import Source
from supervisor.context import Context
from supervisor.desk import NotFound, Refused
from supervisor.model import State

MORE = 5.0  # seconds beyond its time in which a runner should have answered
NEWS = 2.0  # seconds in which the end of a server is known
# What is run, and with which packages, is decided by these.
_DECIDING = frozenset(
    {
        "package.json",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
        "yarn.lock",
        "bun.lock",
        "bun.lockb",
    }
)
_ON_THE_WAY = (PreviewState.INSTALLING, PreviewState.STARTING)


@dataclass
class _Line:
    """Those who want the same preview checked, one after another."""

    lock: trio.Lock = field(default_factory=trio.Lock)
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Broken:
    """No server runs, and so no page is shown: for `errors` of the site, or for a `reason`."""

    errors: tuple[BuildError, ...]
    reason: str

    def blame(self, files: Sequence[str]) -> Checked:
        """What no server could be brought up for is wrong with `files` only if they decide it."""
        if self.errors or any(PurePosixPath(file).name in _DECIDING for file in files):
            return Checked(errors=self.errors or (BuildError(self.reason),))
        return Checked(skipped=self.reason)


class Checks:
    """One life of the desk; `find` finds what a preview is of that slept when the last one ended.

    A check is nobody who looks: it keeps no server awake, and is no activity.
    """

    def __init__(
        self,
        ctx: Context[Options],
        servers: Servers,
        find: Callable[[str], Awaitable[Source]],
    ) -> None:
        self._options = ctx.options
        self._routes = ctx.board("routes", Routes)
        self._events = ctx.events
        self._servers = servers
        self._find = find
        self._lines: dict[ThreadKey, _Line] = {}

    async def check(self, request: CheckPreview) -> Checked:
        """See `CheckPreview`. Cancelled, it leaves nothing but a server that it woke."""
        line = self._lines.setdefault(request.key, _Line())
        line.waiting += 1
        try:
            async with line.lock:
                return await self._check(request)
        finally:
            line.waiting -= 1
            if not line.waiting:
                del self._lines[request.key]

    async def _check(self, request: CheckPreview) -> Checked:
        preview_id = request.key.preview_id
        why = ""
        for _ in range(2):  # a server that ended in the midst may come back
            broken = None
            with trio.move_on_after(self._options.check_start) as scope:
                try:
                    broken = await self._until_up(preview_id)
                except Refused as refusal:
                    return Checked(skipped=str(refusal))
            if scope.cancelled_caught:
                known = self._servers.board.previews.get(preview_id)
                reason = known.reason if known is not None else "it was closed"
                return Checked(skipped=f"its preview did not come up in time: {reason}")
            if broken is not None:
                return broken.blame(request.files)
            try:
                return _checked(await self._ask(preview_id, request))
            except Unanswered as error:
                why = str(error)
            await self._until_news(preview_id)
        return Checked(errors=(BuildError(f"no page can be opened: {why}"),))

    async def _until_up(self, preview_id: str) -> _Broken | None:
        """Wait until a server can be asked; what is wrong where none can run.

        What failed before may be mended: it is brought up once more. Raises `Refused` where there
        is no preview, or it cannot be brought up.
        """
        servers = self._servers
        begun = False
        while True:
            seen = self._routes.value
            preview = servers.board.previews.get(preview_id)
            if preview is None:
                raise NotFound("it has no preview")
            if servers.is_working(preview_id):
                await servers.until_up(preview_id)
            elif preview.state is PreviewState.READY:
                if begun or not await servers.is_outdated(preview_id):
                    return None
                begun = True
                await self._begin(preview_id, waking=False)
            elif preview.state in _ON_THE_WAY and not self._is_broken(preview_id):
                await self._routes.change(seen)
            elif begun:
                return await self._broken(preview_id)
            else:
                begun = True
                await self._begin(preview_id, waking=preview.state is PreviewState.ASLEEP)

    def _is_broken(self, preview_id: str) -> bool:
        """Whether its server has ended by itself, for good or until it is tried again."""
        status = self._events.get(server_of(preview_id))
        return status is not None and status.state in (State.BACKOFF, State.FATAL)

    async def _begin(self, preview_id: str, *, waking: bool) -> None:
        source = self._servers.source(preview_id) or await self._find(preview_id)
        if preview_id in self._servers.board.previews and not self._servers.is_working(preview_id):
            self._servers.begin(source, waking=waking)

    async def _broken(self, preview_id: str) -> _Broken:
        servers = self._servers
        found: tuple[BuildError, ...] = ()
        if self._is_broken(preview_id):
            cache = servers.cache_of(preview_id)
            found = await trio.to_thread.run_sync(read_failures, cache)
        known = servers.board.previews.get(preview_id)
        reason = known.reason if known is not None else "the preview was closed"
        return _Broken(found, reason)

    async def _ask(self, preview_id: str, request: CheckPreview) -> Answer:
        source = self._servers.source(preview_id)
        if source is None:
            raise Unanswered("it was closed")
        root = Path(await trio.Path(source.worktree).resolve())
        files = inside(root, request.files)
        pages = [page for page in request.pages if page.startswith("/")]
        seconds = self._options.check_timeout
        with trio.move_on_after(seconds + MORE):
            return await ask(self._servers.cache_of(preview_id), files, pages, seconds)
        raise Unanswered(f"its dev server gave no answer within {seconds + MORE:g} s")

    async def _until_news(self, preview_id: str) -> None:
        """Give the end of a server time to be known, if it ended."""
        seen = self._routes.value
        with trio.move_on_after(NEWS):
            while (known := self._servers.board.previews.get(preview_id)) is not None:
                if known.state is not PreviewState.READY:
                    return
                seen = await self._routes.change(seen)


def inside(root: Path, files: Sequence[str]) -> list[Path]:
    """The files that are in the worktree, as whole paths. Pure."""
    return [
        root / file
        for file in files
        if not PurePosixPath(file).is_absolute() and ".." not in PurePosixPath(file).parts
    ]


def _checked(answer: Answer) -> Checked:
    if not answer.pages and not answer.errors:
        return Checked(skipped="none of its pages could be opened in time")
    return Checked(answer.pages, answer.errors)
