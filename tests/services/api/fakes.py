"""The services that the API asks, played by a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import trio
from msgspec.structs import replace

from services.messages import (
    Activity,
    AwaitTurn,
    EventPage,
    FindWorkspace,
    GitState,
    OpenWorkspace,
    Preview,
    PreviewState,
    ReadEvents,
    ReadGit,
    RefreshPreview,
    StartPreview,
    StartTurn,
    StopPreview,
    ThreadKey,
    TurnInfo,
    TurnState,
    Workspace,
)
from supervisor.desk import NotFound, Refused
from supervisor.spec import TaskSpec
from tests.harness import Harness

SPEC = TaskSpec(
    name="api",
    run="services.api:serve",
    asks=("workspaces", "agent", "previews", "doctor"),
    sends=("activity",),
    watches=("transfers", "routes"),
    stop_timeout=5.0,
)

IDS = {"clientId": "acme", "userId": "ann", "threadId": "t1"}
KEY = ThreadKey("acme", "ann", "t1")
BEGUN = TurnInfo("turn-1", KEY, TurnState.QUEUED, "Say hello.", queued=1_700_000_000.0, first=7)


class Fakes:
    """Answers at the three desks, and remembers what was asked.

    `refusal` is raised instead of any answer, `gate` is waited for before a turn ends. `answers`
    are those to other kinds of request; one that is an exception is raised. `read_events` is a
    journal to read, if there is one.
    """

    def __init__(self, root: Path) -> None:
        self.harness = Harness(SPEC)
        self.root = root
        self.asked: list[object] = []
        self.workspaces: dict[ThreadKey, Workspace] = {}
        self.git = GitState("thread-t1", ("main", "thread-t1"))
        self.preview = PreviewState.STARTING
        self.turn = replace(
            BEGUN,
            state=TurnState.COMMITTED,
            backend="simulation",
            output="Done.",
            files=("src/a.md",),
            base="000",
            commit="abc",
            started=1_700_000_001.0,
            finished=1_700_000_002.5,
        )
        self.refusal: Exception | None = None
        self.answers: dict[type, object] = {}
        self.read_events: Callable[[ReadEvents], Awaitable[EventPage]] | None = None
        self.gate: trio.Event | None = None
        self.executing = trio.Event()
        self.ended = False

    async def answer(self) -> None:
        async with trio.open_nursery() as nursery:
            for desk in self.harness.channels.desks.values():
                nursery.start_soon(desk.answer, self._handle)

    async def _handle(self, request: object) -> object:
        self.asked.append(request)
        if self.refusal is not None:
            raise self.refusal
        match request:
            case _ if type(request) in self.answers:
                answer = self.answers[type(request)]
                if isinstance(answer, Exception):
                    raise answer
                return answer
            case ReadEvents() if self.read_events is not None:
                return await self.read_events(request)
            case OpenWorkspace(key=key):
                return self._open(key)
            case FindWorkspace(key=key):
                if key not in self.workspaces:
                    raise NotFound(f"no workspace {key}")
                return self.workspaces[key]
            case ReadGit():
                return self.git
            case RefreshPreview() | StopPreview():
                return None
            case StartPreview(key=key):
                return Preview(key.preview_id, key, self.preview, 5000)
            case StartTurn():
                return BEGUN
            case AwaitTurn():
                self.executing.set()
                if self.gate is not None:
                    await self.gate.wait()
                self.ended = True
                return self.turn
            case _:
                raise Refused(f"unknown request {request}")

    def _open(self, key: ThreadKey) -> Workspace:
        resumed = key in self.workspaces
        place = self.root / key.client / key.user
        self.workspaces[key] = Workspace(
            key=key,
            root=place / "threads" / key.thread,
            project=place / "project",
            history=place / ".claude" / "threads" / f"{key.thread}.json",
            branch=key.branch,
            head="abc",
            resumed=resumed,
        )
        return self.workspaces[key]

    def activities(self) -> list[object]:
        """What was sent on the stream since the last look."""
        receive: trio.MemoryReceiveChannel[object] = self.harness.channels.streams["activity"][1]
        seen: list[object] = []
        while True:
            try:
                seen.append(receive.receive_nowait())
            except trio.WouldBlock:
                return seen


WRITE = Activity("api-write")
