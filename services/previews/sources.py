"""What a preview serves, and how its server is told so. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.messages import ThreadKey
from supervisor.desk import Refused


@dataclass(frozen=True, slots=True)
class Source:
    """A thread's site as it is in its worktree, or what was built of it.

    `site` is the folder of the site in the worktree as its project names it, empty where it is
    to be looked for. `output` is where the files are that were built at `built`, in Unix seconds.
    """

    key: ThreadKey
    worktree: Path
    site: str = ""
    output: Path | None = None
    built: float | None = None

    @property
    def id(self) -> str:
        """Of its preview."""
        return self.key.preview_id if self.built is None else self.key.built_id


def identity(source: Source, port: int) -> dict[str, str]:
    """Parameters by which a later life of the service knows what it started."""
    key = source.key
    return {
        "client": key.client,
        "user": key.user,
        "thread": key.thread,
        "worktree": str(source.worktree),
        "site": source.site,
        "port": str(port),
        **({"output": str(source.output), "built": str(source.built)} if source.output else {}),
    }


def recognize(parameters: Mapping[str, str]) -> tuple[Source, int] | None:
    """What is served there, and at which port; None for what somebody else started."""
    try:
        key = ThreadKey(parameters["client"], parameters["user"], parameters["thread"])
        source = Source(key, Path(parameters["worktree"]), parameters["site"])
        if "output" in parameters:
            output, built = Path(parameters["output"]), float(parameters["built"])
            source = Source(key, source.worktree, source.site, output, built)
        return source, int(parameters["port"])
    except (KeyError, ValueError, Refused):
        return None


def serving(
    source: Source, site: Path, reads: Sequence[Path], *, port: int, cache: Path
) -> dict[str, str]:
    """What a server is started with, besides the programs.

    `site` is the folder of the site, `reads` are those outside of it that it may read: the first
    holds its dependencies.
    """
    words = (
        ("dev", site, port, cache, *reads)
        if source.output is None
        else ("preview", site, port, source.output, cache, *reads)
    )
    return {
        **identity(source, port),
        **_running(words, site, reads),
        "mode": "development" if source.output is None else "production",
    }


def building(site: Path, reads: Sequence[Path], *, output: Path, cache: Path) -> dict[str, str]:
    """What a build is started with, besides the programs."""
    return _running(("build", site, output, cache, *reads), site, reads)


def _running(words: Sequence[object], site: Path, reads: Sequence[Path]) -> dict[str, str]:
    """The runner's arguments, and where it runs; by `modules` it is known who needs which."""
    return {
        "arguments": msgspec.json.encode([str(word) for word in words]).decode(),
        "root": str(site),
        "modules": str(reads[0]),
    }
