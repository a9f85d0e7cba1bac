"""What is done to a workspace, step by step: synchronous, one caller for each user at a time."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.messages import Commit, GitState, ThreadKey, Workspace
from services.workspaces import files, remotes, repo
from services.workspaces.layout import Layout
from supervisor.desk import NotFound, Refused

STARTER = Path(__file__).parent / "starter"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Makes, opens, reads and commits workspaces under `root`, which is a resolved path.

    Every method raises `Refused` for what a requester can change, else `repo.GitFailed` or
    `OSError`.
    """

    root: Path
    branch: str
    author: repo.Author
    schemes: tuple[str, ...]
    starter: Path = STARTER

    def clean(self) -> dict[str, tuple[str, ...]]:
        """Remove what a crash left behind: unfinished projects, and git's locks, by workspace."""
        found: dict[str, tuple[str, ...]] = {}
        for layout in files.layouts(self.root):
            files.remove_partial(layout)
            if locks := files.remove_locks(layout.git):
                found[f"{layout.client}/{layout.user}"] = locks
        return found

    def make(self, key: ThreadKey, repo_url: str | None, check: Callable[[], None]) -> None:
        """Make the project of a thread's user, if there is none.

        It is built beside its place and renamed into it: wherever this is interrupted, the next
        call finds a whole one or none. `check` is called while a clone comes in and before it
        gets its name; what it raises leaves nothing behind.
        """
        layout = Layout.of(self.root, key)
        files.refuse_links(layout, key.thread)
        url = remotes.checked(repo_url, self.schemes) if repo_url else None
        files.remove_partial(layout)
        if _hollow(layout):
            files.remove(layout.project)
        if not layout.project.exists():
            self._make_project(layout, url, check)
            files.touch_metadata(layout.metadata, url)

    def open(self, key: ThreadKey, repo_url: str | None) -> Workspace:
        """Make what is missing of a thread's own place in a project that exists."""
        layout = Layout.of(self.root, key)
        files.refuse_links(layout, key.thread)
        url = self._known(layout, repo_url)
        resumed = self._open_worktree(layout, key)
        layout.histories.mkdir(parents=True, exist_ok=True)
        files.touch_metadata(layout.metadata, url)
        return self._workspace(layout, key, resumed=resumed)

    def find(self, key: ThreadKey) -> Workspace:
        """A workspace that was opened before."""
        return self._workspace(self._existing(key), key, resumed=True)

    def state(self, key: ThreadKey) -> GitState:
        return repo.state(self._existing(key).admin(key.thread))

    def commit(self, key: ThreadKey, turn: str, message: str) -> Commit | None:
        """Commit all that a thread's worktree has; None if there is nothing new."""
        admin = self._existing(key).admin(key.thread)
        text = f"{message}\n\nThread-ID: {key.thread}\nTurn-ID: {turn}\n"
        return repo.commit(admin, key.thread, key.branch, self.author, text)

    def keys(self) -> tuple[ThreadKey, ...]:
        """Every thread that has a worktree on disk."""
        return tuple(
            ThreadKey(layout.client, layout.user, thread)
            for layout in files.layouts(self.root)
            for thread in files.threads(layout)
        )

    def save(self, key: ThreadKey) -> str | None:
        """Save what is uncommitted to the thread's hidden ref; None if nothing is."""
        layout = self._existing(key)
        return repo.save(layout.admin(key.thread), key.thread, self.author)

    def _existing(self, key: ThreadKey) -> Layout:
        layout = Layout.of(self.root, key)
        files.refuse_links(layout, key.thread)
        if not (layout.worktree(key.thread).is_dir() and layout.admin(key.thread).is_dir()):
            raise NotFound(f"cannot find a workspace of {key}: open it first")
        return layout

    def _workspace(self, layout: Layout, key: ThreadKey, *, resumed: bool) -> Workspace:
        return Workspace(
            key=key,
            root=layout.worktree(key.thread),
            project=layout.project,
            history=layout.history(key.thread),
            branch=key.branch,
            head=repo.head(layout.admin(key.thread)),
            resumed=resumed,
        )

    def _known(self, layout: Layout, url: str | None) -> str | None:
        metadata = files.read_metadata(layout.metadata)
        known = metadata.repo_url if metadata else repo.origin(layout.git)
        if url is not None and not remotes.same(url, known):
            start = known or "the starter site"
            raise Refused(
                f"cannot open {url} for {layout.client}/{layout.user}: that workspace was made"
                f" from {start}; use another userId, or leave repoUrl out"
            )
        return known

    def _make_project(self, layout: Layout, url: str | None, check: Callable[[], None]) -> None:
        layout.home.mkdir(parents=True, exist_ok=True)
        place = layout.partial_project(secrets.token_hex(4))
        try:
            self._build(place, url, check)
            check()
            place.rename(layout.project)
        except BaseException:
            files.remove(place)
            check()  # somebody else may be at work by now, if nobody waits for this any more
            with suppress(OSError):
                layout.home.rmdir()  # only if it is empty
            raise

    def _build(self, place: Path, url: str | None, check: Callable[[], None]) -> None:
        if url is None:
            repo.create(place, self.branch)
            filled = False
        else:
            if url.startswith("/") and not Path(url).is_dir():
                raise Refused(f"cannot clone {url}: there is no such directory")
            try:
                filled = repo.clone(url, place, self.branch, check)
            except repo.GitFailed as error:
                raise Refused(
                    f"cannot clone {url}: {error}; check the address, and that it may be read"
                ) from error
        files.exclude_generated(place / ".git")
        if not filled:
            files.copy_site(self.starter, place)
            repo.first_commit(place / ".git", self.author, "Start from the starter site\n")

    def _open_worktree(self, layout: Layout, key: ThreadKey) -> bool:
        place, admin = layout.worktree(key.thread), layout.admin(key.thread)
        existed = place.is_dir()
        if not (existed and admin.is_dir()):
            files.remove(admin)
            draft = layout.partial_worktree(secrets.token_hex(4))
            layout.threads.mkdir(exist_ok=True)
            repo.add_worktree(layout.git, key.thread, draft, key.branch)
            if existed:
                # Git forgot this worktree (`git worktree prune` does where a volume is
                # mounted elsewhere), but the files are somebody's work: they stay.
                files.remove(draft)
            else:
                repo.restore(admin, key.thread)
                draft.rename(place)
        _link(place, admin)
        return existed


def _hollow(layout: Layout) -> bool:
    """Whether a project is only the shell of one, as a foreign clone leaves it when killed."""
    if not layout.project.is_dir():
        return False
    names = {path.name for path in layout.project.iterdir()}
    return not names or (names == {".git"} and repo.is_hollow(layout.git))


def _link(place: Path, admin: Path) -> None:
    """Let a worktree and git's directory for it point at each other, wherever they now are."""
    for path, text in (
        (admin / "gitdir", f"{place / '.git'}\n"),
        (admin / "commondir", f"..{os.sep}..\n"),
        (place / ".git", f"gitdir: {admin}\n"),
    ):
        if path.is_symlink() or not path.is_file() or path.read_text() != text:
            files.write_whole(path, text.encode())
