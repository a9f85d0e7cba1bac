"""The backend that needs no network: it understands plain sentences and edits the real files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar, TypeVarTuple, Unpack

import msgspec
import structlog
import trio

from services.agent.backend import Host, Turn
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
from services.agent.simulation.performing import perform
from services.agent.simulation.plans import Plan, plan
from services.agent.simulation.script import Rule, matching
from services.agent.simulation.site import Cannot, Change, Site
from services.agent.simulation.stage import MODEL, NotAllowed, Stage
from services.agent.simulation.understand import Wishes, understand
from services.messages import Mode, Selection, Usage
from services.site.containment import Outside, within
from supervisor.desk import Refused

log = structlog.get_logger()

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def _utc_today() -> date:
    return datetime.now(UTC).date()


class Simulation:
    """Does what a sentence says, or says why not; the same sentence on the same files does the
    same. `today` dates new posts, `rules` come before what a sentence says."""

    def __init__(
        self,
        today: Callable[[], date] = _utc_today,
        *,
        pause: float = 0.0,
        rules: tuple[Rule, ...] = (),
    ) -> None:
        self._today = today
        self._pause = pause
        self._rules = rules

    async def run(self, turn: Turn, host: Host) -> None:
        """See `Backend.run`. A sentence of several wishes is carried out whole or not at all,
        unless a permission is refused in the middle of it."""
        stage = Stage(turn, host, self._pause)
        rule = matching(self._rules, turn.instruction, repair=turn.repair > 0)
        if rule is not None:
            log.info("turn follows the script", turn=turn.id, rule=rule.when.pattern)
            await perform(rule, turn, stage)
        elif turn.repair:
            await stage.say("I am a simulation and cannot repair pages, so I changed nothing.")
        else:
            await self._understand(turn, host, stage)
        await stage.use(Usage(MODEL))

    async def _understand(self, turn: Turn, host: Host, stage: Stage) -> None:
        if turn.images:
            await stage.say("I am a simulation and cannot see images: I go by your words alone.")
        selection, wishes = await _aside(_understood, turn)
        log.info("turn understood", turn=turn.id, wishes=_names(wishes))
        if isinstance(wishes, NotUnderstood):
            await stage.say(answers.not_understood(wishes))
            return
        async with stage.tool("read", "the files of the site"):
            site = await trio.to_thread.run_sync(files.read_site, turn.root)
        plans: list[Plan] = []
        try:
            for wish in wishes:
                if isinstance(wish, Look):
                    await stage.say(await _look(site, wish, host, stage))
                else:
                    plans.append(await _aside(plan, site, wish, self._today(), selection))
                    site = site.after(plans[-1].changes)
        except Cannot as reason:
            await stage.say(f"I {reason}.{'' if len(wishes) == 1 else ' I changed nothing.'}")
            return
        if plans:
            await _carry_out(plans, turn.mode, stage)


async def _aside(work: Callable[[Unpack[Ts]], T], *args: *Ts) -> T:
    """What is thought about a site in a thread, so that nobody else waits for it; cancelling
    does not either, since it changes nothing."""
    return await trio.to_thread.run_sync(work, *args, abandon_on_cancel=True)


def _understood(turn: Turn) -> tuple[Selection | None, Wishes]:
    """What the person points at and wants."""
    selection = _selected(turn)
    return selection, understand(turn.instruction, selection and selection.file)


def _selected(turn: Turn) -> Selection | None:
    """What the person points at, its file relative to the worktree where it is inside."""
    if turn.selection is None:
        return None
    with contextlib.suppress(Outside):
        file = within(turn.root, turn.selection.file).relative_to(turn.root.resolve())
        return msgspec.structs.replace(turn.selection, file=file.as_posix())
    return turn.selection


async def _carry_out(plans: list[Plan], mode: Mode, stage: Stage) -> None:
    if mode is not Mode.EXECUTE:
        await stage.say(foretold(plans))
        return
    try:
        for change in merged(plans):
            await stage.change(change)
    except NotAllowed as reason:
        await stage.refused(reason)
    else:
        await stage.say(told(plans))


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


async def _look(site: Site, wish: Look, host: Host, stage: Stage) -> str:
    match wish:
        case Help():
            return answers.help_text()
        case ListPages():
            return answers.pages(site)
        case ListFiles():
            return answers.files(site)
        case ShowFile(where):
            async with stage.tool("show", where):
                return answers.show(site, where)[1]
        case ShowStatus():
            async with stage.tool("git", "status"):
                try:
                    return answers.status(await host.git_state())
                except Refused as reason:
                    raise Cannot(f"cannot ask git: {reason}") from reason


def _names(wishes: tuple[Intent, ...] | NotUnderstood) -> list[str]:
    return [] if isinstance(wishes, NotUnderstood) else [type(wish).__name__ for wish in wishes]
