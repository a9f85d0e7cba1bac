"""What the benchmark compiles and installs, once, outside the tree."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.previews.node import find_node

HERE = Path(__file__).parent
# nginx, haproxy and caddy are the system's, in whatever version it has.
HTTP_PROXY_3 = "2.0.1"


@dataclass(frozen=True, slots=True)
class Tools:
    """The folder that holds them, and the Python whose nurseryd is measured."""

    folder: Path
    python: Path = Path(sys.executable)

    @property
    def backend(self) -> Path:
        return self.folder / "backend"

    @property
    def load(self) -> Path:
        return self.folder / "load"

    @property
    def http_proxy_3(self) -> Path:
        return self.folder / "http-proxy-3"


def compile_both(tools: Tools) -> None:
    """The load, and what it is for."""
    tools.folder.mkdir(parents=True, exist_ok=True)
    for program in (tools.backend, tools.load):
        _run(["cc", "-O2", "-Wall", "-o", program, HERE / f"{program.name}.c"])


def install(tools: Tools) -> None:
    """The peer that has a registry, with the npm that nurseryd brings; what is there stays."""
    folder = tools.http_proxy_3
    if not (folder / "node_modules" / "http-proxy-3").exists():
        folder.mkdir(parents=True, exist_ok=True)
        wanted = {"dependencies": {"http-proxy-3": HTTP_PROXY_3}}
        (folder / "package.json").write_text(json.dumps(wanted))
        node = find_node()
        npm = [node.node, node.npm, "install", "--silent", "--no-audit", "--no-fund"]
        _run([*npm, "--prefix", folder])


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run(list(map(str, command)), check=True)
