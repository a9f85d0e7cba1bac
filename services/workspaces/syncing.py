"""A thread and its remote: what is there brought here, and what is here brought there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from services.messages import Fetch, Fetched, Merged, Outcome, Pull, Push, Pushed, ThreadKey
from services.workspaces import names
from services.workspaces.credentials import Credentials
from services.workspaces.finding import existing
from services.workspaces.forges import compare_page
from services.workspaces.git import advancing, commits, moving, projects, pushing, transfer
from services.workspaces.git.repository import GitFailed
from services.workspaces.git.wire import Wire
from services.workspaces.lanes import Lanes
from services.workspaces.progress import What
from services.workspaces.settings import Settings
from services.workspaces.speaking import speak
from supervisor.desk import Invalid, NotFound, Refused, Request

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Site:
    """A thread's repository, the branch that it is on, the project's, and where its remote is."""

    key: ThreadKey
    git: Path
    branch: str
    default: str
    url: str | None

    @property
    def repository(self) -> tuple[str, str]:
        return self.key.client, self.key.user


@dataclass(frozen=True, slots=True)
class Syncing:
    """Each waits for the repository's turns by itself; cancelled, it lets the remote go.

    `admit` raises `Refused` where a request may not change files at the moment that it would.
    Raises `Refused`, and `GitFailed` and `OSError` for what is wrong with the repository.
    """

    settings: Settings
    lanes: Lanes
    credentials: Credentials
    admit: Callable[[Request[Any]], None]

    async def fetch(self, request: Fetch) -> Fetched:
        site = await self._site(request.key)
        return Fetched(await self._fetch(site))

    async def pull(self, request: Pull) -> Merged:
        """Bring a branch in; where a shallow clone lacks the history for that, it comes first."""
        if request.branch is not None:
            names.checked_branch(request.branch)
        site = await self._site(request.key)
        if site.url is not None:
            await self._fetch(site)
        bring = partial(self._bring, request)
        merged = await self.lanes.write(site.repository, bring)
        if merged is None:
            await self._fetch(site, whole=True)
            merged = await self.lanes.write(site.repository, bring)
        if merged is None:
            raise Refused(
                "cannot pull: history that it needs is missing, and the remote does not give it"
            )
        return merged

    async def follow(self, key: ThreadKey) -> None:
        """Push a thread's branch, if there is somewhere that it may go."""
        site = await self._site(key)
        if site.url is not None and site.branch not in self.settings.protected:
            await self.push(Push(key))

    async def push(self, request: Push) -> Pushed:
        site = await self._site(request.key)
        if request.default:
            site = replace(site, branch=site.default)
            if request.force:
                raise Invalid(f"cannot push {site.branch} with force: others work on it; pull it")
        if site.branch in self.settings.protected:
            way = "ask at the remote for a merge" if request.default else "switch to another branch"
            raise Refused(
                f"cannot push {site.branch}: it is protected; {way}, or take it out of the option"
                " protected of service.workspaces"
            )
        pushed = await self._push(site, force=request.force)
        is_shallow = partial(transfer.is_shallow, site.git)
        if pushed is None and await self.lanes.write(site.repository, is_shallow):
            # Git cannot tell who is behind whom where it lacks the history between them.
            await self._fetch(site, whole=True)
            pushed = await self._push(site, force=request.force)
        if pushed is None:
            way = (
                f"pull {site.branch}, and merge the thread again"
                if request.default
                else f"pull {site.branch} first, or push with force to replace them"
            )
            raise _told(
                site,
                f"cannot push {site.branch}: the remote has commits of it that are not here; {way}",
            )
        await self.lanes.write(site.repository, partial(pushing.follow, site.git, site.branch))
        compare = compare_page(site.url, site.default, site.branch, self.settings.forges)
        return Pushed(site.branch, pushed.head, pushed.new, compare)

    async def _site(self, key: ThreadKey) -> Site:
        return await self.lanes.write((key.client, key.user), partial(self._find, key))

    def _find(self, key: ThreadKey) -> Site:
        layout = existing(self.settings, key)
        branch, _ = commits.head(layout.admin(key.thread))
        url = projects.origin(layout.git)
        if url is not None:
            self.settings.allowed.check(url)
        return Site(key, layout.git, branch, projects.default_branch(layout.git), url)

    async def _fetch(self, site: Site, *, whole: bool = False) -> tuple[str, ...]:
        work = partial(transfer.fetch, site.git, whole=whole)
        try:
            changed = await self._transfer(site, "fetch", work)
        except GitFailed as error:
            raise _told(site, f"cannot fetch from {site.url}: {error}") from error
        await self.lanes.write(site.repository, partial(self._follow, site))
        return changed

    def _follow(self, site: Site) -> None:
        """Let the project's branch be as new as the remote's, for threads that start from it.

        Only where nothing was merged here that is not there; and what stands in the way in the
        project's own files stays, as they are nobody's thread.
        """
        ours, theirs = (look(site.git, site.default) for look in (commits.tip_of, commits.twin_of))
        if not (ours and theirs and commits.are_related(site.git, ours, theirs)):
            return
        author = self.settings.author
        try:
            moving.recover(site.git, moving.PROJECT, author)
            merged = advancing.bring(site.git, theirs, author, "", fast_forward_only=True)
        except GitFailed as error:
            log.warning("project not brought up to date", thread=str(site.key), reason=str(error))
        else:
            if merged.outcome is not Outcome.UP_TO_DATE:
                log.info("project and its remote", thread=str(site.key), outcome=merged.outcome)

    async def _push(self, site: Site, *, force: bool) -> pushing.Push | None:
        """Push; None where the remote has commits that are not here."""
        work = partial(pushing.push, site.git, site.branch, force=force)
        try:
            return await self._transfer(site, "push", work)
        except pushing.Behind:
            return None
        except pushing.Unseen as error:
            raise _told(
                site,
                f"cannot push {site.branch} with force: {error}; fetch, look at what is there,"
                " and push again",
            ) from error
        except GitFailed as error:
            raise _told(site, f"cannot push {site.branch}: {error}") from error

    async def _transfer(self, site: Site, what: What, work: Callable[[Wire], T]) -> T:
        url = site.url
        if url is None:
            raise Refused(
                f"cannot {what}: this site has no remote, it started here; open one with a repoUrl"
            )
        return await self.lanes.transfer(
            site.repository, what, partial(speak, self.credentials, url, work)
        )

    def _bring(self, request: Pull) -> Merged | None:
        """Merge what was fetched; None where history is missing that is in the remote."""
        key = request.key
        self.admit(request)
        layout = existing(self.settings, key)
        admin = layout.admin(key.thread)
        branch = request.branch or projects.default_branch(layout.git)
        here, head = commits.head(admin)
        theirs = self._theirs(layout.git, branch)
        if not commits.are_related(layout.git, head, theirs):
            if transfer.is_shallow(layout.git):
                return None
            raise Refused(
                f"cannot pull {branch}: it has no commit in common with {here}; open it by a"
                " thread of its own"
            )
        message = f"Merge {branch} into {here}\n\nThread-ID: {key.thread}\n"
        return advancing.bring(
            admin,
            theirs,
            self.settings.author,
            message,
            fast_forward_only=request.fast_forward_only,
        )

    def _theirs(self, git: Path, branch: str) -> str:
        """The commit to bring: the remote's, or where there is no remote the project's own."""
        if projects.origin(git) is not None:
            found, whose = commits.twin_of(git, branch), "the remote"
        else:
            found = commits.tip_of(git, branch)
            whose = "this site"
        if found is None:
            raise NotFound(f"cannot pull {branch}: {whose} has no such branch; name another")
        return found


def _told(site: Site, reason: str) -> Refused:
    log.warning("transfer failed", thread=str(site.key), reason=reason)
    return Refused(reason)
