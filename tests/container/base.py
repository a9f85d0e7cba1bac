"""buildah with a storage of its own, and in it the Dockerfile's base, made by debootstrap.

No registry is asked, and no image of the machine's user is touched.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The name that the Dockerfile uses.
BASE = "debian:trixie-slim"

# As Debian's slim images are: no manuals and no translations, now or in what is installed later.
EXCLUDED = """\
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
"""
RECIPE = f"""
debootstrap --variant=minbase --include=ca-certificates trixie "$1" >"$2" 2>&1 || {{
    tail -n 20 "$2" >&2
    exit 1
}}
cd "$1"
echo '{EXCLUDED}' >etc/dpkg/dpkg.cfg.d/docker
find usr/share/doc -type f ! -name copyright -delete
rm -rf usr/share/info/* usr/share/locale/* usr/share/man/*
rm -rf var/cache/apt/* var/lib/apt/lists/* var/log/* etc/hostname etc/resolv.conf
"""


def kept() -> Path:
    """Where things are kept between runs: NURSERYD_TESTS_CACHE, or the user's cache."""
    folder = os.environ.get("NURSERYD_TESTS_CACHE")
    return Path(folder) if folder else Path.home() / ".cache" / "nurseryd"


class Storage:
    """buildah and its images, in a folder that is named by the recipe of the base."""

    def __init__(self, folder: Path) -> None:
        recipe = hashlib.sha256(RECIPE.encode()).hexdigest()[:12]
        self.folder = folder / f"containers-{recipe}"
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "storage.conf"
        folders = {"graphroot": "storage", "runroot": "run"}
        paths = "".join(f'{key} = "{self.folder / name}"\n' for key, name in folders.items())
        settings.write_text(f'[storage]\ndriver = "overlay"\n{paths}')
        self.environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(settings)}

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """What a program prints that uses this storage; its complaints are in the error."""
        done = subprocess.run(
            command, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            told = f"{done.stdout}{done.stderr}"[-6000:]
            raise AssertionError(f"{' '.join(command)} exited with {done.returncode}:\n{told}")
        return done.stdout.strip()

    def buildah(self, *words: str) -> str:
        """What buildah prints."""
        return self.run("buildah", *words)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time, so that a second one finds what the first has made."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def ensure_base(self) -> None:
        """Make the base image unless it is there; half a minute, once.

        Nobody else builds meanwhile: what is in the midst of a build was killed there.
        """
        if self.buildah("containers", "--quiet"):
            self.buildah("rm", "--all")
        if self.buildah("images", "--quiet", "--filter", f"reference={BASE}"):
            return
        container = self.buildah("from", "scratch")
        try:
            mounted = self.buildah("mount", container)
            log = self.folder / "debootstrap.log"
            subprocess.run(["sh", "-euc", RECIPE, "sh", mounted, str(log)], check=True)
            self.buildah("config", "--cmd=bash", container)
            self.buildah("commit", container, BASE)
        finally:
            self.buildah("rm", container)

    def take_base(self, other: Storage, file: Path) -> None:
        """Have the same base image as another storage, by way of a file that is not there yet."""
        other.buildah("push", BASE, f"docker-archive:{file}:{BASE}")
        self.buildah("pull", f"docker-archive:{file}")

    def remove(self) -> None:
        """With all images; a buildah that was killed has left the folder of its layers mounted."""
        mounted = str(self.folder / "storage/overlay")
        subprocess.run(["umount", mounted], check=False, capture_output=True)
        shutil.rmtree(self.folder)
