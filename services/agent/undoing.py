"""Which commit takes a turn back, or brings it back, and what else that would change. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.agent.ledger import Ledger
from services.messages import LogEntry
from supervisor.desk import Refused


@dataclass(frozen=True, slots=True)
class Plan:
    """The files are to be as in `commit`: `turns` is whose work that takes away, or brings back.

    `others` are turns, and commits of nobody's turn, that would be taken back besides; `reverted`
    the turns among them.
    """

    commit: str
    turns: tuple[str, ...]
    others: tuple[str, ...]
    reverted: tuple[str, ...]


def undo(ledger: Ledger, turn: str, log: Iterable[LogEntry]) -> Plan:
    """Raises `Refused` where there is nothing to take back. `log` is the thread's, newest first."""
    info = ledger[turn]
    if info.commit is None:
        raise Refused(f"cannot undo the turn {turn}: it committed nothing")
    if info.undone:
        raise Refused(f"cannot undo the turn {turn}: it is undone; redo it to bring it back")
    log = tuple(log)
    before, since = _since(info.commit, log)
    later = _without(ledger, ledger.lineage(turn), log)
    gone = (turn, *later)
    known = {ledger[one].commit for one in gone}
    others = tuple(
        each.hash for each in since if each.hash not in known and not _told(ledger, each)
    )
    return Plan(before, gone, (*later, *others), later)


def redo(ledger: Ledger, turn: str, log: Iterable[LogEntry]) -> Plan:
    """Raises `Refused` where there is nothing to bring back."""
    info = ledger[turn]
    if info.commit is None or not info.undone:
        raise Refused(f"cannot redo the turn {turn}: it is not undone")
    lineage = ledger.lineage(turn)
    active = frozenset(ledger.active)
    back = tuple(one for one in lineage if one not in active)
    log = tuple(log)
    _, since = _since(info.commit, log)
    gone = _without(ledger, lineage, log)
    known = {each.commit for each in ledger.turns}
    others = tuple(
        each.hash for each in since if each.hash not in known and not _told(ledger, each)
    )
    return Plan(info.commit, back, (*gone, *others), gone)


def _without(ledger: Ledger, lineage: tuple[str, ...], log: Iterable[LogEntry]) -> tuple[str, ...]:
    """The turns whose work the files have, and not where the last of a lineage was committed.

    One whose commit is not in the log is on another branch.
    """
    there = {entry.hash for entry in log}
    before = frozenset(lineage)
    return tuple(
        turn for turn in ledger.active if turn not in before and ledger[turn].commit in there
    )


def _told(ledger: Ledger, entry: LogEntry) -> bool:
    """Whether it is of a turn of this thread, or undid one: such are told of by their turn."""
    return entry.turn is not None and (entry.turn in ledger or entry.turn in ledger.operations)


def _since(commit: str, log: Iterable[LogEntry]) -> tuple[str, list[LogEntry]]:
    """The commit before that one, and all that came after it."""
    after: list[LogEntry] = []
    for entry in log:
        if entry.hash == commit:
            if not entry.parents:
                raise Refused("cannot undo the first commit of all: there is nothing before it")
            return entry.parents[0], after
        after.append(entry)
    raise Refused(
        f"cannot find the commit {commit[:10]} in the thread's branch: it is on another branch, or"
        " too far back; restore a commit instead"
    )
