"""What a thread's journal amounts to: its turns, what they left, and what was taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from services.agent.lineage import Lineage, extended, in_order, without
from services.agent.lines import Line, StoredImage, line_of
from services.agent.turns import KEPT, is_model
from services.messages import (
    BuildError,
    Event,
    Leftover,
    Selection,
    ThreadKey,
    TurnInfo,
    TurnState,
)
from supervisor.desk import NotFound


@dataclass(slots=True)
class _Draft:
    """A turn as far as it is known. `order` is the event that it began with. `lost` is the end,
    with its error, that is told of it and could not be written down.
    """

    info: TurnInfo
    order: int
    model: str | None = None
    selection: Selection | None = None
    images: tuple[StoredImage, ...] = ()
    said: list[str] = field(default_factory=list[str])
    changed: dict[str, None] = field(default_factory=dict[str, None])
    lineage: Lineage | None = None
    lost: tuple[TurnState, str] | None = None

    def written(self) -> TurnInfo:
        """As the journal has it."""
        files = self.info.files or tuple(sorted(self.changed))
        return replace(self.info, output="".join(self.said), files=files)

    def seen(self) -> TurnInfo:
        info = self.written()
        if self.lost is None:
            return info
        state, error = self.lost
        return replace(info, state=state, error=error)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happened to a turn after its end: undone, redone, kept or dropped."""

    order: int
    what: str
    turn: str


class Ledger:
    """The turns of a thread, in the order they were asked for.

    `intents` are operations that have begun and are not known to have been done, by their id;
    `operations` are the ids of all that began. `backend` and `model` are those that somebody named
    last, `spent` is what all turns cost together, in US dollars.

    What every turn asks for takes as long in a thread of ten thousand as in one of ten.
    """

    def __init__(self, key: ThreadKey, events: Iterable[Event] = ()) -> None:
        self._key = key
        self._drafts: dict[str, _Draft] = {}
        self._keys: dict[str, str] = {}
        self._active: Lineage | None = None
        self._offered: dict[str, None] = {}
        self.spent = 0.0
        self.remarks: list[Remark] = []
        self.intents: dict[str, Line] = {}
        self.operations: set[str] = set()
        self.version = 1
        self.backend: str | None = None
        self.model: str | None = None
        for event in events:
            self.apply(event.data)

    def apply(self, data: bytes) -> None:
        """Take in the next event."""
        line = line_of(data)
        if line is None:
            return
        self.version = max(self.version, line.version)
        if line.type in ("turn.queued", "turn.started") and line.turn not in self._drafts:
            self._begin(line)
        draft = self._drafts.get(line.turn)
        match line.type:
            case "turn.settling" | "turn.undoing":
                self.intents[line.operation] = line
                self.operations.add(line.operation)
            case "turn.given_up":
                self.intents.pop(line.operation, None)
            case "turn.settled" | "turn.undone" | "turn.redone":
                self.intents.pop(line.operation, None)
                self.remarks.append(Remark(line.id, _what(line), line.turn))
                self._put_back(line)
            case _:
                if draft is not None:
                    self._update(draft, line)
        if draft is not None and line.type == "turn.settled":
            error = (draft.info.error or "").removesuffix(f"; {KEPT}") or None
            draft.info = replace(draft.info, leftover=line.leftover, error=error)
        if draft is not None and line.type in ("turn.finished", "turn.settled"):
            self._offered.pop(line.turn, None)
            if line.leftover is Leftover.OFFERED:
                self._offered[line.turn] = None

    def lose(self, turn: str, state: TurnState, error: str) -> None:
        """Have a turn be seen as ended, until its end is written down."""
        self._drafts[turn].lost = (state, error)

    def lost(self, turn: str) -> tuple[TurnState, str] | None:
        """The end that is told of a turn and is not written down."""
        return self._drafts[turn].lost

    def __contains__(self, turn: str) -> bool:
        return turn in self._drafts

    def __getitem__(self, turn: str) -> TurnInfo:
        """Raises `NotFound`."""
        return self._draft(turn).seen()

    def has_ended(self, turn: str) -> bool:
        """Raises `NotFound`."""
        draft = self._draft(turn)
        return draft.info.state.ended or draft.lost is not None

    def _draft(self, turn: str) -> _Draft:
        if turn not in self._drafts:
            raise NotFound(f"cannot find the turn {turn} in {self._key}: list the thread's turns")
        return self._drafts[turn]

    @property
    def turns(self) -> tuple[TurnInfo, ...]:
        """The oldest first."""
        return tuple(draft.seen() for draft in self._drafts.values())

    def latest(self, before: str | None = None) -> Iterator[TurnInfo]:
        """The newest first; of those that were asked for `before` that turn, which is known."""
        turns = reversed(self._drafts)
        if before is not None:
            while next(turns) != before:
                pass
        return (self._drafts[turn].seen() for turn in turns)

    @property
    def active(self) -> tuple[str, ...]:
        """The turns whose commits the files have, the last one last."""
        return in_order(self._active)

    @property
    def unfinished(self) -> tuple[TurnInfo, ...]:
        """Those without an end in the journal, as it has them."""
        return tuple(
            draft.written() for draft in self._drafts.values() if not draft.info.state.ended
        )

    @property
    def offers(self) -> tuple[str, ...]:
        """The turns whose work is uncommitted, and nobody said what becomes of it, the last first.

        A later one has the work of those before among its own, where it found it.
        """
        return tuple(reversed(self._offered))

    @property
    def broken(self) -> tuple[BuildError, ...]:
        """What pages showed when the last turn was committed whose work the files have."""
        for draft in reversed(self._drafts.values()):
            if draft.info.commit is not None and not draft.info.undone:
                return draft.info.broken
        return ()

    def keyed(self, idempotency_key: str) -> str | None:
        """The turn that was asked for with this key."""
        return self._keys.get(idempotency_key)

    def order(self, turn: str) -> int:
        """The id of the event that a turn began with."""
        return self._draft(turn).order

    def request(self, turn: str) -> tuple[str | None, Selection | None, tuple[StoredImage, ...]]:
        """What came with a turn: the model, what was pointed at, and images."""
        draft = self._draft(turn)
        return draft.model, draft.selection, draft.images

    def lineage(self, turn: str) -> tuple[str, ...]:
        """The turns whose work the files had once this one was committed, itself the last."""
        return in_order(self._draft(turn).lineage)

    def _begin(self, line: Line) -> None:
        info = TurnInfo(
            line.turn,
            self._key,
            TurnState.QUEUED,
            line.instruction or "",
            line.mode,
            line.backend,
            first=line.id,
            queued=line.time,
        )
        # An earlier version took whatever it was told, and would go on with it for ever.
        model = line.model if line.model is not None and is_model(line.model) else None
        self._drafts[line.turn] = _Draft(info, line.id, model, line.selection, line.images)
        if line.named is not None:
            self.backend, self.model = line.named, model
        elif model is not None:
            self.model = model
        if line.idempotency_key is not None:
            self._keys[line.idempotency_key] = line.turn

    def _update(self, draft: _Draft, line: Line) -> None:
        info = draft.info
        match line.type:
            case "turn.started":
                draft.order = line.id
                draft.info = replace(
                    info, state=TurnState.RUNNING, started=line.time, base=line.base
                )
            case "turn.verifying":
                draft.info = replace(info, state=TurnState.VERIFYING)
            case "turn.checked":
                draft.info = replace(info, pages=line.pages, broken=line.errors)
            case "turn.repairing":
                draft.info = replace(info, state=TurnState.RUNNING, repairs=line.repair)
            case "text.delta":
                draft.said.append(line.text)
            case "file.changed":
                draft.changed[line.path] = None
            case "usage":
                draft.info = replace(info, usage=info.usage + line.usage)
                self.spent += line.usage.cost
            case "commit":
                draft.info = replace(info, commit=line.hash, files=line.files)
                if line.hash is not None:
                    draft.lineage = self._active = Lineage(info.turn, self._active)
            case "turn.finished":
                draft.lost = None
                draft.said = ["".join(draft.said)]
                draft.info = replace(
                    info,
                    state=line.state or TurnState.FAILED,
                    error=line.error,
                    reason=line.reason,
                    saved=line.saved,
                    leftover=line.leftover,
                    finished=line.time,
                )
            case _:
                pass

    def _put_back(self, line: Line) -> None:
        match line.type:
            case "turn.undone":
                self._active = without(self._active, frozenset(line.turns))
            case "turn.redone" if line.turn in self._drafts:
                lineage = self.lineage(line.turn)
                rest = without(self._active, {*lineage, *line.reverted})
                self._active = extended(rest, iter(lineage))
            case "turn.settled" if line.hash is not None and line.turn in self._drafts:
                draft = self._drafts[line.turn]
                draft.info = replace(draft.info, commit=line.hash, files=line.files)
                draft.lineage = self._active = Lineage(line.turn, self._active)
            case _:
                return
        active = frozenset(self.active)
        for turn, draft in self._drafts.items():
            undone = bool(draft.info.commit) and turn not in active
            if draft.info.undone is not undone:
                draft.info = replace(draft.info, undone=undone)


def _what(line: Line) -> str:
    if line.type == "turn.settled":
        return str(line.leftover or "")
    return line.type.removeprefix("turn.")
