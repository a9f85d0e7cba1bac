"""Dependencies of sites: installed at most once for each lock file, shared by all its threads."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial as bind
from pathlib import Path

import msgspec
import structlog
import trio

from services.previews import progress, store
from services.previews.managers import Caches, Kind, Wanted, arguments
from services.previews.once import GIVEN_UP, run_once
from services.previews.progress import Step, this_machine
from services.previews.store import Place
from services.previews.tools import Tools
from supervisor.control import Control, Stop
from supervisor.desk import Refused
from supervisor.events import Events
from supervisor.model import State

log = structlog.get_logger()

TEMPLATE = "install@"
Tell = Callable[[Step], None]


def in_words(error: Refused | OSError, aim: str = "install dependencies") -> str:
    """What a person is told of what came in the way of an aim, a full disk for one."""
    return str(error) if isinstance(error, Refused) else f"cannot {aim}: {error}"


@dataclass(frozen=True, slots=True)
class Rules:
    """Where modules are and where downloads are kept, and what installations may do.

    `scripts` lets packages run theirs; beyond `most`, entries that nobody needs are removed. An
    installation takes so many `seconds` at the most.
    """

    modules: Path
    caches: Caches
    scripts: bool
    most: int
    seconds: float


class Dependencies:
    """Installs through the supervisor, so that an installation is logged, limited and stoppable."""

    def __init__(self, rules: Rules, tools: Tools, control: Control, events: Events) -> None:
        self._rules = rules
        self._tools = tools
        self._control = control
        self._events = events
        self._locks: defaultdict[str, trio.Lock] = defaultdict(trio.Lock)
        self._failed: dict[str, tuple[float, str]] = {}
        self._waiting: defaultdict[str, list[Tell]] = defaultdict(list)
        self._said: dict[str, Step] = {}
        self._grown = trio.Event()
        self._grown.set()

    async def sweep(self) -> None:
        """End what an earlier life of this service began to install, and forget it."""
        for status in self._events.snapshot:
            if status.name.startswith(TEMPLATE):
                await self._control.ask(Stop(status.name))
        await trio.to_thread.run_sync(store.sweep, self._rules.modules, self._running)
        await trio.to_thread.run_sync(self._tools.prepare)

    async def tidy(self) -> None:
        """Remove what is too much, now and after every installation, until cancelled."""
        while True:
            await self._grown.wait()
            self._grown = trio.Event()
            await self._evict()

    async def ready(self, root: Path, tell: Tell) -> tuple[Path, ...]:
        """See to it that the site in `root` has its dependencies.

        Returns the folders that it reads then, the one that really holds them first. `tell` is
        called with how far that is. Raises `Refused` where it cannot be done, `OSError`
        where the disk says no. Cancelled while it installs, it ends that within `GIVEN_UP`
        seconds, and others who wait for the same dependencies begin again.
        """
        asked = trio.current_time()
        while (modules := await self._ready(root, tell, asked)) is None:
            pass  # its files were exchanged meanwhile, and want something else
        return modules

    async def _ready(self, root: Path, tell: Tell, asked: float) -> tuple[Path, ...] | None:
        """What `ready` returns, or None where what it looked at is no longer so."""
        places = await trio.to_thread.run_sync(
            bind(store.look, scripts=self._rules.scripts), root, self._rules.modules, self._abi
        )
        place = await trio.to_thread.run_sync(self._best, places)
        told = self._waiting[place.key]
        told.append(tell)
        if place.key in self._said:  # somebody else is at it
            tell(self._said[place.key])
        try:
            async with self._locks[place.key]:
                is_there = await trio.to_thread.run_sync(lambda: place.ready)
                if not (is_there or await self._install(root, place, asked)):
                    return None
                # Under the lock: what has no link yet might be removed as superfluous.
                return await trio.to_thread.run_sync(store.link, root, place)
        finally:
            told.remove(tell)

    def wanted(self, root: Path) -> frozenset[str]:
        """The directories that would do for the site in `root`; none where it says nothing.

        Synchronous: for a worker thread.
        """
        try:
            places = store.look(root, self._rules.modules, self._abi, scripts=self._rules.scripts)
        except (OSError, Refused):  # its files may be on the move just now
            return frozenset()
        return frozenset(str(place.modules.resolve()) for place in places)

    @property
    def _abi(self) -> str:
        return self._tools.node.abi

    def _best(self, places: tuple[Place, ...]) -> Place:
        """A place that is filled already, or else one that somebody here can fill."""
        for place in places:
            if place.ready:
                return place
        wanted, _ = self._tools.first([place.wanted for place in places if place.wanted])
        return next(place for place in places if place.wanted == wanted)

    async def _install(self, root: Path, place: Place, asked: float) -> bool:
        """Whether the place is filled: not where the site's files belong elsewhere by now."""
        when, why = self._failed.get(place.key, (-math.inf, ""))
        if when >= asked:  # it failed while we waited for it
            raise Refused(why)
        partial = await trio.to_thread.run_sync(store.prepare, root, place)
        if partial is None:
            return False
        why = "it was given up"
        try:
            why = await self._attempt(partial, place)
        finally:
            if why:
                with trio.move_on_after(GIVEN_UP, shield=True):
                    await trio.to_thread.run_sync(store.discard, partial, abandon_on_cancel=True)
        if why:
            self._failed[place.key] = (trio.current_time(), why)
            raise Refused(why)
        self._grown.set()
        return True

    async def _attempt(self, partial: Path, place: Place) -> str:
        """Fill `partial` and put it in its place; returns why that failed, or nothing."""
        try:
            await self._fill(partial, place)
            await trio.to_thread.run_sync(store.finish, partial, place)
        except (Refused, OSError) as error:
            return in_words(error)
        finally:
            self._said.pop(place.key, None)
        return ""

    async def _fill(self, partial: Path, place: Place) -> None:
        """Install into `partial`; raises `Refused`."""
        assert place.wanted is not None
        total = await trio.to_thread.run_sync(_expected, partial, place.wanted)

        def tell(step: Step) -> None:
            self._said[place.key] = step
            for told in self._waiting[place.key]:
                told(step)

        async def count() -> int:
            return await trio.to_thread.run_sync(
                progress.count, partial / "node_modules", abandon_on_cancel=True
            )

        async with trio.open_nursery() as nursery:
            nursery.start_soon(progress.follow, count, total, tell)
            try:
                why = await self._run(f"{TEMPLATE}{place.key[:12]}", partial, place.wanted)
            except Refused as refusal:  # outside it would be one of a group
                why = str(refusal)
            nursery.cancel_scope.cancel()
        if why:
            raise Refused(why)

    async def _run(self, name: str, directory: Path, wanted: Wanted) -> str:
        """Let a package manager work in `directory`; returns why that failed, or nothing."""
        started = trio.current_time()
        _, tool = await trio.to_thread.run_sync(self._tools.first, [wanted])
        caches, scripts = self._rules.caches, self._rules.scripts
        words = (*tool.before, *arguments(wanted.kind, caches, scripts=scripts))
        parameters = {
            "program": str(tool.program),
            "arguments": msgspec.json.encode(words).decode(),
            "directory": str(directory),
            "path": self._tools.path,
            "archives": f"{caches.shared}/yarn",
            "scripts": "true" if scripts else "false",
        }
        status, reason, limit = None, "it was stopped", self._rules.seconds
        with trio.move_on_after(limit) as patience:
            status = await run_once(self._control, self._events, name, parameters)
        if patience.cancelled_caught:
            reason = f"it took more than {limit:g} seconds and was ended"
        if status is None or status.state is not State.EXITED:
            reason = status.reason if status else reason
            what = "npm ci" if wanted.kind is Kind.NPM else f"{wanted.kind.program} install"
            said = f"what it said is in the log, by {name}"
            return f"cannot install dependencies: {what} failed: {reason or 'it ended'}; {said}"
        seconds = round(trio.current_time() - started, 1)
        log.info("dependencies installed", manager=wanted.kind.value, seconds=seconds)
        return ""

    async def _evict(self) -> None:
        """Remove entries that are too many; one that somebody is about to use stays."""
        found = await trio.to_thread.run_sync(store.entries, self._rules.modules, self._running)
        for entry in store.superfluous(found, self._rules.most):
            lock = self._locks[entry.path.name]
            try:
                lock.acquire_nowait()
            except trio.WouldBlock:
                continue
            try:
                gone = await trio.to_thread.run_sync(store.remove, entry, self._running)
            except OSError as error:
                gone = False
                log.warning(
                    "dependencies not removed", entry=entry.path.name[:12], reason=str(error)
                )
            finally:
                lock.release()
            if gone:
                log.info("dependencies removed", entry=entry.path.name[:12])

    @property
    def _running(self) -> frozenset[Path]:
        """The modules of every dev server that there is, whichever lock file its site has now."""
        return frozenset(
            Path(status.parameters["modules"])
            for status in self._events.snapshot
            if "modules" in status.parameters
        )


def _expected(partial: Path, wanted: Wanted) -> int:
    """How many packages an installation will have; 0 where its lock file does not say."""
    if wanted.kind is not Kind.NPM:
        return 0
    return progress.expected((partial / wanted.lock).read_bytes(), this_machine())
