"""The repository that every workspace is cloned from, and somebody else who works on it."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.chaos.model import Point
from tests.chaos.reading import Objects, git, references

OWN = "main/"  # what nobody but the somebody else edits


class Remote:
    """A bare repository with `size` pages."""

    def __init__(self, place: Path, rng: Random, size: int) -> None:
        self.place = place
        self.size = size
        self._rng = rng
        self._commits = 0
        place.mkdir()
        git(place, "init", "--quiet", "--bare", "--initial-branch=main")
        pages = {f"pages/{number}.md": self._text() for number in range(size)}
        self._objects = Objects(place)
        self.main = self._import({**pages, f"{OWN}0.md": self._text()})

    def close(self) -> None:
        self._objects.close()

    @property
    def url(self) -> str:
        return f"file://{self.place}"

    def unlock(self) -> None:
        """In a remote that is a path a killed push leaves its lock; others outlive who pushes."""
        for lock in (self.place / "refs").rglob("*.lock"):
            lock.unlink()

    def references(self) -> dict[str, str]:
        """What each branch is at."""
        start = "refs/heads/"
        return {name.removeprefix(start): it for name, it in references(self.place).items()}

    def contains(self, head: str, ancestor: str) -> bool:
        return self._objects.contains(head, ancestor)

    def point(self, name: str) -> Point:
        return self._objects.point(name)

    def advance(self) -> None:
        """Somebody else pushes a commit to the main branch."""
        self.main = self._import({f"{OWN}{self._rng.randrange(5)}.md": self._text()})

    def _import(self, contents: dict[str, bytes]) -> Point:
        self._commits += 1
        lines = [
            b"commit refs/heads/main",
            b"committer Ann <ann@example.com> %d +0000" % (1_700_000_000 + self._commits),
            b"data 6\nchange",
            *([b"from refs/heads/main^0"] if self._commits > 1 else []),
            *(
                b"M 100644 inline %s\ndata %d\n%s" % (path.encode(), len(content), content)
                for path, content in contents.items()
            ),
            b"done\n",
        ]
        git(self.place, "fast-import", "--quiet", "--done", data=b"\n".join(lines))
        return self._objects.point(self.references()["main"])

    def _text(self) -> bytes:
        return b"".join(b"%064x\n" % self._rng.getrandbits(256) for _ in range(20))
