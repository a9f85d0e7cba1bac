"""A container of an image, run by crun in namespaces of its own; nothing of it stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from signal import SIGKILL, SIGTERM

from tests.container import link
from tests.container.bundle import TINI, Mount, specification
from tests.container.image import FIRST_ID, Image
from tests.container.leftovers import bundle_folder
from tests.container.processes import Process, living_in, namespace_of
from tests.whole.api import Product, until

TOKEN = "a-token-for-tests"

# In a mount namespace of its own: the root file system is the image's layers with a fresh one on
# top, and each mount has a path that the users of the container can search. crun refuses to
# start where the old and the new cgroups are both mounted.
RUN = """
umount /sys/fs/cgroup/unified 2>/dev/null || true
layers="lowerdir=$LOWER,upperdir=$BUNDLE/upper,workdir=$BUNDLE/work"
mount -t overlay overlay -o "$layers" "$BUNDLE/root"
for source in $BUNDLE/sources/*; do
    if [ -L "$source.of" ]; then mount --rbind "$(readlink "$source.of")" "$source"; fi
done
exec crun --root="$BUNDLE/state" --cgroup-manager=disabled "$@"
"""


class Container(Product):
    """`docker run` of an image, its own USER, ENTRYPOINT, ENV and volumes; a context manager.

    `volume` is a folder for /workspace; its files should be of the user who runs (`own`). Without
    it there is an anonymous volume, as Docker makes one for each VOLUME of the image, with the
    owner and the mode that the folder has in the image; `anonymous=False` leaves all of these out.
    `tmp` is "disk" (such a volume, as on Fargate), "memory", or a folder; with "disk", `cache` is
    what a daemon has installed in its NURSERYD_CACHE (fixture `dependencies`), of which the
    container gets a copy. `environment` comes on top of the image's.
    """

    astro_port = 4321

    def __init__(
        self,
        image: Image,
        *,
        command: tuple[str, ...] | None = None,
        environment: dict[str, str] | None = None,
        uid: str | None = None,
        readonly: bool = True,
        init: bool = False,
        volume: Path | None = None,
        tmp: Path | str = "disk",
        cache: Path | None = None,
        anonymous: bool = True,
        mounts: tuple[Mount, ...] = (),
        network: bool = True,
    ) -> None:
        self.image = image
        self.api_port, self.hmr_port = 8080, 4322
        variables = {"NURSERYD_TOKEN": TOKEN} if environment is None else environment
        self.token = variables.get("NURSERYD_TOKEN", TOKEN)
        prefix = link.prefix()
        self.host = f"{prefix}.1"  # this machine, as the container sees it
        self.address = f"{prefix}.2"
        self.process: subprocess.Popen[bytes] | None = None
        self._bundle = bundle_folder()
        self._kept = {"/workspace": volume, "/tmp": tmp if isinstance(tmp, Path) else None}
        self._mounts = mounts
        self._anonymous = anonymous
        self._cache = cache
        self._init = init
        self._memory = ("/tmp",) if tmp == "memory" else ()
        self._options = {
            "command": command,
            "environment": variables,
            "uid": uid,
            "readonly": readonly,
            "init": init,
            "hook": (sys.executable, link.__file__, prefix) if network else None,
        }

    def __enter__(self) -> Container:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            if self.process is not None and self.process.poll() is None:
                # PID 1 takes everything along; where there is none yet, crun itself goes.
                with suppress(ProcessLookupError):  # it has just gone by itself
                    os.kill(self.pid or self.process.pid, SIGKILL)
                self.process.wait(30)
        finally:
            shutil.rmtree(self._bundle)

    def start(self) -> None:
        """Start it, without waiting for anything."""
        self._bundle.chmod(0o711)
        for name in ("root", "upper", "work", "state", "sources"):
            (self._bundle / name).mkdir(mode=0o755)
        os.chown(self._bundle / "upper", FIRST_ID, FIRST_ID)
        mounts = tuple(self._searchable(mount) for mount in (*self._volumes(), *self._mounts))
        told = specification(self.image, mounts=mounts, memory=self._memory, **self._options)
        (self._bundle / "config.json").write_text(json.dumps(told))
        with (self._bundle / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._crun("run", f"--bundle={self._bundle}", f"--pid-file={self._pid_file}", "it"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
            )

    @property
    def _pid_file(self) -> Path:
        return self._bundle / "pid"

    def _crun(self, *words: str) -> list[str]:
        return ["unshare", "--mount", "sh", "-euc", RUN, "sh", *words]

    def _environment(self) -> dict[str, str]:
        lower = ":".join(str(layer) for layer in reversed(self.image.layers))
        return {**os.environ, "LOWER": lower, "BUNDLE": str(self._bundle)}

    def _volumes(self) -> list[Mount]:
        """What is mounted where the image has a VOLUME, and tini where it is asked for."""
        found = [Mount(Path("/usr/bin/tini-static"), TINI, readonly=True)] if self._init else []
        for place in self.image.config["Volumes"]:
            source = self._kept.get(place)
            if source is None and self._anonymous and place not in self._memory:
                source = self._bundle / f"volume{place.replace('/', '-')}"
                source.mkdir()
                like = self.in_image(place).stat()
                os.chown(source, like.st_uid, like.st_gid)
                source.chmod(like.st_mode & 0o7777)
                if place == "/tmp" and self._cache is not None:
                    self._seed(self._cache, source / "nurseryd")
            if source is not None:
                found.append(Mount(source, place))
        return found

    def _seed(self, cache: Path, target: Path) -> None:
        user = self._options["uid"] or self.image.config["User"]
        target.mkdir()
        words = ("cp", "--archive", "--reflink=auto", str(cache / "modules"), str(target))
        subprocess.run(words, check=True)
        own(target, *(int(number) for number in user.split(":")))

    def in_image(self, place: str) -> Path:
        """Where the image has a file or a folder: in the highest layer that knows it."""
        for layer in reversed(self.image.layers):
            path = layer / place.lstrip("/")
            if path.exists():
                return path
        raise FileNotFoundError(place)

    def _searchable(self, mount: Mount) -> Mount:
        """The same mount by a path in the bundle, whatever the folders above its source allow."""
        sources = self._bundle / "sources"
        source = sources / str(len(list(sources.iterdir())))
        source.mkdir() if mount.source.is_dir() else source.touch()
        source.with_name(f"{source.name}.of").symlink_to(mount.source.resolve())
        return replace(mount, source=source)

    # While it runs.

    @property
    def log(self) -> str:
        """All that it has said."""
        return (self._bundle / "log").read_text(errors="replace")

    @property
    def pid(self) -> int | None:
        """Of its PID 1, as this machine counts; None before there is one."""
        try:
            return int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    @cached_property
    def _namespace(self) -> str:
        """The PID namespace that it has, or had."""
        return namespace_of(until("PID 1", lambda: self.pid, 10))

    def exec(self, *words: str, uid: str | None = None) -> subprocess.CompletedProcess[str]:
        """`docker exec` as its user, or as another."""
        user = uid or self._options["uid"] or self.image.config["User"]
        told = self.image.environment | (self._options["environment"] or {})
        env = [f"--env={name}={value}" for name, value in told.items()]
        state = f"--root={self._bundle}/state"
        return subprocess.run(
            [
                "crun",
                state,
                "--cgroup-manager=disabled",
                "exec",
                f"--user={user}",
                *env,
                "it",
                *words,
            ],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )

    def health(self) -> bool:
        """What the image's HEALTHCHECK says, as Docker asks it."""
        kind, *words = self.image.config["Healthcheck"]["Test"]
        assert kind == "CMD"
        return self.exec(*words).returncode == 0

    def healthy(self, seconds: float = 30.0) -> None:
        """Wait until its health check passes; fail at once when it has ended."""
        until("a healthy container", lambda: self._lives() and self.health(), seconds)

    def ready(self, seconds: float = 30.0) -> None:
        """Wait until it is ready for a load balancer; fail at once when it has ended."""

        def look() -> bool:
            try:
                return self._lives() and self.get("/health/ready")[0] == 200
            except (OSError, ValueError):  # nobody listens yet, or who does has just gone
                return False

        until("a ready container", look, seconds)

    def _lives(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log[-4000:]
        return self.pid is not None

    def signal(self, signum: int) -> None:
        """To PID 1, as `docker kill` and ECS send it."""
        pid = until("PID 1", lambda: self.pid, 10)
        assert self._namespace  # looked at while there is one
        os.kill(pid, signum)

    def wait(self, seconds: float = 30.0) -> int:
        """Wait for the end; the exit code, 128+n after a signal."""
        assert self.process is not None
        return self.process.wait(seconds)

    def end(self, signum: int = SIGTERM, seconds: float = 30.0) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.signal(signum)
        return self.wait(seconds)

    def processes(self) -> list[Process]:
        """All that live in it."""
        return living_in(self._namespace)


def own(folder: Path, uid: int = 1000, gid: int = 1000) -> Path:
    """Give a folder and what is in it to a user of a container; the folder."""
    for path in (folder, *folder.rglob("*")):
        os.lchown(path, FIRST_ID + uid, FIRST_ID + gid)
    return folder
