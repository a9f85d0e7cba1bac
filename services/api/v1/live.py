"""The route for a page that shows a thread: all that such a page watches, in one stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from msgspec import Struct
from quart import Blueprint, Response, request

from services.api.addresses import Addresses
from services.api.auth import caller
from services.api.operation import operation
from services.api.shapes import EventStream, Reply
from services.api.streams.beside import Beside
from services.api.streams.boards import Onlooker
from services.api.streams.journal_events import KINDS
from services.api.streams.journals import resumed
from services.api.streams.sse import RETRY, event
from services.api.v1.events import RESUME, After
from services.api.v1.journals import Journals
from services.api.v1.paths import THREAD
from services.api.v1.preview_replies import ThreadPreviewsReply, of_thread
from services.api.v1.reach import owner
from services.messages import Routes, Scope, ThreadKey, Transfer, Transfers, Turns
from supervisor.cell import Cell


class TransferNow(Reply, frozen=True, kw_only=True):
    """What is cloned, fetched or pushed for the thread's user; null while nothing is."""

    transfer: Transfer | None


class WorkingNow(Reply, frozen=True, kw_only=True):
    """The `threads` of the same user in which a turn runs, or waits for its time, by their ids."""

    threads: tuple[str, ...]


class LiveEvents(EventStream, frozen=True, kw_only=True):
    """The events of a thread, and how things are around it."""

    events: ClassVar[Mapping[str, type[Struct]]] = {
        "preview": ThreadPreviewsReply,
        "transfer": TransferNow,
        "working": WorkingNow,
        **KINDS,
    }


class Boards(NamedTuple):
    previews: Cell[Routes | None]
    transfers: Cell[Transfers | None]
    turns: Cell[Turns | None]


def live_routes(journals: Journals, boards: Boards, addresses: Addresses) -> Blueprint:
    routes = Blueprint("live", __name__)

    def beside(key: ThreadKey) -> Beside:
        scope = caller()
        return Beside(
            Onlooker(
                boards.previews,
                lambda now: of_thread(now, key, addresses),
                lambda now: event("preview", now),
            ),
            Onlooker(
                boards.transfers,
                lambda now: transfer_of(now, key, scope),
                lambda now: event("transfer", now),
            ),
            Onlooker(
                boards.turns,
                lambda now: working(now, key, scope),
                lambda now: event("working", now),
            ),
        )

    @routes.get(f"{THREAD}/live")
    @operation("watchThread", LiveEvents, query=After, headers=RESUME)
    async def live(key: ThreadKey, query: After) -> Response:
        """What happens in a thread and around it, for a page that shows it, in one stream.

        All that `followThread` tells, in the same way, and besides, without an `id`, an event
        `preview` with the thread's previews, `transfer` with what is under way with the user's
        remote, and `working` with the user's threads in which a turn is at work, as far as the
        token reaches. These three come first, and each again when there is a change.
        """
        after = resumed(request.headers.get("Last-Event-ID"), query.after) or 0
        return (await journals.of_thread(key, after)).answer(RETRY, beside(key))

    return routes


def transfer_of(transfers: Transfers | None, key: ThreadKey, scope: Scope) -> TransferNow:
    """That of the thread's user, for a token that covers all of theirs."""
    running = transfers.running if transfers is not None else {}
    mine = running.get(f"{key.client}/{key.user}") if scope.covers(owner(key)) else None
    return TransferNow(transfer=mine)


def working(turns: Turns | None, key: ThreadKey, scope: Scope) -> WorkingNow:
    """The threads of the same user that are within `scope`."""
    busy = turns.keys if turns is not None else ()
    mine = (it for it in busy if owner(it) == owner(key) and scope.covers(Scope.of(it)))
    return WorkingNow(threads=tuple(sorted(it.thread for it in mine)))
