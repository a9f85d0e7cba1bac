"""Where a running daemon has its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Daemon(Protocol):
    """What a running daemon says of itself over its control socket."""

    def spec(self, name: str, *, secrets: bool = False) -> Mapping[str, Any]: ...
    def daemon(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Declared:
    """The token that the API of a running daemon was given, or the file that holds it."""

    token: str = ""
    file: Path | None = None

    @classmethod
    def of(cls, daemon: Daemon, service: str = "api") -> Declared:
        """A file is named relative to the daemon's own folder."""
        options = daemon.spec(service, secrets=True).get("options", {})
        named = str(options.get("token_file") or "")
        file = Path(f"/proc/{daemon.daemon()['pid']}/cwd") / named if named else None
        return cls(str(options.get("token") or ""), file)
