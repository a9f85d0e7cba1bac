"""Images that came with instructions, on the workspace volume until their turn and after it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from services.agent.lines import StoredImage
from services.messages import Image
from services.site.images import ENDINGS, media_type_of
from supervisor.desk import Invalid

MOST = 4
LARGEST = 5 * 1024 * 1024  # bytes, as the Messages API takes them
# Which the Messages API takes.
_TAKEN = ("image/png", "image/jpeg", "image/gif", "image/webp")


def check(images: Iterable[Image]) -> None:
    """Raises `Invalid` for images that no model takes."""
    found = tuple(images)
    if len(found) > MOST:
        raise Invalid(f"cannot take {len(found)} images with one instruction: {MOST} at most")
    for image in found:
        if image.media_type not in _TAKEN:
            known = ", ".join(_TAKEN)
            raise Invalid(f"cannot take an image of type {image.media_type!r}: use {known}")
        if len(image.data) > LARGEST:
            raise Invalid(
                f"cannot take an image of {len(image.data)} bytes: {LARGEST} at most; scale it down"
            )
        if media_type_of(image.data) != image.media_type:
            raise Invalid(f"cannot take this image: it is no {image.media_type}")


def store(folder: Path, turn: str, images: Iterable[Image]) -> tuple[StoredImage, ...]:
    """Write them down; raises `OSError`. Synchronous."""
    stored: list[StoredImage] = []
    for number, image in enumerate(images, 1):
        name = f"{turn}-{number}{ENDINGS[image.media_type]}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(image.data)
        stored.append(StoredImage(image.media_type, name))
    return tuple(stored)


def load(folder: Path, images: Iterable[StoredImage]) -> tuple[Image, ...]:
    """Read them again; raises `OSError`, or `ValueError` for a name of no file. Synchronous."""
    return tuple(
        Image(image.media_type, (folder / Path(image.file).name).read_bytes()) for image in images
    )
