"""What is remembered of a thread's conversation with Claude Code, in the backend's own folder.

The CLI keeps a transcript in a folder that is named after its working directory. Where a worktree
is mounted elsewhere than the last time, the transcript moves to where the CLI will look for it.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
from claude_agent_sdk import project_key_for_directory

VERSION = 1
LOST = (
    "What was said in this conversation before is lost to you; the files of the site are as they"
    " were left."
)


class Session(msgspec.Struct, frozen=True):
    """`id` is the CLI's, a UUID."""

    id: str
    version: int = VERSION


class Folder:
    """A thread's `store`; synchronous, and raises `OSError`."""

    def __init__(self, store: Path) -> None:
        self.home = store / "home"
        self.config = store / "config"
        self.temporary = store / "tmp"
        self._file = store / "session.json"
        self._projects = self.config / "projects"

    def open(self, root: Path, anew: bool = False) -> tuple[Session, bool, bool]:
        """The session for a turn in this folder, whether it is to be resumed, and whether one was
        lost. A new one is written down before it begins; not one that begins `anew` where another
        could be resumed.

        What a killed turn left as temporary goes.
        """
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        self.config.mkdir(parents=True, exist_ok=True)
        known, spoiled = self._read()
        if not anew and known is not None and self._settle(known.id, root):
            return known, True, False
        new = Session(str(uuid.uuid4()))
        if not anew:
            self.keep(new)
        return new, False, spoiled or known is not None

    def keep(self, session: Session) -> None:
        """Go on with it the next time. Whole or not at all."""
        draft = self._file.with_suffix(".new")
        with open(draft, "wb") as file:
            file.write(msgspec.json.encode(session))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)

    def _read(self) -> tuple[Session | None, bool]:
        """What is known, and whether something is that cannot be read."""
        try:
            session = msgspec.json.decode(self._file.read_bytes(), type=Session)
            uuid.UUID(session.id)
        except FileNotFoundError:
            return None, False
        except (ValueError, RecursionError):
            return None, True
        return (session, False) if session.version == VERSION else (None, True)

    def _settle(self, session: str, root: Path) -> bool:
        """Bring a transcript where the CLI looks for it; whether there is one."""
        there = self._projects / project_key_for_directory(root)
        if (there / f"{session}.jsonl").is_file():
            return True
        found = list(self._parts(session))
        if not any(path.suffix == ".jsonl" for path in found):
            return False
        there.mkdir(parents=True, exist_ok=True)
        # The transcript last: as long as it is not there, the move is made again.
        for path in sorted(found, key=lambda path: path.suffix == ".jsonl"):
            target = there / path.name
            if path == target:  # a move that was cut short brought it here
                continue
            if target.is_dir():
                shutil.rmtree(target)
            path.replace(target)
        return True

    def _parts(self, session: str) -> Iterator[Path]:
        """The transcript, and the folder of what was too long for it."""
        for name in (session, f"{session}.jsonl"):
            yield from self._projects.glob(f"*/{name}")
