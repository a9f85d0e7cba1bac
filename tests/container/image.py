"""Builds a target of the Dockerfile, and says what is in the image."""

from __future__ import annotations

import functools
import json
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.container.base import Storage
from tests.whole.daemon import ROOT

# The ids of the containers' users on this machine: 0 of a container is FIRST_ID here.
FIRST_ID = 100_000
IDS = 65_536

# How overlayfs marks a folder of a layer that hides what lower layers have in it; a file that is
# hidden is a character device.
OPAQUE = "trusted.overlay.opaque"

# How this machine reaches its package registries, should it have a way of its own.
PIP_SETTINGS = Path("/etc/pip.conf")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True)
class Image:
    """An image in `storage`; `config` is what Docker calls so.

    Its layers, lowest first: `sizes` in bytes, `digests`, and as `layers` folders with their files,
    for ids shifted by FIRST_ID.
    """

    storage: Storage
    id: str
    target: str
    config: dict[str, Any]
    sizes: tuple[int, ...]
    digests: tuple[str, ...]
    layers: tuple[Path, ...]

    @property
    def environment(self) -> dict[str, str]:
        return dict(entry.split("=", 1) for entry in self.config["Env"])

    @property
    def size(self) -> int:
        """Of all layers, uncompressed, in bytes."""
        return sum(self.sizes)

    def files(self) -> dict[str, Path]:
        """Where this machine has each file and folder that a container sees."""
        return _merged(self.layers)


@functools.cache
def _merged(layers: tuple[Path, ...]) -> dict[str, Path]:
    seen: dict[str, Path] = {}
    for layer in layers:
        for folder, folders, files in os.walk(layer):
            for name in (*folders, *files):
                path = os.path.join(folder, name)
                place = path.removeprefix(str(layer))
                mode = os.lstat(path).st_mode
                if stat.S_ISCHR(mode) or (stat.S_ISDIR(mode) and OPAQUE in os.listxattr(path)):
                    below = f"{place}/"
                    for hidden in [it for it in seen if it == place or it.startswith(below)]:
                        del seen[hidden]
                if not stat.S_ISCHR(mode):
                    seen[place] = Path(path)
    return seen


def build(storage: Storage, target: str, *words: str, tree: Path = ROOT) -> Image:
    """`make image` with buildah, and further words for it; layers that fit are used again."""
    flags = ["--isolation=chroot", "--quiet"]
    if PIP_SETTINGS.is_file():
        flags.append(f"--secret=id=pip,src={PIP_SETTINGS}")
    if CERTIFICATES.is_file():
        flags.append(f"--volume={CERTIFICATES}:{CERTIFICATES}:ro")
    make = ("make", "--silent", "image", "BUILDER=buildah", f"TARGET={target}")
    with storage.alone():
        storage.ensure_base()
        command = (*make, f"FLAGS={' '.join((*flags, *words))}")
        try:
            said = storage.run(*command, cwd=tree)
        except AssertionError as error:
            # buildah's own copy of itself, which it cannot seal while another thread looks at it.
            if "sealing memfd copy" not in str(error):
                raise
            said = storage.run(*command, cwd=tree)
        return inspect(storage, said.splitlines()[-1], target)


def inspect(storage: Storage, image_id: str, target: str) -> Image:
    """What is in an image, with its layers made ready for containers."""
    shown = json.loads(storage.buildah("inspect", "--type=image", image_id))
    images = json.loads((storage.folder / "storage/overlay-images/images.json").read_text())
    (top,) = (image["layer"] for image in images if image["id"] == image_id)
    layers = json.loads(shown["Manifest"])["layers"]
    return Image(
        storage=storage,
        id=image_id,
        target=target,
        config=shown["Docker"]["config"],
        sizes=tuple(layer["size"] for layer in layers),
        digests=tuple(layer["digest"] for layer in layers),
        layers=tuple(shifted(storage, layer) for layer in chain(storage, top)),
    )


def chain(storage: Storage, top: str) -> list[str]:
    """The ids of a layer and all below it, lowest first, as containers-storage has them."""
    file = storage.folder / "storage/overlay-layers/layers.json"
    parents = {layer["id"]: layer.get("parent") for layer in json.loads(file.read_text())}
    found: list[str] = []
    layer: str | None = top
    while layer:
        found.insert(0, layer)
        layer = parents[layer]
    return found


def shifted(storage: Storage, layer: str) -> Path:
    """A copy of a layer's files for users of a container; made once."""
    target = storage.folder / "shifted" / layer
    if not target.is_dir():
        making = target.with_suffix(f".{os.getpid()}")
        making.parent.mkdir(exist_ok=True)
        try:
            source = storage.folder / "storage/overlay" / layer / "diff"
            subprocess.run(["cp", "--archive", str(source), str(making)], check=True)
            shift(making)
            making.rename(target)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return target


def shift(folder: Path) -> None:
    """Give each file of a folder to the same user within a container."""
    seen: set[int] = set()  # a file with two names is shifted once
    for path in (folder, *folder.rglob("*")):
        found = path.lstat()
        if found.st_ino not in seen:
            seen.add(found.st_ino)
            os.lchown(path, found.st_uid + FIRST_ID, found.st_gid + FIRST_ID)
            if not stat.S_ISLNK(found.st_mode):
                path.chmod(stat.S_IMODE(found.st_mode))  # chown has taken setuid away
