"""The servers of previews: brought up, put to sleep, ended, and shown as they are."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog
import trio
from msgspec.structs import replace

from services.messages import SERVERS, BuildError, Preview, PreviewState, Routes
from services.previews import Options
from services.previews.board import Board
from services.previews.deps import in_words
from services.previews.failure import headline, read_failure
from services.previews.grounds import Grounds
from services.previews.instances import UP, Instances
from services.previews.node import Node
from services.previews.ports import is_free
from services.previews.progress import BEGUN, Step
from services.previews.sources import Source, recognize, serving
from services.previews.store import retire
from services.previews.table import meaning, pick_port
from supervisor.context import Context
from supervisor.desk import Refused
from supervisor.model import State

log = structlog.get_logger()

RUNNER = Path(__file__).with_name("runner.mjs")
STARTING = "starting the dev server"
_BROKEN = (State.BACKOFF, State.FATAL)


@dataclass(frozen=True, slots=True)
class _Work:
    """A preview being brought up."""

    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    done: trio.Event = field(default_factory=trio.Event)


class Servers:
    """One life of the table. What it knows it can read again from the instances that run.

    `make_room` is waited for before one more server is started, whose id it is given; `brought_up`
    is called when it runs.
    """

    def __init__(
        self,
        ctx: Context[Options],
        nursery: trio.Nursery,
        node: Node,
        cache: Path,
        grounds: Grounds,
    ) -> None:
        self.board = Board(lambda routes: ctx.publish("routes", routes))
        self._ctx = ctx
        self._nursery = nursery
        self._node = node
        self._cache = cache
        self._grounds = grounds
        self.make_room: Callable[[str], Awaitable[None]] = _is_room
        self.brought_up: Callable[[str], None] = lambda _: None
        # Two daemons on one machine would otherwise go for the same ports at the same moment.
        self._first_port = random.randrange(1 << 16)
        self._sources: dict[str, Source] = {}
        self._working: dict[str, _Work] = {}
        self._instances = Instances(ctx.control, ctx.events)

    def adopt(self) -> None:
        """Take over what an earlier life of this service started, or put to sleep."""
        before = self._ctx.board("routes", Routes).value or Routes({})
        found = {
            preview.id: preview
            for preview in before.previews.values()
            if preview.state is PreviewState.ASLEEP
        }
        for status in sorted(self._ctx.events.snapshot, key=lambda status: status.since):
            known = recognize(status.parameters) if status.name.startswith(SERVERS) else None
            if known is not None:
                source, port = known
                state, reason = meaning(status)
                seen = Preview(source.id, source.key, state, port, reason, built=source.built)
                if (shown := before.previews.get(source.id)) and state is PreviewState.READY:
                    # Its runner says only once that there is a mistake, and that there is none.
                    seen = replace(seen, error=shown.error, clients=shown.clients)
                found[source.id] = seen
                self._sources[source.id] = source
        if found:
            log.info("previews adopted", previews=list(found))
        self.board.begin(found, before.default)

    async def follow(self) -> None:
        """Learn what becomes of the servers, until cancelled."""
        while True:
            with self._ctx.events.watch() as (_, changes):
                for preview_id in tuple(self.board.previews):
                    await self._see(preview_id)
                async for change in changes:
                    if change.name.startswith(SERVERS):
                        await self._see(change.name.removeprefix(SERVERS))

    def source(self, preview_id: str) -> Source | None:
        """What a preview serves; None for one that slept when an earlier life ended."""
        return self._sources.get(preview_id)

    def is_working(self, preview_id: str) -> bool:
        """Whether it is being brought up."""
        return preview_id in self._working

    def pid(self, preview_id: str) -> int | None:
        """The first process of its server."""
        status = self._instances.status(preview_id)
        return status.pid if status is not None else None

    def is_up(self, preview: Preview) -> bool:
        """Whether its server takes memory, or is about to."""
        if preview.state is PreviewState.ASLEEP:
            return False
        if preview.state is PreviewState.STARTING and preview.id in self._working:
            return True
        status = self._instances.status(preview.id)
        return status is not None and status.state in UP

    def begin(self, source: Source, *, waking: bool = False) -> None:
        """Bring a server up, or a new one in its place, at the port that it had if that is free."""
        preview_id = source.id
        assert preview_id not in self._working
        known = self.board.previews.get(preview_id)
        port = known.port if known and self._may_keep(known) else self._pick_port()
        self._sources[preview_id] = source
        self._working[preview_id] = _Work()
        state = PreviewState.STARTING if waking else PreviewState.INSTALLING
        reason = STARTING if waking else BEGUN
        # The mistake of the life before stays until the next one says that it is ready.
        error = known.error if known else None
        self.board.show(
            Preview(preview_id, source.key, state, port, reason, error, built=source.built)
        )
        self._nursery.start_soon(partial(self._bring_up, preview_id, waking=waking))

    def announce(
        self, source: Source, state: PreviewState, reason: str, error: BuildError | None = None
    ) -> None:
        """Show a preview that has no server: it sleeps, or there is nothing yet to serve."""
        known = self.board.previews.get(source.id)
        if source.output is not None:
            self._sources[source.id] = source
        port = known.port if known else self._pick_port()
        self.board.show(
            Preview(source.id, source.key, state, port, reason, error, built=source.built)
        )

    async def until_up(self, preview_id: str) -> None:
        """Wait until what brings it up now has done so, or has failed; somebody may begin again."""
        if (work := self._working.get(preview_id)) is not None:
            await work.done.wait()

    def sleep(self, preview_id: str, reason: str) -> None:
        """End a server to save what it takes; a preview that is being brought up stays."""
        preview = self.board.previews.get(preview_id)
        if preview is None or preview_id in self._working or not self.is_up(preview):
            return
        asleep = PreviewState.ASLEEP
        self.board.show(replace(preview, state=asleep, reason=reason, clients=0, memory=0))
        self._nursery.start_soon(self._stop, preview_id)

    async def until_stopped(self) -> None:
        """Wait until nothing is left of the servers that were put to sleep."""
        async with trio.open_nursery() as nursery:
            for preview in self.board.previews.values():
                if preview.state is PreviewState.ASLEEP and self._instances.status(preview.id):
                    nursery.start_soon(self._stop, preview.id)

    async def end(self, preview_id: str) -> None:
        """End a server, forget its preview, and remove what it kept, if there is any of that."""
        if preview_id in self.board.previews:
            await self._end(preview_id)
        with suppress(OSError):  # what stays can be made again, and is used again
            await trio.to_thread.run_sync(retire, self.cache_of(preview_id))

    async def _end(self, preview_id: str) -> None:
        # Who waited for it, too, may have begun again by the time that we go on.
        while (work := self._working.get(preview_id)) is not None:
            work.scope.cancel()
            await work.done.wait()
        # First out of sight: what becomes of the server is no news of a preview any more.
        self.board.forget(preview_id)
        self._sources.pop(preview_id, None)
        await self._stop(preview_id)
        log.info("preview closed", preview=preview_id)

    def cache_of(self, preview_id: str) -> Path:
        """Where a server keeps what it can make again."""
        return self._cache / "vite" / preview_id

    async def is_outdated(self, preview_id: str) -> bool:
        """Whether it runs with dependencies of another lock file than its site has by now."""
        source = self._sources.get(preview_id)
        status = self._instances.status(preview_id)
        if source is None or status is None:
            return False
        wanted = await trio.to_thread.run_sync(self._grounds.wanted, source)
        return bool(wanted) and status.parameters["modules"] not in wanted

    def _may_keep(self, preview: Preview) -> bool:
        """Whether a preview may have its port again: it has it, or nobody took it."""
        status = self._instances.status(preview.id)
        return (status is not None and not status.state.at_rest) or is_free(preview.port)

    def _pick_port(self) -> int:
        taken = {preview.port for preview in self.board.previews.values()}
        return pick_port(self._ctx.options.ports, taken, is_free, self._first_port)

    async def _bring_up(self, preview_id: str, *, waking: bool) -> None:
        work = self._working[preview_id]
        runs = False
        with work.scope:
            runs = await self._install_and_run(preview_id, waking=waking)
        self._working.pop(preview_id)
        if runs:
            self.brought_up(preview_id)
            await self._see(preview_id)
        work.done.set()

    async def _install_and_run(self, preview_id: str, *, waking: bool) -> bool:
        """Whether it runs; where it does not, the preview says why."""
        source = self._sources[preview_id]
        try:
            ground = await self._grounds.ready(source, partial(self._progress, preview_id))
            preview = self.board.previews[preview_id]
            self.board.show(replace(preview, state=PreviewState.STARTING, reason=STARTING))
            parameters = {
                "node": str(self._node.node),
                "runner": str(RUNNER),
                **serving(
                    source,
                    ground.site,
                    ground.reads,
                    port=preview.port,
                    cache=self.cache_of(preview_id),
                ),
            }
            await self.make_room(preview_id)
            await self._instances.run(preview_id, parameters, fresh=not waking)
        except (Refused, OSError) as error:
            preview = self.board.previews[preview_id]
            self.board.show(replace(preview, state=PreviewState.FAILED, reason=in_words(error)))
            return False
        return True

    def _progress(self, preview_id: str, step: Step) -> None:
        preview = self.board.previews[preview_id]
        installing = PreviewState.INSTALLING
        self.board.show(replace(preview, state=installing, reason=step.words, progress=step.share))

    async def _stop(self, preview_id: str) -> None:
        """End a server, unless somebody woke its preview meanwhile."""
        try:
            await self._instances.stop(preview_id, if_=lambda: self._is_unwanted(preview_id))
        except Refused as refusal:  # nobody waits for an answer
            log.warning("server not stopped", preview=preview_id, reason=str(refusal))

    def _is_unwanted(self, preview_id: str) -> bool:
        preview = self.board.previews.get(preview_id)
        return preview is None or preview.state is PreviewState.ASLEEP

    async def _see(self, preview_id: str) -> None:
        """Show a preview as its instance now is: the level, whatever change woke us."""
        status = self._instances.status(preview_id)
        error: BuildError | None = None
        if status is not None and status.state in _BROKEN:
            error = await trio.to_thread.run_sync(read_failure, self.cache_of(preview_id))
            if self._instances.status(preview_id) is not status:
                return  # it changed meanwhile, and that change is on its way to us
        state, reason = meaning(status, headline(error) if error else "")
        preview = self.board.previews.get(preview_id)
        # While we bring it up, its rests and its old life are steps of that, not news; nor is
        # the end of one that we put to sleep.
        if preview is None or preview.state is PreviewState.ASLEEP:
            return
        if preview_id in self._working and state is not PreviewState.STARTING:
            return
        seen = replace(preview, state=state, reason=reason)
        if state is not PreviewState.READY:
            seen = replace(seen, error=error or preview.error, clients=0, memory=0)
        self.board.show(seen)


async def _is_room(preview_id: str) -> None:
    """For whoever has no limits."""
    await trio.lowlevel.checkpoint()
