"""A browser's connection at the front door: request after request, each to its preview."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import trio

from services.hmr.access import Admit, Redirect, Refuse
from services.hmr.activity import may_wake
from services.hmr.closing import Closing
from services.hmr.doorkeeper import Doorkeeper
from services.hmr.exchange import End, Exchange, Patience
from services.hmr.gate import Visit, find_preview
from services.hmr.headers import is_websocket
from services.hmr.incoming import receive_request
from services.hmr.notices import Notice, plain
from services.hmr.pool import Pool
from services.hmr.repeats import Repeats
from services.hmr.tunnels import Tunnels
from services.hmr.waiting import broken, explain, missing
from services.hmr.waking import Waker
from services.hmr.wire import Wire
from services.http11.head import BadHead, RequestHead
from services.http11.limits import Tally
from services.messages import Preview, PreviewState, Routes
from services.navigation import is_navigation, wants_page
from supervisor.cell import Cell
from supervisor.desk import Refused

LINGER = 0.5  # seconds
WAIT = re.compile(rb"\bwait=(\d{1,3})\b")
REPEATABLE = frozenset({b"GET", b"HEAD", b"OPTIONS"})


@dataclass(frozen=True)
class Door:
    """What all connections share; durations in seconds, see `Options`.

    `guests` counts what is under way for those behind load balancers. `visited` is told that
    somebody opened a page, and of which preview, if there is one.
    """

    routes: Cell[Routes | None]
    pool: Pool
    waker: Waker
    tunnels: Tunnels
    guests: Tally
    held: Tally
    closing: Closing
    visited: Callable[[str | None], None]
    keeper: Doorkeeper
    hold: float
    head: float
    idle: float
    patience: Patience


def patience(headers: Mapping[bytes, bytes], hold: float) -> float:
    """How long a request is held, in seconds; `Prefer: wait=` (RFC 7240) may ask for less."""
    asked = WAIT.search(headers.get(b"prefer", b""))
    return min(hold, float(asked[1])) if asked else hold


def _leave(left: Callable[[], None], guests: Tally, guest: str) -> None:
    """At the end of a tunnel, which outlives its visitor."""
    left()
    guests.leave(guest)


class Visitor:
    """One connection. `address` is where it comes from; `left` is called when it is closed."""

    def __init__(self, wire: Wire, door: Door, address: str, left: Callable[[], None]) -> None:
        self._wire = wire
        self._door = door
        self._repeats = Repeats(door.keeper, address)
        self._left = left
        self._guest: str | None = None  # whose request this is, of those that a balancer brings

    async def serve(self) -> None:
        """Answer requests until either side wants no more, or a tunnel takes the connection over.

        Raises `Lost` for a browser that breaks its connection.
        """
        door, wire = self._door, self._wire
        handed_over = False
        try:
            while not door.closing.begun:
                head = await receive_request(
                    wire, self._repeats.read, idle=door.idle, patience=door.head
                )
                if head is None:
                    break
                end = await self._serve(head)
                handed_over = end is End.SWITCHED
                if end is End.ANSWERED_AT_LAST and head.length:
                    await self._linger()
                if end is not End.ANSWERED:
                    break
                if wire.early:
                    await trio.lowlevel.checkpoint()  # what we say ourselves waits for nobody
        except BadHead as bad:
            await self._refuse(bad)
        finally:
            if not handed_over:
                wire.close()
                self._left()

    async def _serve(self, head: RequestHead) -> End:
        guests = self._door.guests
        admitted = self._check(head)
        if isinstance(admitted, Notice):
            return await self._say(head, admitted)
        if len(admitted.seen.path) == 1:
            return await self._answer(head, admitted)
        guest = admitted.seen.client
        if not guests.enter(guest):
            return await self._say(head, plain(503, "cannot do more at once for you: try again"))
        self._guest = guest
        end = End.CUT
        try:
            end = await self._answer(head, admitted)
        finally:
            if end is not End.SWITCHED:
                guests.leave(guest)
                self._guest = None
        return end

    async def _answer(self, head: RequestHead, admitted: Admit) -> End:
        door, given = self._door, head.given
        preview_id = admitted.preview_id
        preview = find_preview(preview_id, door.routes.value)
        if is_navigation(head.method, given):
            door.visited(preview_id if preview is None else preview.id)
        repeatable = head.length == 0 and head.method in REPEATABLE
        if preview is not None and preview.state is PreviewState.READY and repeatable:
            server = door.pool.take(preview.port)
            if server is not None:
                end = await self._carry(head, server, preview.port, admitted)
                if end is not End.UNANSWERED:
                    return await self._conclude(head, end, preview)
        return await self._visit(head, admitted, repeatable)

    def _check(self, head: RequestHead) -> Admit | Notice:
        """Which preview a request may see, or why it is not served at all."""
        given = head.given
        decision = self._repeats.decide(head)
        if isinstance(decision, Refuse) and decision.status == 404:
            return missing(decision.text, page=wants_page(given))
        if isinstance(decision, Refuse):
            return plain(decision.status, decision.text, *decision.headers)
        if isinstance(decision, Redirect):
            return plain(decision.status, "the page is at its own address", *decision.headers)
        if given.get(b"service-worker") == b"script":
            return plain(403, "cannot serve a service worker: it would outlive this preview")
        if given.get(b"expect", b"100-continue").lower() != b"100-continue":
            return plain(417, "cannot meet that expectation: 100-continue is the only one")
        if self._door.tunnels.full and is_websocket(head):
            return plain(503, "cannot open another WebSocket: there are too many; try again later")
        return decision

    async def _visit(self, head: RequestHead, admitted: Admit, repeatable: bool) -> End:
        """Have a request answered, by its dev server when there is one, or with a notice."""
        door, given = self._door, head.given
        page = wants_page(given)
        visit = Visit(
            door.routes,
            door.pool,
            door.waker,
            admitted.preview_id,
            hold=patience(given, door.hold),
            wait_for_install=not page,
            wake=may_wake(head.method, given),
        )
        while True:
            server = await self._admit(visit)
            if server is None or visit.preview is None:
                said = explain(visit.preview, visit.refusal, asked=admitted.preview_id, page=page)
                return await self._say(head, said)
            end = await self._carry(head, server, visit.preview.port, admitted)
            if end is not End.UNANSWERED or not repeatable or not await self._pause(visit):
                return await self._conclude(head, end, visit.preview)

    async def _admit(self, visit: Visit) -> Wire | None:
        if not self._door.held.enter():
            visit.refusal = Refused("too many others wait for theirs; try again")
            return None
        try:
            with self._door.closing.interruptible(), self._wire.while_there():
                return await visit.connect()
        finally:
            self._door.held.leave()
        return None

    async def _pause(self, visit: Visit) -> bool:
        with self._door.closing.interruptible(), self._wire.while_there():
            return await visit.pause()
        return False

    async def _carry(self, head: RequestHead, server: Wire, port: int, admitted: Admit) -> End:
        fields = self._repeats.fields(head, port, admitted)
        exchange = Exchange(self._wire, server, head, self._door.patience)
        end = End.CUT
        try:
            end = await exchange.run(fields, port=port)
        finally:
            if end is End.SWITCHED:
                ended = self._left
                if self._guest is not None:
                    ended = partial(_leave, ended, self._door.guests, self._guest)
                self._door.tunnels.open(self._wire, server, ended)
            elif exchange.reusable:
                self._door.pool.keep(port, server)
            else:
                server.close()
        return end

    async def _conclude(self, head: RequestHead, end: End, preview: Preview) -> End:
        """Say what the dev server left unsaid."""
        if end in (End.UNANSWERED, End.UNREADABLE, End.LATE):
            return await self._say(head, broken(end, preview, page=wants_page(head.given)))
        if end is End.CUT_UNSEEN:
            self._wire.close(reset=True)
        return end

    async def _say(self, head: RequestHead, notice: Notice) -> End:
        """Answer with a notice. The connection goes on if all of the request has been read."""
        keeps = head.keeps and head.length == 0 and not self._door.closing.begun
        message = notice.message(head.method, b"keep-alive" if keeps else b"close")
        await self._wire.send(message, self._door.patience.stall)
        return End.ANSWERED if keeps else End.ANSWERED_AT_LAST

    async def _refuse(self, bad: BadHead) -> None:
        notice = plain(bad.status, str(bad))
        await self._wire.send(notice.message(b"GET", b"close"), LINGER)
        await self._linger()

    async def _linger(self) -> None:
        """Let the last answer be read: to close on unread bytes would reset the connection."""
        self._wire.finish()
        with trio.move_on_after(LINGER):
            while True:
                await trio.lowlevel.checkpoint()  # however fast it comes
                if not await self._wire.receive():
                    break
