"""Answers the desk `workspaces`: who writes to a repository has it alone, and others wait."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import trio

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    FindWorkspace,
    ForkThread,
    ListThreads,
    MergeThread,
    OpenPullRequest,
    OpenWorkspace,
    ReadDiff,
    ReadGit,
    ReadLog,
    RenameThread,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
    ThreadKey,
    Transfers,
    Workspace,
)
from services.workspaces import Options, projects
from services.workspaces.editing import Editing
from services.workspaces.git.repository import Author, GitFailed, prepare
from services.workspaces.pull_requests import PullRequests
from services.workspaces.recovery import Recovery
from services.workspaces.settings import Settings
from services.workspaces.threads import Threads
from supervisor.context import Context
from supervisor.desk import Refused, Request

WORKERS = 8

log = structlog.get_logger()


async def run(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer until asked to stop, then save every thread's uncommitted files.

    Cancelled while it saves, it leaves the rest unsaved; the files themselves stay.
    """
    settings = await trio.to_thread.run_sync(_settings, ctx.options)
    desk = Workspaces(settings)
    ctx.publish("transfers", Transfers({}))
    await desk.recover()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(ctx.answer, "workspaces", desk.answer, withdrawable=True))
        task_status.started()
        await ctx.stopping.wait()
        # A clone is given up here; anything shorter is in a worker thread and completes.
        nursery.cancel_scope.cancel()
    await desk.save_all()


def _settings(options: Options) -> Settings:
    prepare(options.network_timeout)
    root = Path(options.root)
    root.mkdir(parents=True, exist_ok=True)
    return Settings(
        root=root.resolve(),
        branch=options.branch,
        author=Author(options.author_name, options.author_email),
        schemes=options.schemes,
        hosts=options.hosts,
        depth=options.depth,
        protected=options.protected,
        forges=options.forges,
    )


class Abandoned(Exception):
    """Nobody waits any more for the project that is being made."""


class Workspaces:
    """Lets one request at a time at each repository; others wait in the order they came."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._limiter = trio.CapacityLimiter(WORKERS)
        self._locks: defaultdict[tuple[str, str], trio.Lock] = defaultdict(trio.Lock)
        self._recovery = Recovery(settings)
        self._threads = Threads(settings)
        self._editing = Editing(settings)
        self._pull_requests = PullRequests(settings, lambda url: lambda: None)
        self._answers: dict[type[Request[Any]], Callable[[Any], object]] = {
            ListThreads: self._threads.list,
            RenameThread: self._threads.rename,
            ArchiveThread: self._threads.archive,
            DeleteThread: self._threads.delete,
            ForkThread: self._threads.fork,
            ReadGit: self._editing.state,
            ReadDiff: self._editing.diff,
            ReadLog: self._editing.log,
            CommitChanges: self._editing.commit,
            SaveChanges: self._editing.save,
            DropChanges: self._editing.drop,
            RestoreCommit: self._editing.restore,
            SwitchBranch: self._editing.switch,
            MergeThread: self._editing.merge,
        }

    async def answer(self, request: Request[Any]) -> object:
        """Carry out a request of the desk; see the messages.

        Cancelled while it waits for its turn, it does nothing; later, it is carried out.
        """
        match request:
            case OpenWorkspace():
                async with self._alone(request.key):
                    return await self._open(request)
            case FindWorkspace(key):
                async with self._alone(key):
                    return await self._run(self._threads.find, key)
            case OpenPullRequest():
                with _refusing(request.key):
                    return await self._pull_requests.open(request)
            case _ if (work := self._answers.get(type(request))) is not None:
                async with self._alone(_whose(request)):
                    return await self._run(work, request)
            case _:
                raise Refused(f"cannot answer {type(request).__name__}: ask another desk")

    async def _open(self, request: OpenWorkspace) -> Workspace:
        # Nothing wakes a worker thread that waits for a silent remote, so a stop leaves it
        # behind; `check` keeps it from putting anything in place afterwards. (It is libgit2's
        # own threads, too, that call it: `trio.from_thread` would not know them.)
        left = threading.Event()

        def check() -> None:
            if left.is_set():
                raise Abandoned

        make = partial(projects.make, self._settings, request, check)
        try:
            await trio.to_thread.run_sync(make, limiter=self._limiter, abandon_on_cancel=True)
        finally:
            left.set()
        return await self._run(self._threads.open, request)

    async def recover(self) -> None:
        """Bring every workspace on disk in order; one that cannot be is logged."""
        for layout in await trio.to_thread.run_sync(self._recovery.layouts):
            name = f"{layout.client}/{layout.user}"
            try:
                done = await trio.to_thread.run_sync(self._recovery.recover, layout)
            except (Refused, GitFailed, OSError) as error:
                log.warning("workspace not recovered", workspace=name, reason=str(error))
            else:
                if done:
                    log.warning("workspace recovered", workspace=name, what=done)
        await self.save_all()

    async def save_all(self) -> None:
        """Save what is uncommitted in every worktree on disk; one that cannot be is logged."""
        keys = await trio.to_thread.run_sync(self._recovery.keys)
        async with trio.open_nursery() as nursery:
            for key in keys:
                nursery.start_soon(self._save, key)

    async def _save(self, key: ThreadKey) -> None:
        try:
            saved = await self.answer(SaveChanges(key))
        except Refused as refusal:
            log.warning("unfinished work not saved", thread=str(key), reason=str(refusal))
        else:
            if saved:
                log.info("unfinished work saved", thread=str(key), commit=saved)

    async def _run(self, work: Callable[[Any], Any], request: Any) -> Any:
        return await trio.to_thread.run_sync(work, request, limiter=self._limiter)

    @asynccontextmanager
    async def _alone(self, key: ThreadKey | ListThreads) -> AsyncGenerator[None]:
        """Have the repository to oneself."""
        async with self._locks[key.client, key.user]:
            with _refusing(key):
                yield


@contextmanager
def _refusing(key: ThreadKey | ListThreads) -> Generator[None]:
    """What git says against it is a refusal."""
    try:
        yield
    except (GitFailed, OSError) as error:
        log.warning("workspace failed", thread=str(key), reason=str(error))
        raise Refused(f"cannot use the workspace of {key}: {error}") from error


def _whose(request: Any) -> ThreadKey | ListThreads:
    match request:
        case ListThreads():
            return request
        case ForkThread(source):
            return source
        case _:
            return request.key
