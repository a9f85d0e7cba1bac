"""Carries out the calls of tools, within the worktree and as the host allows."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, TypeVarTuple, Unpack

import trio

from services.agent import files
from services.agent.backend import Host
from services.agent.bedrock import looking
from services.agent.bedrock.messages import Call, Result
from services.agent.bedrock.searching import search
from services.agent.bedrock.tools import (
    Delete,
    Edit,
    GitDiff,
    GitStatus,
    Input,
    List,
    PreviewErrors,
    Read,
    Search,
    Write,
    Wrong,
    asked,
)
from services.messages import FileChanged, Mode, ToolFinished, ToolStarted
from services.site.containment import Outside, relative
from services.site.opening import Unreadable
from supervisor.desk import Refused

MOST_FILES = 5000
MOST_TEXT = 16 * 1024 * 1024
"""Letters that a search looks at."""

_ABOUT = {
    "git_status": "changed files",
    "git_diff": "changes",
    "preview_errors": "errors of the pages",
}

_SOME = "(The site is large: not all of it was searched. Search one folder at a time.)"

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Change = tuple[str, Literal["added", "modified", "deleted"]]


@dataclass(frozen=True)
class Toolbox:
    """The tools of one turn."""

    root: Path
    mode: Mode
    host: Host

    async def use(self, call: Call) -> Result:
        """Carry out a call and tell the host; what fails is a result that says why.

        Cancelled, a file is as it was or as it was to be.
        """
        summary, text, change, ok = _subject(call), "", None, True
        await self.host.emit(ToolStarted(call.tool, summary, call.id))
        try:
            text, change = await self._done(asked(call, self.mode), call, summary)
        except (Wrong, Outside, Unreadable, Refused) as error:
            text, ok = str(error), False
        except OSError as error:
            text, ok = _system(error, summary), False
        said = summary if ok else looking.shortened(text.partition("\n")[0], 200)
        await self.host.emit(ToolFinished(call.tool, ok, said, call.id))
        if change is not None:
            await self.host.emit(FileChanged(*change))
        return Result(call.id, text, ok)

    async def _done(self, input: Input, call: Call, summary: str) -> tuple[str, Change | None]:
        path = ""
        if isinstance(input, Read | Write | Edit | Delete | List | Search):
            path = await _looked(relative, self.root, input.path)
        decision = await self.host.ask(call.tool, summary)
        if not decision.allowed:
            raise Wrong(f"You may not do this. {decision.reason}".rstrip())
        match input:
            case Write() | Edit() | Delete():
                return await trio.to_thread.run_sync(_change, self.root, path, input)
            case Read() | List():
                return await _looked(_look, self.root, path, input), None
            case Search():
                texts, all_of_them = await _looked(_texts, self.root, path)
                found = await search(texts, input.pattern, input.ignore_case)
                return found if all_of_them else f"{found}\n{_SOME}", None
            case GitStatus():
                return looking.state(await self.host.git_state()), None
            case GitDiff():
                return looking.difference(await self.host.git_diff()), None
            case PreviewErrors():
                return looking.wrong(await self.host.preview_errors()), None


async def _looked(ask: Callable[[Unpack[Ts]], T], *args: *Ts) -> T:
    """What the disk says; cancelling does not wait for it, since it changes nothing."""
    return await trio.to_thread.run_sync(ask, *args, abandon_on_cancel=True)


def _look(root: Path, path: str, input: Read | List) -> str:
    if isinstance(input, Read):
        return looking.numbered(files.read(root, path), input.line, input.lines)
    names, more = files.listed(root, MOST_FILES)
    return looking.named(looking.inside(names, path), input.pattern, more)


def _texts(root: Path, path: str) -> tuple[list[tuple[str, str]], bool]:
    """The texts of a folder with their paths, and whether these are all."""
    found: list[tuple[str, str]] = []
    room = MOST_TEXT
    names, more = files.listed(root, MOST_FILES)
    for name in looking.inside(names, path):
        try:
            text = files.read(root, name)
        except (Unreadable, Outside, OSError):
            continue  # a picture, or what has just gone
        room -= len(text)
        if room < 0:
            return found, False
        found.append((name, text))
    return found, not more


def _change(root: Path, path: str, input: Write | Edit | Delete) -> tuple[str, Change | None]:
    if isinstance(input, Delete):
        files.delete(root, path)
        return f"Deleted {path}.", (path, "deleted")
    if isinstance(input, Edit):
        before = files.read(root, path)
        text, count = replaced(before, input)
        if text == before:
            return "That changes nothing: the old and the new text are the same.", None
        files.write(root, path, text)
        return f"Replaced it {count} times in {path}.", (path, "modified")
    _sized(len(input.text.encode()))
    return f"Wrote {path}.", (path, files.write(root, path, input.text))


def replaced(text: str, edit: Edit) -> tuple[str, int]:
    """The text after an edit, and how often it replaced something. Raises `Wrong`."""
    old, new = edit.old.replace("\r\n", "\n"), edit.new.replace("\r\n", "\n")
    count = text.count(old)
    if count == 0:
        hint = "Read the file, and copy it exactly, with its spaces and without line numbers."
        raise Wrong(f"The old text does not stand in the file. {hint}")
    if count > 1 and not edit.all:
        hint = "Give more of the text around it, or set `all`."
        raise Wrong(f"The old text stands {count} times in the file. {hint}")
    # Before it is made: it may be a thousand times as long as what was read and what was asked.
    _sized(len(text.encode()) + count * (len(new.encode()) - len(old.encode())))
    return text.replace(old, new), count


def _sized(size: int) -> None:
    """Raises `Wrong` for more bytes than a file may have."""
    if size > files.LARGEST:
        raise Wrong("The text is too long for one file: write smaller files.")


def _subject(call: Call) -> str:
    """What a call is about, in a few words."""
    for key in ("pattern", "path") if call.tool == "search" else ("path",):
        if isinstance(value := call.input.get(key), str) and value:
            return looking.shortened(" ".join(value.split()), 120)
    return _ABOUT.get(call.tool, "the site")


def _system(error: OSError, path: str) -> str:
    if error.errno == errno.ENOENT:
        return f"There is no file {path}. List the files to see what there is."
    if error.errno == errno.EISDIR or isinstance(error, IsADirectoryError):
        return f"{path} is a folder. Name a file, or list what is in it."
    reason = os.strerror(error.errno) if error.errno else str(error)
    return f"The system refused {path}: {reason}."
