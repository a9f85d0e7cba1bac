"""What the images weigh: on a disk, and on the way from a registry."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.benchmarks.container.amounts import Amounts
from tests.benchmarks.container.stage import OURS, SLIM, Stage
from tests.benchmarks.figures import Aim, Figure, Results
from tests.container.image import Image

SIZE = Figure("images", "the image", "MB", (Aim("", 1000), Aim("", 450, ours=SLIM)))
COMPRESSED = Figure("images", "the same, compressed as a registry has it", "MB")


def measure(results: Results, amounts: Amounts, stage: Stage) -> None:
    for name in (OURS, SLIM):
        image = stage.images[name]
        results.add(SIZE, name, image.size / 1e6)
        if amounts.push or name == SLIM:
            results.add(COMPRESSED, name, _compressed(stage.folder, image) / 1e6)


def _compressed(scratch: Path, image: Image) -> int:
    """Bytes of its layers as buildah pushes them, with gzip."""
    folder = scratch / f"pushed-{image.target}"
    with image.storage.alone():
        image.storage.buildah("push", "--format=oci", image.id, f"oci:{folder}")
    blobs = folder / "blobs/sha256"
    index = json.loads((folder / "index.json").read_text())
    digest = index["manifests"][0]["digest"].removeprefix("sha256:")
    layers = json.loads((blobs / digest).read_text())["layers"]
    shutil.rmtree(folder)
    return sum(layer["size"] for layer in layers)
