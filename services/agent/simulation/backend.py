"""The backend that needs no network: it understands plain sentences and edits the real files."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import structlog
import trio

from services.agent.backend import BackendError, Emit, Turn
from services.agent.simulation import answers, files
from services.agent.simulation.intents import (
    Help,
    Intent,
    ListFiles,
    ListPages,
    Look,
    NotUnderstood,
    ShowFile,
    ShowStatus,
)
from services.agent.simulation.plans import Plan, plan
from services.agent.simulation.site import Cannot, Change, Site
from services.agent.simulation.status import git_status
from services.agent.simulation.understand import understand
from services.messages import FileChanged, Mode, TextDelta, ToolFinished, ToolStarted

log = structlog.get_logger()

_TOOLS = {"added": "write", "modified": "edit", "deleted": "delete"}


def _utc_today() -> date:
    return datetime.now(UTC).date()


class Simulation:
    """Does what a sentence says, or says why not; the same sentence on the same files does the
    same. `today` dates new posts."""

    def __init__(self, today: Callable[[], date] = _utc_today) -> None:
        self._today = today

    async def run(self, turn: Turn, emit: Emit) -> None:
        """See `Backend.run`. A sentence of several wishes is carried out whole or not at all."""
        wishes = understand(turn.instruction)
        log.info("turn understood", turn=turn.id, wishes=_names(wishes))
        if isinstance(wishes, NotUnderstood):
            await emit(TextDelta(answers.not_understood(wishes)))
            return
        site = await _read(turn.root, emit)
        plans: list[Plan] = []
        try:
            for wish in wishes:
                if isinstance(wish, Look):
                    await emit(TextDelta(await _look(turn.root, site, wish, emit)))
                else:
                    plans.append(plan(site, wish, self._today()))
                    site = site.after(plans[-1].changes)
        except Cannot as reason:
            await emit(TextDelta(f"I {reason}.{'' if len(wishes) == 1 else ' I changed nothing.'}"))
            return
        if plans and turn.mode is Mode.EXECUTE:
            for change in merged(plans):
                await _carry_out(turn.root, change, emit)
            await emit(TextDelta(told(plans)))
        elif plans:
            await emit(TextDelta(foretold(plans)))


def told(plans: list[Plan]) -> str:
    """What was done."""
    return "\n".join(f"I {each.did}. {each.note}".rstrip() for each in plans)


def foretold(plans: list[Plan]) -> str:
    """What would be done, and in which files."""
    lines = [f"I would {each.will}." for each in plans]
    changes = ", ".join(f"{each.path} ({each.kind})" for each in merged(plans))
    return "\n".join([*lines, f"Files: {changes}. I have not changed anything."])


def merged(plans: list[Plan]) -> list[Change]:
    """One change for each file, whatever many plans do to it."""
    found: dict[str, Change] = {}
    for change in (each for one in plans for each in one.changes):
        before = found.pop(change.path, None)
        if before is None:
            found[change.path] = change
        elif before.kind == "added" and change.text is not None:
            found[change.path] = Change(change.path, "added", change.text)
        elif before.kind == "deleted":
            found[change.path] = Change(change.path, "modified", change.text)
        elif before.kind != "added":
            found[change.path] = change
    return list(found.values())


@asynccontextmanager
async def _tool(emit: Emit, tool: str, summary: str) -> AsyncGenerator[None]:
    """Announce the use of a tool, and its end. What the system refuses fails the turn."""
    failure: OSError | files.Unsafe | Cannot | None = None
    await emit(ToolStarted(tool, summary))
    try:
        yield
    except (OSError, files.Unsafe, Cannot) as error:
        failure = error
    await emit(ToolFinished(tool, ok=failure is None, summary=str(failure or summary)))
    if isinstance(failure, Cannot):
        raise failure
    if failure is not None:
        raise BackendError(f"cannot {tool} {summary}: {failure}") from failure


async def _read(root: Path, emit: Emit) -> Site:
    async with _tool(emit, "read", "the files of the site"):
        return await trio.to_thread.run_sync(files.read_site, root)


async def _carry_out(root: Path, change: Change, emit: Emit) -> None:
    async with _tool(emit, _TOOLS[change.kind], change.path):
        await trio.to_thread.run_sync(files.write, root, change)
    await emit(FileChanged(change.path, change.kind))


async def _look(root: Path, site: Site, wish: Look, emit: Emit) -> str:
    match wish:
        case Help():
            return answers.help_text()
        case ListPages():
            return answers.pages(site)
        case ListFiles():
            return answers.files(site)
        case ShowFile(where):
            async with _tool(emit, "show", where):
                return answers.show(site, where)[1]
        case ShowStatus():
            async with _tool(emit, "git", "status"):
                return f"git says:\n\n```\n{await git_status(root)}\n```"


def _names(wishes: tuple[Intent, ...] | NotUnderstood) -> list[str]:
    return [] if isinstance(wishes, NotUnderstood) else [type(wish).__name__ for wish in wishes]
