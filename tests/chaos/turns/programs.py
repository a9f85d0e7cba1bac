"""The real daemon on the shipped configuration, and the stand-in for the model that it asks."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import trio

from tests.chaos.turns import http
from tests.chaos.turns.http import HOST, Away
from tests.chaos.turns.kept import Kept
from tests.conftest import TOOL_MARKERS
from tests.ports import preview_ports
from tests.whole.daemon import CONFIG, ROOT

SCRIPT = Path(__file__).with_name("model.toml")
SERVE = "services.agent:serve"


def model(folder: Path, port: int, script: Path = SCRIPT) -> Kept:
    """`python -m services.standin`, always on the same port."""
    command = [sys.executable, "-m", "services.standin"]
    options = ["--port", str(port), "--script", str(script)]
    return Kept("stand-in", [*command, *options], _ours(), folder, partial(_listens, port))


def daemon(folder: Path, ports: tuple[int, int, int], model: int, run: str) -> Kept:
    """Everything that is in `config/local.toml`, with the agent's service `run`.

    `ports` are of the API and of the two doors to previews, `model` is the stand-in's. No turn is
    held to its pages: the site has no package.json, so that no preview costs a dev server.
    """
    more = {
        "AGENT_BACKEND": "claude",
        **asking_claude(model),
        "NURSERYD__SERVICE__AGENT__RUN": run,
        "NURSERYD__SERVICE__AGENT__OPTIONS__verify": "false",
    }
    return daemon_with(folder, ports, CONFIG, more)


def asking_claude(model: int) -> dict[str, str]:
    """What has Claude Code ask the stand-in on that port."""
    return {
        "ANTHROPIC_BASE_URL": f"http://{HOST}:{model}",
        "ANTHROPIC_API_KEY": "for-the-stand-in",
    }


def daemon_with(
    folder: Path, ports: tuple[int, int, int], config: Path, more: Mapping[str, str]
) -> Kept:
    """A daemon of that configuration, with everything it writes in `folder`."""
    api, astro, hmr = (str(port) for port in ports)
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = _ours() | {
        "PYTHONPATH": str(ROOT),
        "PORT": api,
        "ASTRO_PORT": astro,
        "HMR_PORT": hmr,
        "NURSERYD_TOKEN": http.TOKEN,
        "NURSERYD_CACHE": str(folder / "cache"),
        "WORKSPACE_PATH": str(folder / "volume"),
        "TMPDIR": str(temporary),
        "LOG_FORMAT": "json",
        "NURSERYD__SERVICE__PREVIEWS__OPTIONS__ports": json.dumps(preview_ports()),
        **more,
    }
    command = [sys.executable, "-m", "supervisor", "-c", str(config)]
    return Kept("daemon", command, environment, folder, partial(_lives, ports[0]))


def _ours() -> dict[str, str]:
    return {name: it for name, it in os.environ.items() if not TOOL_MARKERS.match(name)}


async def _listens(port: int) -> bool:
    try:
        await (await trio.open_tcp_stream(HOST, port)).aclose()
    except OSError:
        return False
    return True


async def _lives(port: int) -> bool:
    try:
        return (await http.ask(port, "GET", "/health/live")).status == 200
    except Away:
        return False
