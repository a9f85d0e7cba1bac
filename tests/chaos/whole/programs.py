"""The daemon as `make run` starts it, and the stand-in for the models that it asks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tests.chaos.turns import programs, told
from tests.chaos.turns.http import HOST
from tests.chaos.turns.kept import Kept
from tests.whole.daemon import CONFIG

BACKENDS = ("bedrock", "claude", "simulation")
MOST = 300  # turns of one thread that the simulation knows of
TURN = 60.0  # seconds for a turn
CONFIGURATION = """
[supervisor]
include = ["{config}"]

[service.workspaces.options]
schemes = ["https", "http", "file"]

[service.previews.options]
check_start = 20.0

[service.agent.options]
backends = ["claude", "simulation"]
turn_timeout = {turn}

[service.agent.options.bedrock]
silence = 15.0
attempts = 3
"""


def configuration(folder: Path) -> Path:
    """The shipped one with what a run needs; what is reloaded is in a drop-in beside it."""
    path = folder / "nurseryd.toml"
    path.write_text(CONFIGURATION.format(config=CONFIG, turn=TURN))
    dropin(folder).parent.mkdir()
    return path


def dropin(folder: Path) -> Path:
    return folder / "nurseryd.toml.d" / "chaos.toml"


def daemon(
    folder: Path, ports: tuple[int, int, int], model: int, threads: Iterable[str], run: str
) -> Kept:
    """`model` is the port on which models are asked, `run` the agent's service."""
    script = folder / "simulation.toml"
    script.write_text("\n".join(map(_simulated, threads)))
    more = {
        "AGENT_BACKEND": "bedrock",
        "AGENT_SCRIPT": str(script),
        **programs.asking_claude(model),
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://{HOST}:{model}",
        "AGENT_MODEL": "a-model",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "NURSERYD_SOCKET": str(folder / "socket"),
        "NURSERYD__SERVICE__AGENT__RUN": run,
    }
    return programs.daemon_with(folder, ports, configuration(folder), more)


def model(folder: Path, port: int) -> Kept:
    script = folder / "model.toml"
    ours = Path(__file__).with_name("bedrock.toml").read_text()
    script.write_text(ours + programs.SCRIPT.read_text())
    return programs.model(folder, port, script)


def _simulated(thread: str) -> str:
    """What the simulation does for a thread: it has no way to say a part of an instruction."""
    return "\n".join(_rule(wish) for n in range(MOST) for wish in _wishes(f"{thread}-{n}"))


def _wishes(line: str) -> tuple[told.Wish, ...]:
    return told.both(line), told.page(line)


def _rule(wish: told.Wish) -> str:
    steps: list[str] = []
    for path, line in wish.adds.items():
        if path in told.FILES:
            new = f"{line}\n{told.END}"
            steps.append(_table(edit=path, old=told.END, new=new))
        else:
            steps.append(_table(write=path, text=f"{line}\n"))
    pattern = f"\\A{wish.instruction}\\Z".replace(".", "\\.")
    return f"[[rule]]\nwhen = {json.dumps(pattern)}\nsteps = [{', '.join(steps)}]\n"


def _table(**items: str) -> str:
    return "{ " + ", ".join(f"{name} = {json.dumps(it)}" for name, it in items.items()) + " }"
