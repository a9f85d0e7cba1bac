"""The real service with real workspaces and real servers, on the supervisor itself, in one loop."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import trio

from services.messages import (
    OpenWorkspace,
    Preview,
    PreviewState,
    Routes,
    StartPreview,
    ThreadKey,
    Turns,
    Workspace,
)
from supervisor.channels import Channels
from supervisor.config import load
from supervisor.events import Events
from supervisor.output import Output
from supervisor.plan import Plan, plan
from supervisor.supervisor import Supervisor
from tests.ports import preview_ports
from tests.services.hmr.doors import FrontDoor

CONFIG = Path(__file__).parents[3] / "config" / "local.toml"
ABSENT = ("agent", "hmr", "api", "prober", "idle")


@dataclass
class Real:
    """Everything that runs; `lines` is what it wrote."""

    channels: Channels
    events: Events
    folder: Path
    lines: list[object]

    async def ask(self, request):
        with trio.fail_after(300):
            return await self.channels.desks["previews"].ask(request)

    async def open(self, key: ThreadKey, **more: object) -> Workspace:
        """A thread's workspace, whose preview begins to be there."""
        opening = OpenWorkspace(key, **more)
        workspace = await self.channels.desks["workspaces"].ask(opening)
        await self.ask(StartPreview(key, workspace.root, workspace.site))
        return workspace

    async def until(self, preview_id: str, state: PreviewState, seconds: float = 240) -> Preview:
        def settled(routes: object) -> bool:
            known = routes.previews.get(preview_id) if isinstance(routes, Routes) else None
            return known is not None and known.state in (state, PreviewState.FAILED)

        with trio.fail_after(seconds):
            routes = await self.channels.boards["routes"].until(settled)
        preview = routes.previews[preview_id]
        assert preview.state is state, (preview, self.lines[-20:])
        return preview

    async def page(self, preview: Preview, path: str = "/") -> str:
        with trio.fail_after(60):
            answer = await self.door(preview).get(path, accept="text/html")
        return answer.decode(errors="replace")

    def door(self, preview: Preview) -> FrontDoor:
        """The server itself, in the place of the front door."""
        return FrontDoor(None, preview.port)


@asynccontextmanager
async def real(
    folder: Path, cache: Path, *, patience: float = 60.0, restarts: int = 3, **options: object
) -> AsyncGenerator[Real]:
    """`options` are those of the service; in the same folder it is another run of the daemon.

    A first page may take `patience` seconds; a server that dies begins again `restarts` times.
    """
    options = {"ports": preview_ports(), **options}
    layer = folder / "nurseryd.toml.d"
    layer.mkdir(parents=True, exist_ok=True)
    (folder / "nurseryd.toml").write_text(f'[supervisor]\ninclude = ["{CONFIG}"]\n')
    said = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in options.items()]
    lines = ["[service.previews.options]", *said]
    lines += [f"[service.{name}]\nautostart = false" for name in ABSENT]
    lines += ['[service."astro@"]', f"start_timeout = {patience}", f"budget.restarts = {restarts}"]
    (layer / "tests.toml").write_text("\n".join([*lines, ""]))
    variables = {"WORKSPACE_PATH": str(folder / "workspace"), "NURSERYD_CACHE": str(cache)}

    async def read() -> Plan:
        return plan(load(folder / "nurseryd.toml", variables))

    written: list[object] = []
    first, events = await read(), Events()
    channels = Channels(
        streams=first.channels_of("sends"),
        desks=first.channels_of("asks"),
        boards=first.channels_of("publishes"),
    )
    supervisor = Supervisor(first, channels, events, Output(written.append), read)
    async with trio.open_nursery() as nursery:
        await nursery.start(supervisor.run)
        channels.boards["turns"].set(Turns())
        with trio.fail_after(60):
            await channels.boards["routes"].until(lambda routes: routes is not None)
        try:
            yield Real(channels, events, folder, written)
        finally:
            nursery.cancel_scope.cancel()


def repository(root: Path) -> str:
    """A repository with what is in a folder; its address."""
    name = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*name, "commit", "-qm", "Start")):
        subprocess.run(["git", *words], cwd=root, check=True)
    return f"file://{root}"
