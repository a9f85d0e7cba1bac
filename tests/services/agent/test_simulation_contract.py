"""The simulation keeps the contract of backends, driven by a script."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from services.agent.backend import Host, Turn
from services.agent.simulation import Options, make
from tests.services.agent.bench import (
    Bench,
    Edit,
    Fail,
    Read,
    Say,
    Spend,
    Stall,
    Step,
    Write,
)
from tests.services.agent.contract import BackendContract


def _written(step: Step) -> dict[str, object]:
    match step:
        case Say(text):
            return {"say": text}
        case Write(path, text):
            return {"write": path, "text": text}
        case Edit(path, old, new):
            return {"edit": path, "old": old, "new": new}
        case Spend(dollars):
            return {"use": {"cost": dollars}}
        case Stall():
            return {"pause": 3600.0}
        case Fail():
            return {"fail": "the simulation fails, since its script says so"}
        case Read():
            raise AssertionError("the simulation asks no model")


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)  # a string or a number is the same in both


class ScriptBench:
    """The simulation with a script file that grows."""

    def __init__(self, script: Path) -> None:
        self._script = script
        script.write_text("")

    def expect(self, instruction: str, *steps: Step) -> None:
        when = json.dumps(re.escape(instruction))
        written = ",\n".join(_toml(_written(step)) for step in steps)
        with self._script.open("a") as file:
            file.write(f"[[rule]]\nwhen = {when}\nsteps = [\n{written}\n]\n")

    async def run(self, turn: Turn, host: Host) -> None:
        await make(Options(pause=0.001, script=str(self._script))).run(turn, host)


class TestSimulation(BackendContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return ScriptBench(tmp_path / "script.toml")
