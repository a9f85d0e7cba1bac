"""The events of a thread as clients get them: one shape for each kind that is in a journal.

Their fields are called as in the journal, whose lines are passed on as they are. Those with a
default are not in each of its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType, field

from services.api.shapes import EventStream
from services.messages import BuildError, Leftover, Mode, Reason, Selection, TurnState, Usage


class JournalEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all have: `id` is 1 for the first of a thread, `time` is in Unix seconds.

    Whose it is is said in the stream of all threads.
    """

    id: int
    time: float
    client_id: str | UnsetType = field(default=UNSET, name="clientId")
    user_id: str | UnsetType = field(default=UNSET, name="userId")
    thread_id: str | UnsetType = field(default=UNSET, name="threadId")


class TurnEvent(JournalEvent, frozen=True, kw_only=True):
    """What happens to a turn, or within it."""

    turn: str


class StoredImageEvent(Struct, frozen=True, kw_only=True):
    """An image that came with an instruction."""

    media_type: str
    file: str


class TurnQueued(TurnEvent, frozen=True, kw_only=True):
    """Somebody asked for a turn. `version` is that of the journal."""

    type: Literal["turn.queued"]
    version: int
    instruction: str
    mode: Mode
    backend: str
    named: str | None
    model: str | None
    idempotency_key: str | None
    selection: Selection | None
    images: tuple[StoredImageEvent, ...]


class TurnStarted(TurnEvent, frozen=True, kw_only=True):
    """The turn begins, at the commit `base`."""

    type: Literal["turn.started"]
    base: str | None


class TextDelta(TurnEvent, frozen=True, kw_only=True):
    """The agent says something more."""

    type: Literal["text.delta"]
    text: str


class ToolStarted(TurnEvent, frozen=True, kw_only=True):
    """The agent begins to use a tool; `call` pairs this with the end."""

    type: Literal["tool.started"]
    tool: str
    summary: str
    call: str


class ToolFinished(TurnEvent, frozen=True, kw_only=True):
    """The use of a tool has ended."""

    type: Literal["tool.finished"]
    tool: str
    ok: bool
    summary: str
    call: str


class FileChanged(TurnEvent, frozen=True, kw_only=True):
    """The agent changed a file; `path` is relative to the root of the repository."""

    type: Literal["file.changed"]
    path: str
    change: Literal["added", "modified", "deleted"]


class PermissionAsked(TurnEvent, frozen=True, kw_only=True):
    """The agent may not do this unless somebody allows it, with `answerPermission`."""

    type: Literal["permission.asked"]
    permission: str
    tool: str
    summary: str


class PermissionAnswered(TurnEvent, frozen=True, kw_only=True):
    """A person answered, or nobody did in time; `error` is what the agent was told."""

    type: Literal["permission.answered"]
    permission: str
    allowed: bool
    error: str | None


class Used(TurnEvent, frozen=True, kw_only=True):
    """What was asked of a model since the last time that this was said in the turn."""

    type: Literal["usage"]
    usage: Usage


class TurnVerifying(TurnEvent, frozen=True, kw_only=True):
    """The pages that were changed are looked at."""

    type: Literal["turn.verifying"]


class TurnChecked(TurnEvent, frozen=True, kw_only=True):
    """What the pages showed; `skipped` says why they could not be looked at."""

    type: Literal["turn.checked"]
    pages: tuple[str, ...]
    errors: tuple[BuildError, ...]
    skipped: str | None


class TurnRepairing(TurnEvent, frozen=True, kw_only=True):
    """The agent is sent back to mend what the pages showed, for the `repair`th time."""

    type: Literal["turn.repairing"]
    repair: int


class Committed(TurnEvent, frozen=True, kw_only=True):
    """What the turn changed is committed."""

    type: Literal["commit"]
    hash: str
    files: tuple[str, ...]


class TurnFinished(TurnEvent, frozen=True, kw_only=True):
    """The turn has ended. `saved` is the commit that holds what it left uncommitted."""

    type: Literal["turn.finished"]
    state: TurnState
    error: str | None = None
    reason: Reason | None = None
    saved: str | None = None
    leftover: Leftover | None = None


class TurnSettling(TurnEvent, frozen=True, kw_only=True):
    """What the turn left uncommitted is about to be kept, or dropped."""

    type: Literal["turn.settling"]
    operation: str
    keep: bool


class TurnSettled(TurnEvent, frozen=True, kw_only=True):
    """What became of what the turn left; null where it was gone already."""

    type: Literal["turn.settled"]
    leftover: Leftover | None
    operation: str = ""
    hash: str | None = None
    files: tuple[str, ...] = ()


class TurnUndoing(TurnEvent, frozen=True, kw_only=True):
    """`turns` are about to be taken back, or with `keep` brought back."""

    type: Literal["turn.undoing"]
    operation: str
    turns: tuple[str, ...]
    reverted: tuple[str, ...]
    base: str
    keep: bool


class Reverted(TurnEvent, frozen=True, kw_only=True):
    """All of `turns` at once, by the commit `hash`, if it took one; the branch is at `head`."""

    operation: str
    turns: tuple[str, ...]
    reverted: tuple[str, ...]
    head: str
    hash: str | None
    base: str | None = None


class TurnUndone(Reverted, frozen=True, kw_only=True):
    """The files are as they were before `turns`, by the commit `hash`, if it took one."""

    type: Literal["turn.undone"]


class TurnRedone(Reverted, frozen=True, kw_only=True):
    """The files are as they were after `turns`, by the commit `hash`, if it took one."""

    type: Literal["turn.redone"]


class TurnGivenUp(TurnEvent, frozen=True, kw_only=True):
    """What was about to be done, the `operation`, was not done."""

    type: Literal["turn.given_up"]
    operation: str


class PreviewUpdated(JournalEvent, frozen=True, kw_only=True):
    """Browsers were told to show something else; `paths` are some of the modules that changed."""

    type: Literal["preview.updated"]
    update: Literal["update", "full-reload", "prune"]
    paths: tuple[str, ...]


class PreviewBroken(JournalEvent, frozen=True, kw_only=True):
    """A page of the preview cannot be shown; null when it can be again."""

    type: Literal["preview.error"]
    error: BuildError | None


KINDS: Mapping[str, type[JournalEvent]] = {
    "turn.queued": TurnQueued,
    "turn.started": TurnStarted,
    "text.delta": TextDelta,
    "tool.started": ToolStarted,
    "tool.finished": ToolFinished,
    "file.changed": FileChanged,
    "permission.asked": PermissionAsked,
    "permission.answered": PermissionAnswered,
    "usage": Used,
    "turn.verifying": TurnVerifying,
    "turn.checked": TurnChecked,
    "turn.repairing": TurnRepairing,
    "commit": Committed,
    "turn.finished": TurnFinished,
    "turn.settling": TurnSettling,
    "turn.settled": TurnSettled,
    "turn.undoing": TurnUndoing,
    "turn.undone": TurnUndone,
    "turn.redone": TurnRedone,
    "turn.given_up": TurnGivenUp,
    "preview.updated": PreviewUpdated,
    "preview.error": PreviewBroken,
}


class ThreadEvents(EventStream, frozen=True, kw_only=True):
    """The events of one thread, or of several."""

    events: ClassVar[Mapping[str, type[Struct]]] = KINDS
