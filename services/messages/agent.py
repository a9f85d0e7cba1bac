"""Desk "agent", who carries out instructions: what can be asked of it, and how it answers."""

from __future__ import annotations

from msgspec import Struct

from services.messages.keys import ThreadKey, check_id
from services.messages.scopes import EVERYTHING, Scope
from services.messages.turns import Image, Mode, Selection, TurnInfo, Usage
from supervisor.desk import Refused, Request


class StartTurn(Request[TurnInfo], frozen=True):
    """One turn: answered when it is queued, and that is on disk. A thread's turns run one by one.

    `backend` and `model`, where they are None, are those that were named last in the thread, or
    else the deployment's; a `model` belongs to its backend. Asked again with the same
    `idempotency_key`, it answers with the turn that there is.
    """

    key: ThreadKey
    instruction: str
    mode: Mode = Mode.EXECUTE
    backend: str | None = None
    model: str | None = None
    selection: Selection | None = None
    images: tuple[Image, ...] = ()
    idempotency_key: str | None = None


class AwaitTurn(Request[TurnInfo], frozen=True):
    """Answered when the turn has ended."""

    key: ThreadKey
    turn: str


class FindTurn(Request[TurnInfo], frozen=True):
    """A turn as it is now. Raises `NotFound`."""

    key: ThreadKey
    turn: str


class ListTurns(Request[tuple[TurnInfo, ...]], frozen=True):
    """A thread's turns, newest first; with `before`, those that came before that one."""

    key: ThreadKey
    limit: int = 50
    before: str | None = None


class CancelTurn(Request[TurnInfo], frozen=True):
    """Take a turn out of the queue, or stop it where it is; answered when it has ended.

    One that has ended is answered as it is.
    """

    key: ThreadKey
    turn: str


class SettleTurn(Request[TurnInfo], frozen=True):
    """Commit what a turn left uncommitted (`keep`), or drop it; a new turn keeps it, too."""

    key: ThreadKey
    turn: str
    keep: bool


class Undone(Struct, frozen=True):
    """`commit` put the files back; `turns` are all whose work that took away, or brought back."""

    head: str
    commit: str | None
    turns: tuple[str, ...]


class OthersToo(Refused):
    """It would be done to `others` besides: ids of turns, hashes of commits of nobody's turn."""

    def __init__(self, text: str, others: tuple[str, ...]) -> None:
        super().__init__(text)
        self.others = others


class UndoTurn(Request[Undone], frozen=True):
    """Bring the files back as they were before a turn, by a commit on top.

    Turns after it are taken back with it, which has to be said (`others`): refused with
    `OthersToo` otherwise. With `expected_head`, refused when the branch is elsewhere.
    """

    key: ThreadKey
    turn: str
    expected_head: str | None = None
    others: bool = False


class RedoTurn(Request[Undone], frozen=True):
    """Take back the undoing of a turn, in the same way."""

    key: ThreadKey
    turn: str
    expected_head: str | None = None
    others: bool = False


class AnswerPermission(Request[None], frozen=True):
    """Answer what a turn asked with `permission.asked`. Raises `NotFound` if it does not ask."""

    key: ThreadKey
    turn: str
    permission: str
    allow: bool
    reason: str = ""


class Event(Struct, frozen=True):
    """One line of a thread's journal: `data` is the JSON object, which has `id` and `type` too."""

    id: int
    type: str
    data: bytes


class EventPage(Struct, frozen=True):
    """Events as JSON objects, in order, and the id of the last one that there is."""

    events: tuple[Event, ...]
    last: int


class ReadEvents(Request[EventPage], frozen=True):
    """A thread's events after the one with the id `after`.

    `limit` at most, fewer where they are long. Where there is none yet it waits up to `wait`
    seconds for the next.
    """

    key: ThreadKey
    after: int = 0
    wait: float = 0.0
    limit: int = 500


class ThreadEvent(Struct, frozen=True):
    """An event among those of all threads: `stamp` is greater than that of any before it.

    Stamps are microseconds of Unix time.
    """

    stamp: int
    key: ThreadKey
    event: Event


class ThreadEventPage(Struct, frozen=True):
    """Events of several threads, in order. There are no others up to the stamp `reached`."""

    events: tuple[ThreadEvent, ...]
    reached: int


class ReadAllEvents(Request[ThreadEventPage], frozen=True):
    """The events of all threads within a scope after the one with the stamp `after`.

    `limit` at most, fewer where they are long; where there is none yet it waits up to `wait`
    seconds for the next. Whoever
    goes on from `reached` misses none and has none twice. Without `after` it is where all that
    there is ends, at once; so it is for a stamp that is still to come. A thread that was deleted
    has no events.
    """

    scope: Scope = EVERYTHING
    after: int | None = None
    wait: float = 0.0
    limit: int = 500


class UsageEntry(Struct, frozen=True):
    """What one turn of a thread used, on a day (UTC) as `2026-01-31`."""

    day: str
    thread: str
    turn: str
    backend: str
    usage: Usage
    seconds: float


class ReadUsage(Request[tuple[UsageEntry, ...]], frozen=True):
    """What a user's turns used from one day to another, both included; today without."""

    client: str
    user: str
    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        check_id("clientId", self.client)
        check_id("userId", self.user)


class Budgets(Struct, frozen=True):
    """What turns may cost, in US dollars: one turn, a thread, and a user's day; None for no limit.

    `spent` is what the user's turns cost today (UTC).
    """

    turn: float | None = None
    thread: float | None = None
    day: float | None = None
    spent: float = 0.0

    @property
    def left(self) -> float | None:
        """What is left of the day's."""
        return None if self.day is None else max(0.0, self.day - self.spent)


class ReadBudgets(Request[Budgets], frozen=True):
    """The budgets in force, and what a user has spent of the day's."""

    client: str
    user: str

    def __post_init__(self) -> None:
        check_id("clientId", self.client)
        check_id("userId", self.user)
