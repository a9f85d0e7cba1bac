"""Which package managers this machine has. Synchronous: for a worker thread."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.previews.managers import Kind, Wanted, advice
from services.previews.node import Node
from supervisor.desk import Refused

PATIENCE = 15.0  # seconds for a program to say its version
# So that it says its own, whatever stands in a folder above the one it is asked in.
_PLAIN = {
    "YARN_IGNORE_PATH": "1",
    "pnpm_config_pm_on_fail": "ignore",
    "COREPACK_ENABLE_STRICT": "0",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that installs, and the words that come before its own arguments."""

    program: Path
    before: tuple[str, ...] = ()


class Tools:
    """npm is brought along; the others are looked for on `path`, which is as PATH has it.

    They all run on the Node that we bring, found by `self.path`: `folder` holds it, and nothing
    else of what lies beside it.
    """

    def __init__(self, node: Node, folder: Path, path: str) -> None:
        self.node = node
        self.path = os.pathsep.join(filter(None, (str(folder), path)))
        self._folder = folder
        self._versions: dict[tuple[Path, int], int | None] = {}

    def prepare(self) -> None:
        """Put our Node where `path` leads first."""
        self._folder.mkdir(parents=True, exist_ok=True)
        link = self._folder / "node"
        if not (link.is_symlink() and link.readlink() == self.node.node):
            link.unlink(missing_ok=True)
            link.symlink_to(self.node.node)

    def first(self, candidates: Collection[Wanted]) -> tuple[Wanted, Tool]:
        """The first of them that is here; raises `Refused`, which says what to do."""
        others: list[str] = []
        for wanted in candidates:
            if wanted.kind is Kind.NPM:
                return wanted, Tool(self.node.node, (str(self.node.npm),))
            for program in self._on_path(wanted.kind.program):
                major = self._major(program)
                if major is not None and wanted.fits(major):
                    return wanted, Tool(program)
                others.append(f"{wanted.kind.program} {major or 'of unknown version'}")
        locks = " and ".join(wanted.lock for wanted in candidates)
        here = f", only {' and '.join(dict.fromkeys(others))}" if others else ""
        which = " or ".join(str(wanted) for wanted in candidates)
        raise Refused(
            f"cannot install dependencies: the site has {locks}, and there is no {which}"
            f" here{here}; {advice(candidates)}"
        )

    def _on_path(self, program: str) -> Iterator[Path]:
        for folder in self.path.split(os.pathsep):
            found = shutil.which(program, path=folder) if folder else None
            if found is not None:
                yield Path(found).absolute()

    def _major(self, program: Path) -> int | None:
        """The major version that a program says it has; None for one that says none."""
        try:
            key = (program, program.stat().st_mtime_ns)
        except OSError:
            return None
        if key not in self._versions:
            self._versions[key] = self._ask(program)
        return self._versions[key]

    def _ask(self, program: Path) -> int | None:
        try:
            said = subprocess.run(
                [program, "--version"],
                cwd=self._folder,
                env={"PATH": self.path, "HOME": os.environ.get("HOME", "/"), **_PLAIN},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE,
                check=False,
            ).stdout
        except (OSError, subprocess.SubprocessError):
            return None
        found = re.search(r"^v?(\d+)\.\d", said, re.M)
        return int(found[1]) if found else None
