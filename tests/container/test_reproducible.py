"""The same sources make the same layers, byte for byte.

Not the same image id: into Docker's format buildah writes names of containers that it built in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.container.base import Storage
from tests.container.image import Image, build

pytestmark = pytest.mark.system


@pytest.fixture
def anew(slim: Image, tmp_path: Path) -> Iterator[Callable[[], Image]]:
    """Call it to build the image in a storage that has nothing but the base."""
    made: list[Storage] = []

    def build_anew() -> Image:
        folder = tmp_path / str(len(made))
        made.append(Storage(folder))
        made[-1].take_base(slim.storage, folder / "base.tar")
        return build(made[-1], slim.target)

    yield build_anew
    for storage in made:
        storage.remove()


def test_an_image_that_is_built_again_from_nothing_is_the_same(
    slim: Image, anew: Callable[[], Image]
) -> None:
    first, second = slim, anew()
    if packages(first) != packages(second):  # Debian has published others since
        first, second = second, anew()
    assert differences(first, second) == []
    assert second.digests == first.digests
    assert told(second) == told(first)


def told(image: Image) -> dict[str, Any]:
    """The configuration, but for what buildah makes up."""
    return {key: value for key, value in image.config.items() if key != "Hostname"}


def packages(image: Image) -> str:
    """What dpkg knows of."""
    return image.files()["/var/lib/dpkg/status"].read_text()


def differences(one: Image, other: Image) -> list[str]:
    """Places whose files differ, so that a failure says where to look."""
    ours, theirs = one.files(), other.files()
    found = set(ours) ^ set(theirs)
    for place in set(ours) & set(theirs):
        a, b = ours[place], theirs[place]
        before, after = a.lstat(), b.lstat()
        if (before.st_mode, before.st_mtime) != (after.st_mode, after.st_mtime) or (
            a.is_file() and not a.is_symlink() and a != b and a.read_bytes() != b.read_bytes()
        ):
            found.add(place)
    return sorted(found)
