"""What is the same for all workspaces of a container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.messages import ThreadKey
from services.workspaces.allowed import Allowed
from services.workspaces.git.repository import Author
from services.workspaces.layout import Layout

STARTER = Path(__file__).parent / "starter"


@dataclass(frozen=True, slots=True)
class Settings:
    """`root` is a resolved path; the rest is as in the service's options."""

    root: Path
    branch: str
    author: Author
    allowed: Allowed
    depth: int = 0
    protected: tuple[str, ...] = ()
    forges: Mapping[str, str] = field(default_factory=dict[str, str])
    starter: Path = STARTER
    svg: bool = False
    repository: str = ""
    push_commits: bool = False

    def layout(self, key: ThreadKey) -> Layout:
        return Layout(self.root, key.client, key.user)
