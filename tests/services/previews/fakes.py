"""A supervisor that starts nothing: it publishes the states that a test decides on."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from services.messages import (
    FindPreviewed,
    PreviewState,
    Routes,
    ThreadKey,
    Visit,
    Workspace,
)
from services.previews import Options, serve
from supervisor.control import RestartService, Start, Stop
from supervisor.desk import NotFound
from supervisor.model import ServiceStatus, State
from supervisor.spec import TaskSpec
from tests.harness import Harness

KEY = ThreadKey("acme", "ann", "home")


@dataclass
class FakeSupervisor:
    """`outcome` is what a started service comes to; `go` lets an installation end.

    `installing` is set when one has begun. `building` and `built` are the same for builds, whose
    sites have these `mistakes`. A stop takes until `ending` is set, which it is at first.
    """

    harness: Harness
    asked: list[object] = field(default_factory=list)
    outcome: dict[str, State] = field(default_factory=dict)
    reason: str = ""
    go: trio.Event = field(default_factory=trio.Event)
    installing: trio.Event = field(default_factory=trio.Event)
    building: trio.Event = field(default_factory=trio.Event)
    built: trio.Event = field(default_factory=trio.Event)
    mistakes: list[dict[str, object]] = field(default_factory=list)
    pids: dict[str, int] = field(default_factory=dict)
    ending: trio.Event = field(default_factory=trio.Event)

    def __post_init__(self) -> None:
        self.ending.set()

    def hold(self) -> None:
        """Let the next installation wait for a new `go`."""
        self.go, self.installing = trio.Event(), trio.Event()

    async def answer(self, request: object) -> object:
        self.asked.append(request)
        match request:
            case Start(name=name, parameters=parameters):
                return await self._start(name, dict(parameters))
            case Stop(name=name):
                await self.ending.wait()
                self.harness.events.remove(name)
                await trio.testing.wait_all_tasks_blocked()  # everybody sees it
                return ServiceStatus(name=name, kind="process")
            case RestartService(name=name):
                before = self.harness.events.get(name)
                assert before is not None
                return await self._start(name, before.parameters)
            case _:
                raise AssertionError(request)

    async def _start(self, name: str, parameters: Mapping[str, str]) -> ServiceStatus:
        self.show(name, State.STARTING, parameters)
        if name.startswith("install@"):
            self.show(name, State.RUNNING, parameters)
            self.installing.set()
            await self.go.wait()
            modules = Path(parameters["directory"]) / "node_modules"
            if not modules.parent.is_dir():  # it was stopped meanwhile
                return ServiceStatus(name=name, kind="process")
            modules.mkdir(exist_ok=True)
            state = self.outcome.get("install@", State.EXITED)
        elif name.startswith("build@"):
            return await self._build(name, parameters)
        else:
            state = self.outcome.get("astro@", State.RUNNING)
        return self.show(name, state, parameters)

    async def _build(self, name: str, parameters: Mapping[str, str]) -> ServiceStatus:
        """As the runner does it: an output, or what is wrong beside it."""
        started = self.show(name, State.RUNNING, parameters)
        _, _, output, cache, modules, *_ = json.loads(parameters["arguments"])
        Path(parameters["log"]).write_text("12:00 building\n")
        self.building.set()
        await self.built.wait()
        if self.harness.events.get(name) is not started:  # it was stopped meanwhile
            return started
        Path(output, "dist").mkdir(parents=True)
        Path(output, "node_modules").symlink_to(modules)
        if self.mistakes:
            failure = {"errors": self.mistakes}
            Path(cache, "failure.json").write_text(json.dumps(failure))
        return self.show(name, State.EXITED, parameters, failed=bool(self.mistakes))

    def show(
        self,
        name: str,
        state: State,
        parameters: Mapping[str, str] | None = None,
        since: float = 0,
        **more: object,
    ) -> ServiceStatus:
        before = self.harness.events.get(name)
        known = dict(parameters) if parameters is not None else before.parameters if before else {}
        status = ServiceStatus(
            name=name,
            kind="process",
            state=state,
            pid=self.pids.get(name),
            parameters=known,
            since=since,
            reason=self.reason if state in (State.FATAL, State.BACKOFF) else "",
            **more,
        )
        self.harness.events.publish(status)
        return status

    def names(self, kind: type) -> list[str]:
        return [asked.name for asked in self.asked if isinstance(asked, kind)]


@dataclass
class Kept:
    """The service, running, and everything around it."""

    harness: Harness
    supervisor: FakeSupervisor
    cache: Path
    on_disk: dict[ThreadKey, Path] = field(default_factory=dict)  # the one last opened first

    async def find(self, request: FindPreviewed) -> Workspace:
        """What the desk "workspaces" answers."""
        for key, root in self.on_disk.items():
            if request.preview_id in (None, key.preview_id, key.built_id):
                return Workspace(key, root, root, root, "main", "", resumed=True)
        raise NotFound("cannot find a preview")

    def visit(self, preview_id: str) -> None:
        self.harness.channels.streams["visits"][0].send_nowait(Visit(preview_id))

    async def ask(self, request):
        return await self.harness.channels.desks["previews"].ask(request)

    @property
    def routes(self) -> Routes:
        return self.harness.channels.boards["routes"].value

    def record(self, key: ThreadKey = KEY) -> list[PreviewState]:
        """The states that a preview is published in from now on."""
        board = self.harness.channels.boards["routes"]
        publish, seen = board.set, []

        def spy(routes: Routes) -> None:
            seen.append(routes.previews[key.preview_id].state)
            publish(routes)

        board.set = spy
        return seen

    async def until(self, state: PreviewState, key: ThreadKey = KEY):
        return await self.until_shown(key.preview_id, state)

    async def until_shown(self, preview_id: str, state: PreviewState):
        def there(routes: object) -> bool:
            known = routes.previews.get(preview_id) if isinstance(routes, Routes) else None
            return known is not None and known.state is state

        with trio.fail_after(10):
            routes = await self.harness.channels.boards["routes"].until(there)
        return routes.previews[preview_id]


async def until(true: Callable[[], object]) -> None:
    """Look again and again, under a clock that stands still, too."""
    with trio.fail_after(10):
        while not true():
            await trio.testing.wait_all_tasks_blocked(0.01)


def harness() -> Harness:
    return Harness(
        TaskSpec(
            name="previews",
            run="services.previews:serve",
            control=True,
            asks=("workspaces",),
            answers=("previews",),
            publishes=("routes",),
            watches=("routes", "turns"),
            receives=("runner", "visits"),
            sends=("preview_events",),
        )
    )


@asynccontextmanager
async def previews(
    cache: Path, around: Harness | None = None, **options: object
) -> AsyncGenerator[Kept]:
    around = around or harness()
    supervisor = FakeSupervisor(around)
    async with trio.open_nursery() as nursery:
        kept = Kept(around, supervisor, cache)
        nursery.start_soon(around.desk.answer, supervisor.answer)
        nursery.start_soon(around.channels.desks["workspaces"].answer, kept.find)
        await nursery.start(serve, around.context(Options(cache=str(cache), **options)))
        yield kept
        around.stopping.set()
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()


def site(root: Path, lock: str = "{}") -> Path:
    root.mkdir()
    (root / "package.json").write_text("{}")
    (root / "package-lock.json").write_text(lock)
    return root
