"""Answers the desk `workspaces`, one request for each user at a time."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

import structlog
import trio

from services.messages import (
    CommitTurn,
    FindWorkspace,
    OpenWorkspace,
    ReadGit,
    ThreadKey,
    Workspace,
)
from services.workspaces import Options
from services.workspaces.keeper import Keeper
from services.workspaces.repo import Author, GitFailed, prepare
from supervisor.context import Context
from supervisor.desk import Refused, Request

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

WORKERS = 8

log = structlog.get_logger()


async def run(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer until asked to stop, then save every thread's uncommitted files.

    Cancelled while it saves, it leaves the rest unsaved; the files themselves stay.
    """
    keeper = await trio.to_thread.run_sync(_keeper, ctx.options)
    for workspace, locks in (await trio.to_thread.run_sync(keeper.clean)).items():
        log.warning("stale git locks removed", workspace=workspace, locks=locks)
    desk = Workspaces(keeper)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ctx.answer, "workspaces", desk.answer)
        task_status.started()
        await ctx.stopping.wait()
        # A clone is given up here; anything shorter is in a worker thread and completes.
        nursery.cancel_scope.cancel()
    await desk.save_all()


def _keeper(options: Options) -> Keeper:
    prepare(options.network_timeout)
    root = Path(options.root)
    root.mkdir(parents=True, exist_ok=True)
    return Keeper(
        root=root.resolve(),
        branch=options.branch,
        author=Author(options.author_name, options.author_email),
        schemes=options.schemes,
    )


class Abandoned(Exception):
    """Nobody waits any more for the project that is being made."""


class Workspaces:
    """Lets one request at a time at each repository; others wait in the order they came."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._limiter = trio.CapacityLimiter(WORKERS)
        self._locks: defaultdict[tuple[str, str], trio.Lock] = defaultdict(trio.Lock)

    async def answer(self, request: Request[Any]) -> object:
        """Carry out a request of the desk; see the messages."""
        keeper = self._keeper
        match request:
            case OpenWorkspace(key, repo_url):
                async with self._alone(key):
                    return await self._open(key, repo_url)
            case FindWorkspace(key):
                return await self._run(key, keeper.find, key)
            case ReadGit(key):
                return await self._run(key, keeper.state, key)
            case CommitTurn(key, turn, message):
                return await self._run(key, keeper.commit, key, turn, message)
            case _:
                raise Refused(f"cannot answer {type(request).__name__}: ask another desk")

    async def _open(self, key: ThreadKey, repo_url: str | None) -> Workspace:
        # Nothing wakes a worker thread that waits for a silent remote, so a stop leaves it
        # behind; `check` keeps it from putting anything in place afterwards. (It is libgit2's
        # own threads, too, that call it: `trio.from_thread` would not know them.)
        left = threading.Event()

        def check() -> None:
            if left.is_set():
                raise Abandoned

        make = partial(self._keeper.make, key, repo_url, check)
        try:
            await trio.to_thread.run_sync(make, limiter=self._limiter, abandon_on_cancel=True)
        finally:
            left.set()
        return await trio.to_thread.run_sync(
            self._keeper.open, key, repo_url, limiter=self._limiter
        )

    async def save_all(self) -> None:
        """Save what is uncommitted in every worktree on disk; one that cannot be is logged."""
        keys = await trio.to_thread.run_sync(self._keeper.keys)
        async with trio.open_nursery() as nursery:
            for key in keys:
                nursery.start_soon(self._save, key)

    async def _save(self, key: ThreadKey) -> None:
        try:
            saved = await self._run(key, self._keeper.save, key)
        except Refused as refusal:
            log.warning("unfinished work not saved", thread=str(key), reason=str(refusal))
        else:
            if saved:
                log.info("unfinished work saved", thread=str(key), commit=saved)

    async def _run(self, key: ThreadKey, work: Callable[[*Ts], T], *args: *Ts) -> T:
        async with self._alone(key):
            return await trio.to_thread.run_sync(work, *args, limiter=self._limiter)

    @asynccontextmanager
    async def _alone(self, key: ThreadKey) -> AsyncGenerator[None]:
        """Have the repository to oneself; what git says against it is a refusal."""
        async with self._locks[key.client, key.user]:
            try:
                yield
            except (GitFailed, OSError) as error:
                log.warning("workspace failed", thread=str(key), reason=str(error))
                raise Refused(f"cannot use the workspace of {key}: {error}") from error
