"""What must be true of a thread in which nothing is under way, whatever was killed before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.chaos.turns.branch import Lines, Made, on_disk
from tests.chaos.turns.conversation import Conversation
from tests.chaos.turns.journals import Journal, Told
from tests.chaos.turns.kept import Down
from tests.chaos.turns.processes import clis
from tests.chaos.turns.told import Wish


class Excuses(Protocol):
    """Whether there was a reason for a turn in `root` to be interrupted, to fail for what it says,
    or to leave work that could not be saved, between two times by the wall clock.
    """

    def interrupts(self, since: float, until: float) -> bool: ...
    def fails(self, root: Path, reason: str | None, since: float, until: float) -> bool: ...
    def spoils(self, since: float, until: float) -> bool: ...


@dataclass(slots=True)
class Harm:
    """What was done to whom, by the wall clock: excuses for turns that did not come to an end."""

    daemon: list[Down] = field(default_factory=list[Down])
    model: list[Down] = field(default_factory=list[Down])
    clis: list[tuple[Path, float]] = field(default_factory=list[tuple[Path, float]])

    def interrupts(self, since: float, until: float) -> bool:
        return any(down.touches(since, until) for down in self.daemon)

    def fails(self, root: Path, reason: str | None, since: float, until: float) -> bool:
        return reason == "backend_failed" and (
            any(down.touches(since, until) for down in self.model)
            or any(place == root and since <= when <= until for place, when in self.clis)
        )

    def spoils(self, since: float, until: float) -> bool:
        return False


def acknowledged(it: Conversation, journal: Journal) -> Iterator[str]:
    """What is wrong with the journal itself, or lost: true at any moment."""
    yield from journal.wrong
    yield from journal.misshapen()
    for key, turn in it.keys.items():
        found = [told.turn for told in journal.keyed(key)]
        if found != [turn]:
            yield f"{key} was acknowledged as {turn}, and the journal has {found}"


def at_rest(it: Conversation, harm: Excuses, *, stopped: bool = False) -> list[str]:
    """Everything that can be seen of a thread; `stopped` where the daemon has ended in order."""
    journal = it.journal()
    wrong = [
        *acknowledged(it, journal),
        *_ends(it, journal, harm),
        *_commits(it, journal),
        *_files(it, journal, stopped=stopped),
        *(f"{cli} is left" for cli in clis(it.root)),
    ]
    return [f"{it.thread}: {each}" for each in wrong]


def _ends(it: Conversation, journal: Journal, harm: Excuses) -> Iterator[str]:
    """Whether each turn has ended, and for a reason that there was."""
    for told in journal.turns.values():
        wish = it.turns.get(told.turn)
        if wish is None:
            yield f"{told.turn} is nobody's"
            continue
        if not told.finished:
            yield f"{told.turn} has not ended"
            continue
        end = told.finished[0]
        since, until = (told.started or told.queued)[0]["time"], end["time"]
        match told.state:
            case "committed":
                fits = bool(told.started) and (
                    bool(told.commits) == bool(wish.adds) or bool(told.failed)
                )
            case "cancelled":
                fits = told.turn in it.cancelled
            case "interrupted":
                fits = bool(told.started) and harm.interrupts(since, until)
            case _:
                fits = harm.fails(it.root, end.get("reason"), since, until)
        if not fits:
            yield f"{told.turn} ended as {dict(end)} without a reason: {wish.instruction}"
        yield from _same(it.answers.get(told.turn, {}), told)
        yield from _saved(it, told, wish, spoilt=harm.spoils(since, until))


def _same(answer: Mapping[str, object], told: Told) -> Iterator[str]:
    """Whether what the API said of its end is what the journal says."""
    end = told.finished[0]
    for name in ("state", "reason", "saved"):
        if answer and answer[name] != end.get(name):
            yield f"{told.turn} was said to have {name} {answer[name]}, and has {end.get(name)}"
    # What is offered at the end of the text is left out once somebody has decided on that.
    if answer and not str(end.get("error")).startswith(str(answer["error"])):
        yield f"{told.turn} was said to have failed for {answer['error']}, not {end.get('error')}"


def _saved(it: Conversation, told: Told, wish: Wish, *, spoilt: bool) -> Iterator[str]:
    """Whether what a turn left is in a commit, with every edit that it told of."""
    expected: Lines = Counter({path: 1 for path in wish.adds.items() if path[0] in told.changed})
    if told.state == "committed" or told.saved is None:
        is_left = spoilt and told.finished[0].get("leftover") == "offered"
        if told.state != "committed" and expected and not is_left:
            yield f"{told.turn} changed {told.changed}, and nothing is saved"
        return
    if not it.branch.has(told.saved):
        yield f"{told.turn} was saved as {told.saved}, which is not there"
        return
    before, after = it.branch.lines(it.branch.parent(told.saved)), it.branch.lines(told.saved)
    added = after - before
    if before - after or not added or added - Counter(wish.adds.items()) or expected - added:
        yield f"{told.turn} changed {told.changed}, and {told.saved} adds {dict(added)}"


def _commits(it: Conversation, journal: Journal) -> Iterator[str]:
    """Whether every commit is a turn's whole work, or brings back what there was once."""
    there: set[str] = set()
    for made in it.branch.commits()[1:]:
        there.add(made.hash)
        told = journal.turns.get(made.turn)
        if told is not None:
            yield from _work(it, made, told)
        elif (done := journal.done.get(made.turn)) is not None:
            yield from _reverted(it, made, done, journal)
        else:
            yield f"the commit {made} is nobody's"
    for told in journal.turns.values():
        yield from (f"{told.turn} lost its commit {one}" for one in told.made if one not in there)


def _work(it: Conversation, made: Made, told: Told) -> Iterator[str]:
    wish = it.turns[told.turn]
    wanted: Lines = Counter(wish.adds.items())
    before, after = it.branch.lines(made.parents[0]), it.branch.lines(made.hash)
    added = after - before
    is_whole = told.state == "committed" and not told.failed
    whole = added == wanted if is_whole else bool(added) and not added - wanted
    if before - after or not whole:
        yield f"the commit {made} of {told.state} {wish} adds {dict(added)}"
    if made.hash not in told.made:
        yield f"the journal does not know the commit {made} of {told.state} {told.turn}"


def _reverted(
    it: Conversation, made: Made, done: Mapping[str, object], journal: Journal
) -> Iterator[str]:
    work = journal.turns[str(done["turn"])].made[0]
    wanted = work if done["type"] == "turn.redone" else it.branch.parent(work)
    if it.branch.tree(made.hash) != it.branch.tree(wanted):
        yield f"{made} does not bring back the files of {wanted}"
    if done["hash"] != made.hash:
        yield f"{dict(done)} is {made}"


def _files(it: Conversation, journal: Journal, *, stopped: bool) -> Iterator[str]:
    """Whether the worktree has what is committed, and besides what is offered."""
    head, disk = it.branch.lines(it.branch.commits()[-1].hash), on_disk(it.root)
    yield from (f"{line} is there {n} times" for line, n in disk.items() if n > 1)
    yield from (f"{line} is lost" for line in head - disk)
    extra = disk - head
    offered = [told for told in journal.turns.values() if told.is_offered]
    wanted: Lines = Counter()
    for told in offered[-1:]:
        wanted = Counter(it.turns[told.turn].adds.items())
        wip = it.branch.wip()
        # Offered is also what nobody could look at: then nothing may be there, nor saved.
        saved = head if wip is None else it.branch.lines(wip)
        if (told.saved is not None and extra - saved) or (stopped and saved != disk):
            yield f"{told.turn} is offered, and {wip} is not what is in the worktree"
    if extra - wanted:
        yield f"{dict(extra)} is uncommitted, and offered is {offered}"
    for told in journal.turns.values():
        wish = it.turns[told.turn]
        of_it = head & Counter(wish.adds.items())
        is_whole = told.state == "committed" and not told.failed
        if of_it and is_whole and of_it != Counter(wish.adds.items()):
            yield f"{told.turn} is half there: {dict(of_it)}"
