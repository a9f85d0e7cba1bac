"""Start one editor, or find that it runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.aws import Editor, NoPlace, is_full
from services.fleet.belongings import definition_of
from services.fleet.deriving import is_checked
from services.fleet.door import Door
from services.fleet.endings import no_place, why
from services.fleet.fleet import DOUBLE, Fleet
from services.fleet.pace import Pace
from services.fleet.sweeping import sweep
from services.fleet.wish import Wish, request
from supervisor.desk import Refused

WINDOW = 600.0  # seconds within which the same request is the same start
REPLAYS = 20  # starts within one window
ENDING = 150.0  # seconds for a task to end: Fargate's longest stopTimeout, and ECS's own time


class Ended(Refused):
    """The task was started, and has ended."""


@dataclass(frozen=True)
class Started:
    """`made` is false where it ran already, `ready` where it was not up in time."""

    editor: Editor
    made: bool
    ready: bool


@dataclass(frozen=True)
class Start:
    """One start of one editor; `tell` hears what goes on."""

    fleet: Fleet
    wish: Wish
    pace: Pace
    tell: Callable[[str], None]

    def carry_out(self, patience: float) -> Started:
        """Start it, and wait at most `patience` seconds until people can reach it.

        Raises `Refused`, and `Ended` where the task did not live. Two starts at once are one: of
        two equal requests ECS knows the second by its token, and of two that differ the younger
        task is ended.
        """
        names, fleet = self.wish.names, self.fleet
        base = fleet.definitions.latest(fleet.place.family)
        if base is None:
            raise Refused(
                f"cannot start {self._who}: there is no task definition {fleet.place.family} to"
                " make its own from; name one with --family, or a stack"
            )
        door, editor = fleet.door(names), fleet.running(names)
        made = editor is None
        if editor is None:
            self._until_gone()
            definition = definition_of(fleet, names, base, self.pace)
        else:
            definition = None
            self.tell("it runs already")
        # Before the task: what AWS refuses of it shall not leave one behind that nobody reaches.
        if door is not None:
            self._build(door, used=not made)
        if editor is None and definition is not None:
            first = self._run(request(fleet.place, self.wish, definition))
            editor = fleet.running(names, first) or first
        assert editor is not None
        self.tell(f"its task is {editor.arn}")
        return self._until_up(editor, door, is_checked(base.body), patience, made=made)

    def _build(self, door: Door, *, used: bool) -> None:
        try:
            door.build(used=used)
        except Refused as refusal:
            if not is_full(refusal) or not sweep(self.fleet):
                raise
            self.tell("the load balancer was full of ways to editors that have ended")
            door.build(used=used)

    def _until_gone(self) -> None:
        """A workspace has one writer, and the task before may still be saving."""
        names, told = self.wish.names, False
        for _ in self.pace.within(ENDING):
            stopped = self.fleet.editors.of_family(names.family, wanted="STOPPED")
            if all(one.over for one in stopped):
                return
            if not told:
                self.tell("its task before has yet to end")
                told = True
        raise Refused(
            f"cannot start {self._who}: its task before does not end; look at it with"
            " 'nurseryctl fleet list --stopped', and try again"
        )

    def _run(self, asked: Mapping[str, Any]) -> Editor:
        """Ask by a token that an equal request within the window has too."""
        salt = str(int(self.pace.wall() // WINDOW))
        for _ in range(REPLAYS):
            whole = json.dumps([salt, self.fleet.place.cluster, asked], sort_keys=True)
            token = hashlib.sha256(whole.encode()).hexdigest()
            try:
                editor = self.fleet.editors.run({**asked, "clientToken": token})
            except NoPlace as refusal:
                raise Refused(f"cannot start {self._who}: {no_place(str(refusal))}") from refusal
            if editor.stays:
                return editor
            salt = editor.arn  # the answer to an earlier start, whose task has ended since
        raise Refused(
            f"cannot start {self._who}: its task ended {REPLAYS} times within ten minutes;"
            " 'nurseryctl fleet list --stopped' says why"
        )

    def _until_up(
        self, editor: Editor, door: Door | None, checked: bool, patience: float, *, made: bool
    ) -> Started:
        led, told = "", ""
        for _ in self.pace.within(patience):
            # ECS may need a moment to know a task that it has just told of.
            editor = next(iter(self.fleet.editors.look([editor.arn])), editor)
            kept = self.fleet.running(self.wish.names) if editor.reason == DOUBLE else None
            if kept is not None and kept.arn != editor.arn:
                # Another start at the same moment had listed a task that this one could not see.
                editor, made = kept, False
                self.tell(f"its task is {editor.arn}")
            if editor.over:
                raise Ended(f"{self._who} has ended: {why(editor)}")
            if door is not None and editor.ip and editor.ip != led:
                door.lead_to(editor.ip)
                led = editor.ip
            if not self.wish.wait and (door is None or led):
                return Started(editor, made, ready=True)
            runs = editor.state == "RUNNING" and editor.stays
            well = not checked or editor.health == "HEALTHY"
            if runs and well and (door is None or door.leads_to(led)):
                return Started(editor, made, ready=True)
            now = editor.state.lower() + (f", {editor.health.lower()}" if runs and checked else "")
            if now != told:
                self.tell(now)
                told = now
        return Started(editor, made, ready=False)

    @property
    def _who(self) -> str:
        return f"{self.wish.names.client}/{self.wish.names.user}"
