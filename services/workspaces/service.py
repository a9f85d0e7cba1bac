"""Answers the desk `workspaces`: who writes to a repository has it alone, and others wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import trio

from services.aws import Secrets
from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    Fetch,
    FindPreviewed,
    FindWorkspace,
    ForkThread,
    History,
    ListHistories,
    ListThreads,
    MergeThread,
    OpenPullRequest,
    OpenWorkspace,
    Pull,
    Push,
    ReadDiff,
    ReadGit,
    ReadLog,
    RenameThread,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
    ThreadKey,
    Turns,
    Workspace,
)
from services.workspaces import Options, projects
from services.workspaces.credentials import Credentials
from services.workspaces.editing import Editing
from services.workspaces.git.repository import Author, GitFailed, prepare
from services.workspaces.lanes import Lanes
from services.workspaces.progress import Board
from services.workspaces.pull_requests import PullRequests
from services.workspaces.recovery import Recovery
from services.workspaces.settings import Settings
from services.workspaces.syncing import Syncing
from services.workspaces.threads import Threads
from supervisor.context import Context
from supervisor.desk import Refused, Request

log = structlog.get_logger()


async def run(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer until asked to stop, then save every thread's uncommitted files.

    Cancelled while it saves, it leaves the rest unsaved; the files themselves stay.
    """
    settings = await trio.to_thread.run_sync(_settings, ctx.options)
    lanes = Lanes(Board(partial(ctx.publish, "transfers")))
    credentials = Credentials(ctx.options.credentials, Secrets().read)
    turns = ctx.board("turns", Turns)
    desk = Workspaces(settings, lanes, credentials, lambda: turns.value or Turns())
    await desk.recover()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(ctx.answer, "workspaces", desk.answer, withdrawable=True))
        task_status.started()
        await ctx.stopping.wait()
        # A transfer is given up here; anything shorter is in a worker thread and completes.
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


# What changes files or the branch under whoever works in the thread at that moment.
_UNDER_A_TURN = (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    Pull,
    RestoreCommit,
    SwitchBranch,
)


# What a person can do about what the disk or git says.
_ADVICE = {
    "No space left on device": "; free some space on the volume",
    "Read-only file system": "; mount the volume so that it can be written to",
    "not owned by current user": "; give it to the user that the daemon runs as",
    "Permission denied": "; let the user that the daemon runs as read and write it",
}


class Workspaces:
    """Hands every request to whoever can carry it out, in its turn at the repository."""

    def __init__(
        self,
        settings: Settings,
        lanes: Lanes,
        credentials: Credentials,
        turns: Callable[[], Turns] = Turns,
    ) -> None:
        self._turns = turns
        self._settings = settings
        self._lanes = lanes
        # Addresses of previews are anybody's to make up: one walk through the threads at a time.
        self._looking = trio.CapacityLimiter(1)
        self._credentials = credentials
        self._recovery = Recovery(settings)
        self._threads = threads = Threads(settings)
        editing = Editing(settings)
        syncing = Syncing(settings, lanes, credentials, self._refuse_under_a_turn)
        pull_requests = PullRequests(settings, credentials.logins)
        self._writing: dict[type[Request[Any]], Callable[[Any], object]] = {
            FindWorkspace: lambda request: threads.find(request.key),
            ListThreads: threads.list,
            RenameThread: threads.rename,
            ArchiveThread: threads.archive,
            DeleteThread: threads.delete,
            ForkThread: threads.fork,
            ReadGit: editing.state,
            ReadDiff: editing.diff,
            ReadLog: editing.log,
            CommitChanges: editing.commit,
            SaveChanges: editing.save,
            DropChanges: editing.drop,
            RestoreCommit: editing.restore,
            SwitchBranch: editing.switch,
            MergeThread: editing.merge,
        }
        self._transferring: dict[type[Request[Any]], Callable[[Any], Awaitable[object]]] = {
            OpenWorkspace: self._open,
            FindPreviewed: self._find_previewed,
            ListHistories: self._list_histories,
            Fetch: syncing.fetch,
            Pull: syncing.pull,
            Push: syncing.push,
            OpenPullRequest: pull_requests.open,
        }

    async def answer(self, request: Request[Any]) -> object:
        """Carry out a request of the desk; see the messages.

        Cancelled while it waits for its turn, it does nothing; later, what changes a repository
        is carried out, and what speaks with a remote is let go.
        """
        kind = type(request)
        self._refuse_under_a_turn(request)
        try:
            if (transferring := self._transferring.get(kind)) is not None:
                return await transferring(request)
            if (work := self._writing.get(kind)) is not None:
                return await self._lanes.write(
                    _repository(request), partial(self._work, work, request)
                )
        except (GitFailed, OSError, RecursionError) as error:
            # What git says against it is a refusal.
            whose = _whose(request)
            log.warning("workspace failed", thread=whose, reason=str(error))
            raise Refused(f"cannot use the workspace of {whose}: {_advised(error)}") from error
        raise Refused(f"cannot answer {kind.__name__}: ask another desk")

    def _work(self, work: Callable[[Any], object], request: Request[Any]) -> object:
        self._refuse_under_a_turn(request)  # one may have begun while this waited for its turn
        return work(request)

    def _refuse_under_a_turn(self, request: Request[Any]) -> None:
        if not isinstance(request, _UNDER_A_TURN) or not self._turns().run_in(request.key):
            return
        asking = {f"{request.key}:{turn}" for turn in _asking(request)}
        if asking.isdisjoint(self._turns().running):
            raise Refused(
                f"cannot do this to {request.key} while a turn runs in it: wait for its end"
            )

    async def _open(self, request: OpenWorkspace) -> Workspace:
        settings, repository = self._settings, _repository(request)
        if not await self._lanes.write(repository, partial(projects.exists, settings, request)):
            make = partial(projects.make, settings, request, self._credentials)
            what = "clone" if request.repo_url else None
            await self._lanes.transfer(repository, what, make)
        return await self._lanes.write(repository, partial(self._threads.open, request))

    async def _find_previewed(self, request: FindPreviewed) -> Workspace:
        # Beside those who write: it only looks, and whoever wants to see a page waits for it.
        return await trio.to_thread.run_sync(
            self._threads.previewed, request, limiter=self._looking
        )

    async def _list_histories(self, _: ListHistories) -> tuple[History, ...]:
        return await trio.to_thread.run_sync(self._threads.histories, limiter=self._looking)

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


def _asking(request: Request[Any]) -> tuple[str | None, ...]:
    """The turn that asks, if one does."""
    match request:
        case CommitChanges():
            return request.turn, request.within
        case DropChanges() | RestoreCommit():
            return (request.turn,)
        case _:
            return ()


def _advised(error: Exception) -> str:
    reason = str(error)
    advice = next((text for words, text in _ADVICE.items() if words in reason), "")
    return reason + advice


def _repository(request: Any) -> tuple[str, str]:
    match request:
        case ListThreads(client, user):
            return client, user
        case ForkThread(source):
            return source.client, source.user
        case _:
            return request.key.client, request.key.user


def _whose(request: Any) -> str:
    match request:
        case ListThreads(client, user):
            return f"{client}/{user}"
        case FindPreviewed(preview_id):
            return f"the preview {preview_id}"
        case ListHistories():
            return "every thread"
        case ForkThread(source):
            return str(source)
        case _:
            return str(request.key)
