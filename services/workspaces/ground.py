"""What the folder of all workspaces stands on: whether sites can be kept there, and how long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from services.aws.metadata import VARIABLE as METADATA
from services.footing import MEMORY, Mounted, doubts, mounted, unfit
from services.workspaces import Options
from supervisor.context import Doubt, Obstacle


def look(options: Options) -> Iterator[Obstacle | Doubt]:
    """What speaks against keeping sites in `root`; see `services.workspaces.look`."""
    root = Path(options.root)
    why = unfit(root)
    if why is not None:
        yield Obstacle("root", why)
        return
    for doubt in doubts(root):
        yield Doubt("root", doubt)
    if options.volume and (lost := fleeting(root, mounted(root), on_ecs=METADATA in os.environ)):
        yield Doubt("root", lost)


def fleeting(root: Path, mount: Mounted | None, *, on_ecs: bool) -> str | None:
    """Why what is kept there is gone with the container, or None."""
    if mount is None:
        return None
    if mount.kind in MEMORY:
        return f"{root} is in memory: everything is lost with the container; mount a volume there"
    if mount.place == "/":
        return (
            f"nothing is mounted at {root}: everything is lost with the container; mount a volume"
            f" there, as with 'docker run -v sites:{root}'"
        )
    if on_ecs and not mount.kind.startswith("nfs"):
        return f"{root} is not on EFS: what is there may be lost with the task; mount a file system"
    if mount.is_anonymous:
        return (
            f"the volume at {root} has no name: the next container gets another one; give it one,"
            f" as with 'docker run -v sites:{root}'"
        )
    return None
