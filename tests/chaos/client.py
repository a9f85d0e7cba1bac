"""One connection that works through a script, and holds every answer against it."""

from __future__ import annotations

from typing import Any, Protocol

from services.messages import (
    Commit,
    CommitChanges,
    DropChanges,
    Merged,
    MergeThread,
    Outcome,
    Pushed,
    SaveChanges,
    Switched,
    Workspace,
)
from supervisor.desk import Gone, Refused
from tests.chaos.model import State
from tests.chaos.script import Script, Step
from tests.chaos.wire import Wire


class Defect(Exception):
    """A promise is broken; the text says which, and how that shows."""


class Watching(Protocol):
    """Who is told of every step, may wish for one, and says when there will be no more."""

    async def goes_on(self, client: Client) -> bool: ...
    def wish(self, client: Client) -> str | None: ...
    def sent(self, client: Client, step: Step) -> None: ...
    def answered(self, client: Client, step: Step) -> None: ...


class Client:
    """`step` was sent and is not answered. `merged` are commits that the project must have."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.step: Step | None = None
        self.merged: set[str] = set()

    async def run(self, wire: Wire, watching: Watching) -> None:
        """Edit and ask, until the daemon is gone; raises `Defect` for an answer that is wrong."""
        async with wire:
            while await watching.goes_on(self):
                self.script.edit()
                self.step = step = self.script.next(watching.wish(self))
                watching.sent(self, step)
                try:
                    answer = await wire.ask(step.request)
                except Gone:
                    return
                except Refused as refusal:
                    raise Defect(f"{step.kind} of {step.thread}: {refusal}") from refusal
                self._settle(step, answer)
                self.step = None
                watching.answered(self, step)

    def adopt(self, thread: str, state: State | None) -> None:
        """This is what has become of a thread."""
        if state is None:
            self.script.states.pop(thread, None)
        else:
            self.script.states[thread] = state

    def _settle(self, step: Step, answer: object) -> None:
        """It is done: from now on it must never be undone."""
        before = self.script.states.get(step.thread)
        match step.request:
            case MergeThread():
                assert isinstance(answer, Merged)
                if answer.outcome != Outcome.CONFLICTS:
                    assert before is not None
                    self.merged |= {before.head.hash, answer.head}
                return
            case SaveChanges() | CommitChanges() | DropChanges():
                assert before is not None
                if (answer is None) != before.clean:
                    raise Defect(f"{step.kind} of {step.thread} says {answer}: {before.changed()}")
            case _:
                pass
        found = isinstance(answer, Merged) and answer.outcome == Outcome.CONFLICTS
        if found == step.done:
            raise Defect(f"{step.kind} of {step.thread}: {answer}; expected {step}")
        for thread, after in step.after.items():
            self.adopt(thread, after and self._named(step, after, _head(answer)))

    def _named(self, step: Step, after: State, head: str) -> State:
        """With the head that the answer names, which must be as expected."""
        if not head:
            return after
        point = self.script.user.objects.point(head)
        if after.fresh:
            self.merged.add(head)
            after = State(after.branch, {after.branch: point}, point.tree, after.title)
        if not after.head.fits(point):
            raise Defect(f"{step.kind} of {step.thread} says {point}, not {after.head}")
        return after.at(point)


def _head(answer: Any) -> str:
    """The commit that a thread is at, as an answer says; empty where it says nothing of it."""
    match answer:
        case Commit():
            return answer.hash
        case Workspace() | Merged() | Switched() | Pushed():
            return answer.head
        case _:
            return ""
