"""Answers the desk `workspaces`: who writes to a repository has it alone, and others wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog
import trio

from services.aws import Remembered, Secrets
from services.messages import (
    ArchiveThread,
    Commit,
    CommitChanges,
    DeleteThread,
    DropChanges,
    Fetch,
    FindDropped,
    FindParked,
    FindPreviewed,
    FindProject,
    FindThread,
    FindWorkspace,
    ForkThread,
    History,
    ListFiles,
    ListHistories,
    ListProjects,
    ListThreads,
    Merged,
    MergeThread,
    MoveFile,
    OpenPullRequest,
    OpenWorkspace,
    Outcome,
    Pull,
    Push,
    ReadDiff,
    ReadFile,
    ReadGit,
    ReadLog,
    RemoveFile,
    RenameThread,
    RestoreCommit,
    SaveChanges,
    StoreImages,
    SwitchBranch,
    ThreadKey,
    Turns,
    Workspace,
    WriteFile,
)
from services.workspaces import Options, projects
from services.workspaces.allowed import Allowed
from services.workspaces.asked import UNDER_A_TURN, advised, asking, repository, whose
from services.workspaces.credentials import Credentials
from services.workspaces.editing import Editing
from services.workspaces.filing import Filing
from services.workspaces.following import Following
from services.workspaces.git.repository import Author, GitFailed, prepare
from services.workspaces.lanes import Lanes
from services.workspaces.listing import Listing
from services.workspaces.progress import Board
from services.workspaces.pull_requests import PullRequests
from services.workspaces.recovery import Recovery
from services.workspaces.sending import Sending
from services.workspaces.settings import Settings
from services.workspaces.syncing import Syncing
from services.workspaces.threads import Threads
from services.workspaces.uploading import Uploading
from supervisor.context import Context
from supervisor.desk import Refused, Request

log = structlog.get_logger()

TO_RETURN = 0.5  # seconds of the stop timeout that pushing leaves for the way out


async def run(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer until asked to stop, then save every thread's uncommitted files.

    What is to be in remotes, too, is pushed after that, in the time that is left. Cancelled while
    it saves, it leaves the rest unsaved; the files themselves stay.
    """
    settings = await trio.to_thread.run_sync(_settings, ctx.options)
    lanes = Lanes(Board(partial(ctx.publish, "transfers")))
    credentials = Credentials(ctx.options.credentials, Remembered(Secrets().read, ctx.hide))
    turns = ctx.board("turns", Turns)
    desk = Workspaces(settings, lanes, credentials, lambda: turns.value or Turns())
    await desk.recover()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(ctx.answer, "workspaces", desk.answer, withdrawable=True))
        nursery.start_soon(desk.follow)
        task_status.started()
        await ctx.stopping.wait()
        deadline = trio.current_time() + ctx.stop_timeout - TO_RETURN
        # A transfer is given up here; anything shorter is in a worker thread and completes.
        nursery.cancel_scope.cancel()
    await desk.save_all()
    if ctx.options.push_at_stop:
        await desk.send_all(deadline - trio.current_time())


def _settings(options: Options) -> Settings:
    prepare(options.network_timeout)
    root = Path(options.root)
    root.mkdir(0o700, parents=True, exist_ok=True)  # sites and conversations: nobody else's
    return Settings(
        root=root.resolve(),
        branch=options.branch,
        author=Author(options.author_name, options.author_email),
        allowed=Allowed(options.schemes, options.hosts, options.repositories),
        depth=options.depth,
        protected=options.protected,
        forges=options.forges,
        svg=options.svg,
        repository=options.repository,
        push_commits=options.push_commits,
    )


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
        filing = Filing(settings)
        uploading = Uploading(settings)
        syncing = Syncing(settings, lanes, credentials, self._refuse_under_a_turn)
        self._sending = Sending(settings, lanes, credentials)
        self._following = Following(syncing.follow)
        listing = Listing(settings)
        pull_requests = PullRequests(settings, credentials.logins)
        self._writing: dict[type[Request[Any]], Callable[[Any], object]] = {
            FindWorkspace: lambda request: threads.find(request.key),
            ListThreads: threads.list,
            FindThread: threads.look,
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
            FindDropped: editing.dropped,
            FindParked: editing.parked,
            RestoreCommit: editing.restore,
            SwitchBranch: editing.switch,
            MergeThread: editing.merge,
            WriteFile: filing.write,
            RemoveFile: filing.remove,
            MoveFile: filing.move,
            StoreImages: uploading.store,
        }
        self._reading: dict[type[Request[Any]], Callable[[Any], object]] = {
            ListFiles: filing.list,
            ReadFile: filing.read,
        }
        self._transferring: dict[type[Request[Any]], Callable[[Any], Awaitable[object]]] = {
            OpenWorkspace: self._open,
            FindPreviewed: self._find_previewed,
            ListHistories: self._list_histories,
            ListProjects: listing.list,
            FindProject: listing.find,
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
            if (looking := self._reading.get(kind)) is not None:
                return await self._lanes.look(partial(looking, request))
            if (work := self._writing.get(kind)) is not None:
                done = await self._lanes.write(
                    repository(request), partial(self._work, work, request)
                )
                return self._followed(request, done)
        except (GitFailed, OSError, RecursionError) as error:
            # What git says against it is a refusal.
            thread = whose(request)
            log.warning("workspace failed", thread=thread, reason=str(error))
            raise Refused(f"cannot use the workspace of {thread}: {advised(error)}") from error
        raise Refused(f"cannot answer {kind.__name__}: ask another desk")

    def _work(self, work: Callable[[Any], object], request: Request[Any]) -> object:
        self._refuse_under_a_turn(request)  # one may have begun while this waited for its turn
        return work(request)

    def _followed(self, request: Request[Any], done: object) -> object:
        """What was done, with its commit on its way to the remote if commits go there."""
        if not self._settings.push_commits:
            return done
        match request, done:
            case CommitChanges(), Commit():
                self._following.note(request.key)
                return msgspec.structs.replace(done, pushing=True)
            case RestoreCommit(), Merged(outcome=Outcome.RESTORED):
                self._following.note(request.key)
            case _:
                pass
        return done

    def _refuse_under_a_turn(self, request: Request[Any]) -> None:
        if not isinstance(request, UNDER_A_TURN) or not self._turns().run_in(request.key):
            return
        turns = {f"{request.key}:{turn}" for turn in asking(request)}
        if turns.isdisjoint(self._turns().running):
            raise Refused(
                f"cannot do this to {request.key} while a turn runs in it: wait for its end"
            )

    async def _open(self, request: OpenWorkspace) -> Workspace:
        settings, home = self._settings, repository(request)
        if not await self._lanes.write(home, partial(projects.exists, settings, request)):
            request = projects.by_default(settings, request)
            make = partial(projects.make, settings, request, self._credentials)
            what = "clone" if request.repo_url else None
            await self._lanes.transfer(home, what, make)
        return await self._lanes.write(home, partial(self._threads.open, request))

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

    async def follow(self) -> None:
        """Push what is committed, as far as the options say so, until cancelled."""
        await self._following.run()

    async def send_all(self, seconds: float) -> None:
        """Push what is committed and saved on this volume alone; what cannot be is logged."""
        layouts = await trio.to_thread.run_sync(self._recovery.layouts)
        await self._sending.send_all(layouts, seconds)

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
