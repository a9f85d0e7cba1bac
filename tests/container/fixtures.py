"""The images for the tests, built once a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.container.base import Storage, kept
from tests.container.image import Image, build
from tests.container.leftovers import remove_leftovers
from tests.whole.daemon import Daemon

PROGRAMS = ("buildah", "crun", "debootstrap", "ip", "nsenter", "tini", "unshare")


@pytest.fixture(scope="session")
def storage(require: Callable[[str], Path]) -> Storage:
    """Where images are made, by root: there are file systems to mount and users to be."""
    for program in PROGRAMS:
        require(program)
    assert os.geteuid() == 0, "cannot run containers: run these tests as root"
    remove_leftovers()
    return Storage(kept())


@pytest.fixture(scope="session")
def slim(storage: Storage) -> Image:
    """The image without the Claude Code CLI."""
    return build(storage, "slim")


@pytest.fixture(scope="session")
def full(storage: Storage) -> Image:
    """The image with the Claude Code CLI, the Dockerfile's default."""
    return build(storage, "full")


@pytest.fixture(scope="session")
def dependencies(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with what the starter site needs, for `Container(cache=...)`.

    A daemon on this machine installs it, since containers reach no registry.
    """
    with Daemon(tmp_path_factory.mktemp("dependencies"), cache) as daemon:
        daemon.init()
        daemon.shown("</html>")
        daemon.end()
    return cache
