"""What a backend has to know of a conversation beside its own part in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile

from services.agent.ledger import Ledger
from services.messages import TurnInfo, TurnState

MOST = 10  # turns that are retold
LONGEST = 600  # characters of what was said in one

_HAPPENED = {
    "undone": "The person took back “{wish}”: the files are as they were before it.",
    "redone": "The person brought back “{wish}”, which had been taken back.",
    "kept": "The person kept what “{wish}” had changed before it ended early.",
    "dropped": "The person dropped what “{wish}” had changed before it ended early.",
}
_ENDED = {
    TurnState.CANCELLED: " The person stopped it before it was done.",
    TurnState.FAILED: " It failed: {error}.",
    TurnState.INTERRUPTED: " It was interrupted before it was done.",
}


def notes(
    ledger: Ledger, turn: str, backend: str, earlier: Iterable[TurnInfo] = ()
) -> tuple[str, ...]:
    """What happened since `backend` was last asked in this thread, before `turn`; oldest first.

    `earlier` are turns from before the journal, which no backend of ours knows.
    """
    since = 0
    others: list[TurnInfo] = []  # the newest first, as all of it is looked for
    for info in _started(ledger, turn):
        if info.backend in (backend, ""):
            since = ledger.order(info.turn)
            break
        others.append(info)
    if not since:
        others += reversed([*earlier])
    retold = [_retold(info) for info in reversed(others[:MOST])]
    own = _own_end(ledger, backend, turn)
    later = takewhile(lambda remark: remark.order > since, reversed(ledger.remarks))
    happened = [
        _HAPPENED[remark.what].format(wish=_short(ledger[remark.turn].instruction))
        for remark in reversed([*later])
        if remark.what in _HAPPENED and remark.turn in ledger
    ]
    return (*retold, *own, *happened)


def _started(ledger: Ledger, turn: str) -> Iterator[TurnInfo]:
    """The turns that began, but for that one, the newest first."""
    return (info for info in ledger.latest() if info.started and info.turn != turn)


def _own_end(ledger: Ledger, backend: str, turn: str) -> list[str]:
    """How the backend's own last turn ended, where it may not know."""
    mine = (info for info in _started(ledger, turn) if info.backend == backend)
    last = next(mine, None)
    if last is None or last.state not in _ENDED:
        return []
    ended = _ENDED[last.state].format(error=_short(last.error or "no reason is known"))
    return [f"Your last turn was “{_short(last.instruction)}”.{ended}"]


def _retold(info: TurnInfo) -> str:
    ended = _ENDED.get(info.state, "").format(error=_short(info.error or "no reason is known"))
    answer = f" It answered: {_short(info.output)}" if info.output.strip() else ""
    return f"Earlier another agent was asked: “{_short(info.instruction)}”.{answer}{ended}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
