"""Production builds: one at a time for each thread, the last good one is served."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from dataclasses import replace as with_
from pathlib import Path

import structlog
import trio
from msgspec.structs import replace

from services.messages import BuildError, Built, PreviewState, ThreadKey
from services.previews import Options, store
from services.previews.deps import in_words
from services.previews.failure import headline, read_failures
from services.previews.grounds import Grounds
from services.previews.node import Node
from services.previews.once import run_once
from services.previews.outputs import Outputs
from services.previews.progress import Step
from services.previews.servers import RUNNER, Servers
from services.previews.sources import Source, building
from supervisor.context import Context
from supervisor.control import Stop
from supervisor.desk import Gone, Refused
from supervisor.model import State

log = structlog.get_logger()

TEMPLATE = "build@"
QUEUED = "waits for another build"
BUILDING = "building the site"


@dataclass(slots=True)
class _Build:
    """A build under way, how it went, and how many wait to know that.

    What is `good` is carried through even if nobody waits for it any more. One that was `stopped`
    says nothing about the site.
    """

    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    done: trio.Event = field(default_factory=trio.Event)
    waiting: int = 0
    good: bool = False
    stopped: bool = False
    built: Built | None = None
    refusal: str = "the build was ended; build it again"


class Builds:
    """Builds through the supervisor, so that a build is logged, limited and stoppable."""

    def __init__(
        self,
        ctx: Context[Options],
        nursery: trio.Nursery,
        node: Node,
        servers: Servers,
        grounds: Grounds,
        outputs: Outputs,
    ) -> None:
        self._ctx = ctx
        self._nursery = nursery
        self._node = node
        self._servers = servers
        self._grounds = grounds
        self._outputs = outputs
        self._turn = trio.Semaphore(ctx.options.builds)
        self._under_way: dict[str, _Build] = {}

    async def sweep(self) -> None:
        """End what an earlier life began to build, and remove what it left unfinished."""
        for status in self._ctx.events.snapshot:
            if status.name.startswith(TEMPLATE):
                await self._ctx.control.ask(Stop(status.name))
        await trio.to_thread.run_sync(self._outputs.sweep)

    async def latest(self, source: Source) -> Source | None:
        """The last good output of a site, as something to serve."""
        good = await trio.to_thread.run_sync(self._outputs.latest, source.key.built_id)
        return with_(source, output=good.folder, built=good.built) if good else None

    async def build(self, source: Source) -> Built:
        """Build a thread's site as it is now, or join who is building it, and serve the output.

        Raises `Refused` where no build can begin, and `Gone` where it was stopped. Cancelled, it
        leaves the build to the others who wait for it; when there are none, that ends.
        """
        key = source.key
        while (under_way := self._under_way.get(key.built_id)) and under_way.scope.cancel_called:
            await under_way.done.wait()
        if under_way is None:
            under_way = self._under_way[key.built_id] = _Build()
            self._servers.board.build(self._under_way)
            self._nursery.start_soon(self._run, source, under_way)
        under_way.waiting += 1
        try:
            await under_way.done.wait()
        finally:
            under_way.waiting -= 1
            if not under_way.waiting and not under_way.good:
                under_way.scope.cancel()
        if under_way.built is None:
            refusal = Gone if under_way.stopped else Refused
            raise refusal(f"cannot build the site of {key}: {under_way.refusal}")
        return under_way.built

    async def end(self, key: ThreadKey) -> None:
        """End the build of a thread, if there is one."""
        if (under_way := self._under_way.get(key.built_id)) is not None:
            under_way.scope.cancel()
            await under_way.done.wait()

    async def forget(self, key: ThreadKey) -> None:
        """Remove all that was built of a thread."""
        await trio.to_thread.run_sync(self._outputs.forget, key.built_id)

    async def _run(self, source: Source, under_way: _Build) -> None:
        begun = round(time.time(), 3)  # as the name of its output has it
        draft = with_(source, built=begun)
        output = self._outputs.place(draft.id, begun)
        try:
            with under_way.scope:
                await self._recall(source)
                self._show(draft, PreviewState.STARTING, BUILDING if self._turn.value else QUEUED)
                async with self._turn:
                    under_way.built = await self._build(draft, output, under_way)
        except (Refused, OSError) as error:
            under_way.stopped = isinstance(error, Gone)
            under_way.refusal = in_words(error, "prepare the site")
            if draft.id in self._servers.board.previews:
                self._show(draft, PreviewState.FAILED, under_way.refusal)
        if under_way.scope.cancelled_caught:
            self._show(draft, None, "")
        if not under_way.good:
            await trio.to_thread.run_sync(self._outputs.discard, output)
        self._under_way.pop(draft.id)
        self._servers.board.build(self._under_way)
        under_way.done.set()

    async def _recall(self, source: Source) -> None:
        """Let the last good output be there while a newer one is made."""
        built_id = source.key.built_id
        if self._servers.source(built_id) is not None:
            return
        latest = await self.latest(source)
        if latest is not None and self._servers.source(built_id) is None:  # nobody woke it
            self._servers.announce(latest, PreviewState.ASLEEP, "")

    async def _build(self, draft: Source, output: Path, under_way: _Build) -> Built:
        started = trio.current_time()
        cache = self._outputs.cache(draft.id)
        failures = await self._attempt(draft, output, cache)
        seconds = round(trio.current_time() - started, 1)
        said = await trio.to_thread.run_sync(self._outputs.said, draft.id)
        if failures:
            first = headline(failures[0])
            log.info("site not built", preview=draft.id, reason=first, seconds=seconds)
            self._show(draft, PreviewState.FAILED, f"the build failed: {first}", failures[0])
            return Built(None, failures, seconds, said)
        log.info("site built", preview=draft.id, seconds=seconds)
        under_way.good = True
        try:
            await trio.to_thread.run_sync(self._outputs.keep, draft.id, output)
        except OSError:
            under_way.good = False
            raise
        while self._servers.is_working(draft.id):  # somebody wakes the last one
            await self._servers.until_up(draft.id)
        self._servers.begin(with_(draft, output=output), waking=True)
        await self._servers.until_up(draft.id)
        await trio.to_thread.run_sync(self._outputs.tidy, draft.id)
        return Built(self._servers.board.previews.get(draft.id), (), seconds, said)

    async def _attempt(self, draft: Source, output: Path, cache: Path) -> tuple[BuildError, ...]:
        """Build into `output`; what is wrong with the site, nothing if all is well."""

        def tell(step: Step) -> None:
            self._show(draft, PreviewState.STARTING, step.words)

        ground = await self._grounds.ready(draft, tell)
        tell(Step(BUILDING))
        await trio.to_thread.run_sync(self._outputs.prepare, draft.id)
        await self._servers.make_room(draft.id)
        parameters = {
            "node": str(self._node.node),
            "runner": str(RUNNER),
            "log": str(self._outputs.log(draft.id)),
            **building(ground.site, ground.reads, output=output, cache=cache),
        }
        name, limit = f"{TEMPLATE}{draft.id}", self._ctx.options.build_timeout
        with trio.move_on_after(limit) as patience:
            status = await run_once(self._ctx.control, self._ctx.events, name, parameters)
            if status is None or status.state is State.STOPPED:
                raise Gone("it was stopped; build it again")
            if status.state is State.EXITED and not status.failed:
                await trio.to_thread.run_sync(store.note, ground.reads[0], output)
                return ()
            failures = await trio.to_thread.run_sync(read_failures, cache)
            return failures or (BuildError(f"the build ended: {status.reason}"),)
        assert patience.cancelled_caught
        return (BuildError(f"the build took more than {limit:g} seconds and was ended"),)

    def _show(
        self,
        draft: Source,
        state: PreviewState | None,
        reason: str,
        error: BuildError | None = None,
    ) -> None:
        """Show how a build goes: beside what is served, or where nothing is there to be served.

        A `state` of None is that of a build that was ended.
        """
        board = self._servers.board
        known = board.previews.get(draft.id)
        if known is not None and self._servers.source(draft.id) is not None:
            if known.state is PreviewState.READY:
                board.show(replace(known, reason=reason))
        elif state is not None:
            self._servers.announce(draft, state, reason, error)
        elif known is not None:
            board.forget(draft.id)
