"""What crun is told: an image's own configuration, run as Docker and ECS would run it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.container.image import FIRST_ID, IDS, Image

NAMESPACES = ("pid", "mount", "network", "ipc", "uts", "user")
CAPABILITIES = ("bounding", "effective", "permitted", "inheritable", "ambient")
TINI = "/sbin/docker-init"  # where Docker puts it for --init


@dataclass(frozen=True)
class Mount:
    """A folder or a file of this machine, shown at a place in the container."""

    source: Path
    target: str
    readonly: bool = False


def specification(
    image: Image,
    *,
    command: tuple[str, ...] | None,
    environment: dict[str, str],
    uid: str | None,
    readonly: bool,
    init: bool,
    mounts: tuple[Mount, ...],
    memory: tuple[str, ...],
    hook: tuple[str, ...] | None,
) -> dict[str, Any]:
    """The `config.json` of an OCI bundle whose root file system is in `root`.

    `command` takes the place of the image's CMD, `uid` ("4711:4711") that of its USER; `memory` are
    places for a tmpfs, `hook` is run outside of the container once its namespaces are there.
    """
    config = image.config
    user, _, group = (uid or config["User"]).partition(":")
    words = (*config["Entrypoint"], *(config["Cmd"] if command is None else command))
    told = image.environment | environment
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": int(user), "gid": int(group or 0)},
            "args": [*((TINI, "--") if init else ()), *words],
            "env": [f"{name}={value}" for name, value in told.items()],
            "cwd": config["WorkingDir"] or "/",
            "capabilities": {kind: [] for kind in CAPABILITIES},
            "noNewPrivileges": True,
        },
        "root": {"path": "root", "readonly": readonly},
        "hostname": "container",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            _tmpfs("/dev", "nosuid", "strictatime", "mode=755", "size=65536k"),
            _tmpfs("/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
            *(_tmpfs(place, "nosuid", "nodev", "mode=1777") for place in memory),
            *(_bind(mount) for mount in mounts),
        ],
        "hooks": {"createRuntime": [{"path": sys.executable, "args": list(hook)}] if hook else []},
        "linux": {
            "namespaces": [{"type": kind} for kind in NAMESPACES],
            "uidMappings": [_mapping()],
            "gidMappings": [_mapping()],
        },
    }


def _mapping() -> dict[str, int]:
    return {"containerID": 0, "hostID": FIRST_ID, "size": IDS}


def _tmpfs(place: str, *options: str) -> dict[str, Any]:
    return {"destination": place, "type": "tmpfs", "source": "tmpfs", "options": list(options)}


def _bind(mount: Mount) -> dict[str, Any]:
    options = ["rbind", "rprivate", "nosuid", "nodev", "ro" if mount.readonly else "rw"]
    place, source = mount.target, str(mount.source)
    return {"destination": place, "type": "bind", "source": source, "options": options}
