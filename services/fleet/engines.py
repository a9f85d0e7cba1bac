"""Docker, Podman or buildah: whichever has an image brings it to a registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.desk import Refused

ENGINES = ("docker", "podman", "buildah")
LOOK = 60.0  # seconds for an engine to say whether it has an image


@dataclass(frozen=True)
class Local:
    """An image as one engine has it."""

    engine: str
    name: str
    labels: dict[str, str]


def find(image: str, engine: str | None = None) -> Local:
    """Look for an image in each engine that is here, or in one. Raises `Refused`."""
    asked = [engine] if engine else [one for one in ENGINES if shutil.which(one)]
    if not asked:
        raise Refused("cannot push: install docker, podman or buildah")
    for one in asked:
        labels = _labels(one, image)
        if labels is not None:
            return Local(one, image, labels)
    raise Refused(
        f"cannot push {image}: {' and '.join(asked)} {'have' if len(asked) > 1 else 'has'} no such"
        " image; build it with 'make image'"
    )


def push(local: Local, host: str, credentials: str, destination: str) -> None:
    """Bring an image to `destination`, a full name with a tag, at the registry `host`.

    `credentials` are what Basic authorization has. They are in a file that only this user can read
    and that is gone afterwards; in no argument, no variable, and not in the engine's own file.
    Waits as long as it takes; what the engine says goes where ours does. Raises `Refused`.
    """
    with _login(host, credentials) as folder:
        for words in _words(local, folder, destination):
            _run(local.engine, words)


def _words(local: Local, folder: Path, destination: str) -> list[list[str]]:
    """What the engine is told."""
    if local.engine == "docker":
        # A folder of settings of our own hides which daemon the user's own has chosen.
        context = ["--config", str(folder), *_host()]
        return [["tag", local.name, destination], [*context, "push", destination]]
    file = str(folder / "config.json")
    return [["push", "--authfile", file, local.name, f"docker://{destination}"]]


def _host() -> list[str]:
    if os.environ.get("DOCKER_HOST"):
        return []
    told = _ask("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])
    return ["--host", told.strip()] if told and told.strip() else []


def _labels(engine: str, image: str) -> dict[str, str] | None:
    """An image's labels; None where the engine has none of this name, or does not work."""
    ours = engine == "buildah"
    told = _ask(engine, ["inspect", "--type=image", image] if ours else ["image", "inspect", image])
    if told is None:
        return None
    answer: Any = json.loads(told)
    config: Mapping[str, Any] = answer["OCIv1"]["config"] if ours else answer[0]["Config"]
    return dict(config.get("Labels") or {})


def _ask(engine: str, words: Sequence[str]) -> str | None:
    try:
        done = subprocess.run(
            [engine, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LOOK
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _run(engine: str, words: Sequence[str]) -> None:
    try:
        done = subprocess.run([engine, *words], stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Refused(f"cannot run {engine}: {error}") from error
    if done.returncode != 0:
        raise Refused(f"cannot push: {engine} ended with {done.returncode}, and says why above")


@contextmanager
def _login(host: str, credentials: str) -> Generator[Path]:
    """A folder of the form of ~/.docker with one registry's login."""
    with tempfile.TemporaryDirectory(prefix="nurseryd-push-") as name:
        folder = Path(name)  # made with mode 0700
        file = folder / "config.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({"auths": {host: {"auth": credentials}}}))
        yield folder
