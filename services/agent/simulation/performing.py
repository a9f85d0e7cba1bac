"""Carries out the steps of a script's rule in a worktree."""

from __future__ import annotations

from pathlib import Path

import trio

from services.agent.backend import BackendError, Turn
from services.agent.simulation import files, script
from services.agent.simulation.site import Change
from services.agent.simulation.stage import Failed, NotAllowed, Stage
from services.site.containment import Outside, within


async def perform(rule: script.Rule, turn: Turn, stage: Stage) -> None:
    """Do what the rule says, in order. Raises `BackendError` where it says so."""
    try:
        for step in rule.steps:
            await _step(step, turn, stage)
    except NotAllowed as reason:
        await stage.refused(reason)


async def _step(step: script.Step, turn: Turn, stage: Stage) -> None:
    match step:
        case script.Say(text):
            await stage.say(text)
        case script.Pause(seconds):
            await trio.sleep(seconds)
        case script.Ask(tool, summary):
            async with stage.tool(tool, summary):
                await stage.ask(tool, summary)
        case script.Use(spent):
            await stage.use(spent.usage)
        case script.Fail(reason):
            raise BackendError(reason)
        case script.Write(path) | script.Edit(path) | script.Delete(path):
            await _change(step, path, turn.root, stage)


async def _change(
    step: script.Write | script.Edit | script.Delete, path: str, root: Path, stage: Stage
) -> None:
    """A step that fails has told so, and the next one follows: a model would go on, too."""
    tool = step.__struct_fields__[0]
    try:
        async with stage.tool(tool, path):
            change = await trio.to_thread.run_sync(_planned, step, path, root)
            await stage.ask(tool, change.path)
            try:
                await stage.put(change)
            except (OSError, files.Unsafe) as error:
                raise Failed(f"cannot {tool} {path}: {error}") from error
    except (Failed, Outside):
        return
    await stage.changed(change)


def _planned(step: script.Write | script.Edit | script.Delete, path: str, root: Path) -> Change:
    """What becomes of the file that the path leads to. Raises `Outside` and `Failed`."""
    file = within(root, path)
    name = file.relative_to(root.resolve()).as_posix()
    if isinstance(step, script.Write):
        return Change(name, "modified" if file.exists() else "added", step.text)
    try:
        text = file.read_bytes().decode().replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"cannot read {path}: {error}") from error
    if isinstance(step, script.Delete):
        return Change(name, "deleted", None)
    if step.old not in text:
        raise Failed(f"cannot find the text to change in {path}")
    return Change(name, "modified", text.replace(step.old, step.new, 1))
