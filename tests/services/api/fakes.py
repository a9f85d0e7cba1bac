"""The services that the API asks, played by a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import trio
from msgspec.structs import replace

from services.api.streams.lately import Lately
from services.messages import (
    Activity,
    AwaitTurn,
    FindWorkspace,
    GitState,
    OpenWorkspace,
    Preview,
    PreviewState,
    ReadAllEvents,
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
from tests.harness import Harness, shipped

SPEC = shipped("api")

IDS = {"clientId": "acme", "userId": "ann", "threadId": "t1"}
KEY = ThreadKey("acme", "ann", "t1")
BEGUN = TurnInfo("turn-1", KEY, TurnState.QUEUED, "Say hello.", queued=1_700_000_000.0, first=7)


def build_studio(folder: Path) -> Path:
    """A studio of a few files, as `make studio` leaves them."""
    (folder / "assets").mkdir(parents=True)
    for name in ("index", "ops", "embed"):
        script = f'<script type="module" src="/assets/{name}.js"></script>'
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>{script}")
        (folder / "assets" / f"{name}.js").write_text(f"export default '{name}';\n" * 100)
    (folder / "assets" / "page.css").write_text(":root { color-scheme: light dark }\n")
    return folder


class Fakes:
    """Answers at every desk, and remembers what was asked.

    `refusal` is raised instead of any answer, `silence` is waited for before any, and `gate` before
    a turn ends. `answers` are those to other kinds of request; an exception is raised, a function
    called. `read_events` is a journal to read, if there is one.
    """

    def __init__(self, root: Path) -> None:
        self.harness = Harness(SPEC)
        self.root = root
        self.lately = Lately()
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
        self.read_events: Callable[[Any], Awaitable[object]] | None = None
        self.silence: trio.Event | None = None
        self.gate: trio.Event | None = None
        self.executing = trio.Event()
        self.ended = False

    async def answer(self) -> None:
        async with trio.open_nursery() as nursery:
            for desk in self.harness.channels.desks.values():
                nursery.start_soon(desk.answer, self._handle)

    async def _handle(self, request: object) -> object:
        self.asked.append(request)
        if self.silence is not None:
            await self.silence.wait()
        if self.refusal is not None:
            raise self.refusal
        match request:
            case _ if type(request) in self.answers:
                answer = self.answers[type(request)]
                if isinstance(answer, Exception):
                    raise answer
                if callable(answer):
                    return answer(request)
                return answer
            case ReadEvents() | ReadAllEvents() if self.read_events is not None:
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

    async def until_asked(self, count: int) -> None:
        """Let everything go on until so much was asked."""
        while True:
            await trio.lowlevel.checkpoint()
            if len(self.asked) >= count:
                break

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
