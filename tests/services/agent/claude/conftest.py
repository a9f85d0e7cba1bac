"""A site, a stand-in for the model's API, and the backend between them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import trio

from services.agent.backend import BudgetExceeded, Decision, Turn
from services.agent.claude import Options
from services.messages import (
    BackendEvent,
    FileChanged,
    GitState,
    TextDelta,
    ThreadKey,
    ToolFinished,
    ToolStarted,
    Usage,
    Used,
)
from services.standin import Script, Standin, standin
from supervisor.spec import TaskSpec
from supervisor.survivors import MARKER
from tests.harness import Harness

PAGE = "---\n---\n<h1>Welcome</h1>\n"
KEY = "not-a-key"
PATIENCE = 30.0


@dataclass
class FakeHost:
    """Writes down what it is told, and lets tools through as `decide` says."""

    events: list[BackendEvent] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    budget: float | None = None
    cost: float = 0.0
    root: Path | None = None

    def __post_init__(self) -> None:
        """For those who derive from it."""

    async def emit(self, event: BackendEvent) -> None:
        await trio.lowlevel.checkpoint()
        self.events.append(event)
        if isinstance(event, Used):
            self.cost += event.usage.cost
            if self.budget is not None and self.cost > self.budget:
                raise BudgetExceeded("it is spent")

    async def ask(self, tool: str, summary: str) -> Decision:
        self.asked.append((tool, summary))
        return await self.decide(tool, summary)

    async def decide(self, tool: str, summary: str) -> Decision:
        await trio.lowlevel.checkpoint()
        return Decision(True)

    async def git_state(self) -> GitState:
        command = ["git", "-C", str(self.root), "ls-files", "-o"]
        found = await trio.run_process(command, capture_stdout=True)
        return GitState("main", ("main",), untracked=tuple(found.stdout.decode().splitlines()))

    @property
    def text(self) -> str:
        return "".join(it.text for it in self.events if isinstance(it, TextDelta))

    @property
    def used(self) -> Usage:
        return sum((it.usage for it in self.events if isinstance(it, Used)), Usage())

    @property
    def files(self) -> list[tuple[str, str]]:
        return [(it.path, it.change) for it in self.events if isinstance(it, FileChanged)]

    @property
    def tools(self) -> list[tuple[str, str, bool]]:
        """Of each call its tool, what it is about, and whether it was done; all are paired."""
        started = {it.call: it for it in self.events if isinstance(it, ToolStarted)}
        ended = {it.call: it for it in self.events if isinstance(it, ToolFinished)}
        assert started.keys() == ended.keys()
        assert len(started) == sum(isinstance(it, ToolStarted) for it in self.events)
        return [(it.tool, it.summary, ended[call].ok) for call, it in started.items()]

    def why(self, tool: str) -> str:
        """Why the first call of a tool that failed did."""
        ended = (it for it in self.events if isinstance(it, ToolFinished))
        return next(it.summary for it in ended if it.tool == tool and not it.ok)


@dataclass
class Desk:
    """Everything that a test of the backend has at hand. `wire` is `direct` or `bedrock`."""

    harness: Harness
    api: Standin
    root: Path
    store: Path
    wire: str
    options: Options = field(default_factory=lambda: Options(model="claude-sonnet-5", retries=1))
    extra: dict[str, str] = field(default_factory=dict)
    turns: int = 0

    @property
    def ours(self) -> dict[str, str]:
        """The daemon's environment, with much that is none of the CLI's business."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root.parent / "users-home"),
            "NURSERYD_TOKEN": "s-e-c-r-e-t",
            **(BEDROCK if self.wire == "bedrock" else DIRECT),
            ("ANTHROPIC_BEDROCK_BASE_URL" if self.wire == "bedrock" else "ANTHROPIC_BASE_URL"): (
                self.api.url
            ),
            **self.extra,
        }

    def backend(self):
        """A new one, as after a restart of the daemon."""
        from services.agent.claude.backend import Claude

        return Claude(self.options, self.harness.context(None), self.ours)

    def script(self, *rules) -> None:
        self.api.script = Script(rules)

    def turn(self, instruction: str, **fields) -> Turn:
        self.turns += 1
        key = ThreadKey("client", "user", "thread")
        it = Turn(f"t{self.turns}", key, instruction, self.root, self.store)
        return replace(it, **fields)

    async def run(self, instruction: str, host: FakeHost | None = None, **fields) -> FakeHost:
        host = host or FakeHost()
        host.root = self.root
        with trio.fail_after(PATIENCE):
            await self.backend().run(self.turn(instruction, **fields), host)
        return host

    def left(self) -> set[int]:
        """The processes of turns that are still there."""
        mark = f"{MARKER}={self.harness.marker}".encode()
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    variables = (entry / "environ").read_bytes().split(b"\0")
                except OSError:
                    continue
                if any(it.startswith(mark) for it in variables):
                    found.add(int(entry.name))
        return found

    def reached(self) -> str:
        """All that the model's API was told."""
        return "\n".join(it.text for it in self.api.requests)


DIRECT = {"ANTHROPIC_API_KEY": KEY}
BEDROCK = {
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": KEY,
}


@pytest.fixture
def wire() -> str:
    return "direct"


@pytest.fixture
async def desk(tmp_path: Path, wire: str):
    root, home = tmp_path / "site", tmp_path / "users-home"
    pages = root / "src" / "pages"
    pages.mkdir(parents=True)
    (pages / "index.astro").write_text(PAGE)
    (home / ".claude").mkdir(parents=True)
    await trio.run_process(["git", "init", "-q", root])
    harness = Harness(TaskSpec(name="agent", run="m:f"))
    async with standin(directory=str(root)) as api:
        it = Desk(harness, api, root, tmp_path / "store", wire)
        yield it
        assert not it.left()
