"""One thread's way through: its turns one after another, in the order they were asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
import trio

from services.agent import Options, images, previews, recovery, remarks, turns
from services.agent.backend import Backend, Turn
from services.agent.backends import Unusable
from services.agent.book import Book
from services.agent.hosting import Purse, TurnHost
from services.agent.lines import StoredImage
from services.agent.original import read_original
from services.agent.permissions import Permissions
from services.agent.places import Places
from services.agent.spending import Spending
from services.agent.transaction import Transaction
from services.messages import (
    CommitChanges,
    FindWorkspace,
    Image,
    Leftover,
    Mode,
    Reason,
    Routes,
    TurnInfo,
    TurnState,
    Workspace,
)
from supervisor.context import Context
from supervisor.desk import NotFound, Refused

log = structlog.get_logger()

AGAIN = 2.0  # seconds until what could not be written down is tried again


@dataclass(slots=True, eq=False)
class Running:
    """The turn that has its time now. `why` says why it was cancelled, if it was."""

    turn: str
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    why: TurnState | None = None
    permissions: Permissions | None = None

    def cancel(self, why: TurnState) -> None:
        self.why = self.why or why
        self.scope.cancel()

    def next_scope(self) -> trio.CancelScope:
        """For what comes now; that is cancelled, too, if the turn was."""
        self.scope = trio.CancelScope()
        if self.why is not None:
            self.scope.cancel()
        return self.scope


class Lane:
    """`book` is the thread's journal. Who holds `admission` may queue a turn, or has an idle thread
    for itself.

    `show` is called when a turn's time begins, and when it is over.
    """

    def __init__(
        self,
        ctx: Context[Options],
        book: Book,
        backend: Callable[[str], Backend],
        limit: trio.CapacityLimiter,
        show: Callable[[], None],
    ) -> None:
        self.book = book
        self.places = Places(book.path)
        self.admission = trio.Lock()
        self.queue: deque[str] = deque()
        self.running: Running | None = None
        self.is_stopping = False
        self.works = False
        self._ctx = ctx
        self._backend = backend
        self._limit = limit
        self._show = show

    @property
    def is_busy(self) -> bool:
        return bool(self.queue) or self.running is not None

    @property
    def waiting(self) -> int:
        """How many turns wait for another one of the thread; below 0 where none runs."""
        return len(self.queue) - (self.running is None)

    async def work(self) -> bool:
        """Run what is queued, until nothing is, or the agent stops. Never raises but to cancel.

        What ended and could not be written down comes before anything else, as soon as it can be.
        False where that cannot be, until somebody asks for the thread.
        """
        while not self.is_stopping:
            if self.book.is_torn:
                if not await self._mend():
                    return False
            elif self.queue:
                await self._next()
            else:
                break
        return True

    async def _mend(self) -> bool:
        """Try to complete the journal; False where nobody waits in a thread that there is not."""
        try:
            async with self.admission:
                await recovery.recover(self._ctx, self.book)
                ledger = self.book.ledger  # an end may have been lost meanwhile
                self.book.is_torn = any(ledger.lost(info.turn) for info in ledger.unfinished)
        except (Refused, OSError) as error:
            if isinstance(error, NotFound) and not self.queue:
                return False  # it was deleted, or its volume is away
            log.warning("thread not recovered", thread=str(self.book.key), reason=str(error))
            with trio.move_on_after(AGAIN):
                await self.book.news.until(lambda _: self.is_stopping)
        return True

    async def cancel(self, turn: str) -> None:
        """Take a turn out of the queue, or end its work; nothing if it has ended."""
        if self.running is not None and self.running.turn == turn:
            self.running.cancel(TurnState.CANCELLED)
        elif turn in self.queue:
            self.queue.remove(turn)
            await self._finish(turn, TurnState.CANCELLED, "it was cancelled before it began")

    def interrupt(self) -> None:
        """Stop for good: what runs is interrupted, what waits is for the next life."""
        self.is_stopping = True
        if self.running is not None:
            self.running.cancel(TurnState.INTERRUPTED)
        self.book.ring()

    async def _next(self) -> None:
        turn = self.queue.popleft()
        self.running = running = Running(turn)
        self._show()
        try:
            with structlog.contextvars.bound_contextvars(thread=str(self.book.key), turn=turn):
                await self._run(running)
        except Unusable as refusal:
            await self._finish(turn, TurnState.FAILED, str(refusal), Reason.BACKEND)
        except Refused as refusal:
            await self._finish(turn, TurnState.FAILED, str(refusal), Reason.WORKSPACE)
        except OSError as error:
            log.warning("turn not written down", turn=turn, reason=str(error))
            text = f"cannot keep the history of {self.book.key}: {error}"
            self.book.lose(turn, TurnState.FAILED, text)
        finally:
            self.running = None
            self._show()

    async def _run(self, running: Running) -> None:
        info = self.book.ledger[running.turn]
        # Shown before it learns where the files are: from then on nobody moves them.
        workspace = await self._ctx.ask("workspaces", FindWorkspace(self.book.key))
        with running.next_scope() as waiting:
            await self._limit.acquire_on_behalf_of(running)
        if waiting.cancelled_caught:
            return await self._give_back(running)
        try:
            await self._begin(running, info, workspace)
        finally:
            self._limit.release_on_behalf_of(running)
        return None

    async def _give_back(self, running: Running) -> None:
        """Its time had not begun: cancelled it ends, otherwise it waits for the next life."""
        if running.why is TurnState.CANCELLED:
            await self._finish(running.turn, running.why, "it was cancelled before it began")
        else:
            self.queue.appendleft(running.turn)

    async def _begin(self, running: Running, info: TurnInfo, workspace: Workspace) -> None:
        backend = self._backend(info.backend)
        head = workspace.head
        if info.mode is Mode.EXECUTE:
            head = await self._keep_what_is_there(info.turn) or head
            if self._ctx.options.verify:
                await previews.begin(self._ctx, workspace)
        await self.book.write("turn.started", turn=info.turn, base=head)
        spending = Spending(self.places.usage)
        purse = Purse(
            self._ctx.options,
            self.book,
            spending,
            spending.today(),
            info.turn,
            info.backend,
            trio.current_time(),
        )
        options = self._ctx.options
        running.permissions = Permissions(
            self.book,
            info.turn,
            frozenset(tool.lower() for tool in options.approve),
            options.permission_timeout,
        )
        await Transaction(
            ctx=self._ctx,
            backend=backend,
            book=self.book,
            host=TurnHost(self._ctx, self.book, info.turn, running.permissions, purse),
            turn=await self._turn(info, workspace),
            scope=running.next_scope,
            why=lambda: running.why,
            broken=self.book.ledger.broken,
            suspects=self._suspects(workspace) if info.mode is Mode.EXECUTE else None,
        ).run()

    async def _turn(self, info: TurnInfo, workspace: Workspace) -> Turn:
        model, selection, stored = self.book.ledger.request(info.turn)
        earlier = await trio.to_thread.run_sync(read_original, self.places.original, info.key)
        return Turn(
            id=info.turn,
            key=info.key,
            instruction=info.instruction,
            root=workspace.root,
            store=self.places.store(info.backend),
            mode=info.mode,
            model=model,
            selection=selection,
            images=await self._images(stored),
            notes=remarks.notes(self.book.ledger, info.turn, info.backend, earlier),
        )

    async def _images(self, stored: tuple[StoredImage, ...]) -> tuple[Image, ...]:
        try:
            return await trio.to_thread.run_sync(images.load, self.places.images, stored)
        except (OSError, ValueError) as error:
            raise Refused(f"cannot read an image of the instruction: {error}") from error

    async def _keep_what_is_there(self, turn: str) -> str | None:
        """Commit what is uncommitted, so that the turn's commit has the turn's work alone."""
        ledger = self.book.ledger
        offered = await recovery.offered(self._ctx, self.book)
        message = turns.BY_HAND if offered is None else turns.subject(ledger[offered].instruction)
        request = CommitChanges(self.book.key, message, offered, within=turn)
        try:
            commit = await self._ctx.ask("workspaces", request)
        except Refused:
            self.book.is_torn = offered is not None  # it may be done: that is to be seen
            raise
        if offered is not None:
            # Where nothing is there any more, somebody else committed or dropped it.
            made = {} if commit is None else {"hash": commit.hash, "files": commit.files}
            kept = None if commit is None else Leftover.KEPT
            await self.book.write("turn.settled", turn=offered, leftover=kept, **made)
        return None if commit is None else commit.hash

    def _suspects(self, workspace: Workspace) -> tuple[str, ...] | None:
        """Where the thread's preview shows a mistake that its last turn did not know of."""
        routes = self._ctx.board("routes", Routes).value
        preview = None if routes is None else routes.previews.get(self.book.key.preview_id)
        error = None if preview is None else preview.error
        if error is None or not turns.broken_since(self.book.ledger.broken, (error,)):
            return None
        inner = (f"{workspace.site}/{error.file}",) if workspace.site else ()
        return (error.file, *inner) if error.file else ()

    async def _finish(
        self, turn: str, state: TurnState, error: str, reason: Reason | None = None
    ) -> None:
        """End a turn that did not begin; the journal may have gone with its thread."""
        with suppress(OSError):
            await self.book.note(
                "turn.finished", turn=turn, state=state, error=error, reason=reason
            )
        if not self.book.ledger.has_ended(turn):
            self.book.lose(turn, state, error)
