"""The service with one mistake each, which the driver must find."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import trio

from services.messages import Commit
from services.workspaces import Options, files
from services.workspaces.git import commits, moving
from services.workspaces.service import Workspaces, run
from services.workspaces.threads import Threads
from supervisor.context import Context

LATER = 0.003  # seconds from the answer to the commit


class Serve(Protocol):
    async def __call__(
        self, ctx: Context[Options], *, task_status: trio.TaskStatus[None]
    ) -> None: ...


def _mutant(make: Callable[[], None]) -> Serve:
    async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
        make()
        await run(ctx, task_status=task_status)

    return serve


def _replacing(owner: Any, name: str, by: Callable[..., Any]) -> Serve:
    return _mutant(lambda: setattr(owner, name, by))


def _write_no_journal() -> None:
    write: Any = moving.write_whole

    def journals_not(path: Path, content: bytes) -> None:
        if path.name != moving.NAME:
            write(path, content)

    moving.write_whole = journals_not  # type: ignore[assignment]


def _answer_before_the_commit() -> None:
    commit, refuse_links = commits.commit, files.refuse_links
    under_way: list[threading.Timer] = []

    def early(admin: Path, *rest: Any) -> Commit | None:
        """Make the commit, take it back, and bring it in a little later."""
        branch, old = commits.head(admin)
        made = commit(admin, *rest)
        if made is not None:
            place = admin.parents[1] / "refs/heads" / branch
            _replace(place, old)
            under_way.append(threading.Timer(LATER, _replace, (place, made.hash)))
            under_way[-1].start()
        return made

    def in_turn(*arguments: Any) -> None:
        """Every operation begins with this: nobody sees it but who looks after a kill."""
        while under_way:
            under_way.pop().join()
        refuse_links(*arguments)

    commits.commit, files.refuse_links = early, in_turn


def _replace(place: Path, text: str) -> None:
    draft = place.with_name(f"{place.name}.new")
    draft.write_text(f"{text}\n")
    os.replace(draft, place)


async def _save_none(_: object) -> None:
    await trio.lowlevel.checkpoint()


finishes_no_move = _replacing(moving, "recover", lambda *_: False)
finishes_no_thread = _replacing(Threads, "finish", lambda *_: None)
leaves_locks = _replacing(files, "remove_locks", lambda *_: ())
leaves_what_is_half_made = _replacing(files, "remove_partial", lambda *_: None)
saves_nothing_at_start = _replacing(Workspaces, "save_all", _save_none)
writes_no_journal = _mutant(_write_no_journal)
answers_before_the_commit = _mutant(_answer_before_the_commit)

MUTANTS = tuple(
    f"{__name__}:{name}"
    for name in (
        "finishes_no_move",
        "finishes_no_thread",
        "leaves_locks",
        "leaves_what_is_half_made",
        "saves_nothing_at_start",
        "writes_no_journal",
        "answers_before_the_commit",
    )
)
