"""What a model is shown of the site: lines, names, and changes, each within limits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from services.messages import BuildError, Diff, GitState
from services.site.containment import is_private

LETTERS = 60_000
"""What one answer of a tool may have."""

WIDEST = 2000
"""Letters of a line that are shown."""

NAMES = 500


def numbered(text: str, first: int, count: int) -> str:
    """Lines of a text with their numbers, and what is left out."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        return "(The file is empty.)"
    if first > len(lines):
        return f"(The file has only {len(lines)} lines.)"
    shown: list[str] = []
    room = LETTERS
    for number, line in enumerate(lines[first - 1 : first - 1 + count], first):
        shown.append(f"{number:6}\t{shortened(line, WIDEST)}")
        room -= len(shown[-1]) + 1
        if room < 0:
            break
    last = first - 1 + len(shown)
    if last < len(lines):
        shown.append(f"(That is up to line {last} of {len(lines)}: read on from {last + 1}.)")
    return "\n".join(shown)


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most} letters more)"


def inside(names: Sequence[str], folder: str) -> list[str]:
    """Those of a folder, or the one that is named itself."""
    if folder == ".":
        return list(names)
    return [name for name in names if name == folder or name.startswith(f"{folder}/")]


def named(names: Sequence[str], pattern: str, more: bool) -> str:
    """The names that fit, by the whole path or by the last part of it."""
    wanted = pattern.removeprefix("./").replace("**/", "*")
    fitting = [
        name
        for name in names
        if fnmatchcase(name, wanted) or fnmatchcase(name.rpartition("/")[2], wanted)
    ]
    shown = fitting[:NAMES]
    if more or len(fitting) > NAMES:
        shown.append("(There are more: list one folder at a time.)")
    return "\n".join(shown) or "(There is none.)"


def state(git: GitState) -> str:
    changed = {
        "new": (*git.added, *git.untracked),
        "changed": git.modified,
        "deleted": git.deleted,
    }
    lines = [f"{kind}: {path}" for kind, paths in changed.items() for path in paths]
    return "\n".join(lines[:NAMES]) or "(Nothing has changed since the last commit.)"


def difference(diff: Diff) -> str:
    """The patches, without those of files that the agent may not see."""
    seen = [file for file in diff.files if not (_private(file.path) or _private(file.old_path))]
    text = shortened("".join(file.patch for file in seen), LETTERS)
    if diff.truncated:
        text += "\n(Some of it is left out.)"
    return text or "(Nothing has changed since the last commit.)"


def _private(path: str | None) -> bool:
    return path is not None and any(map(is_private, path.split("/")))


def wrong(errors: Sequence[BuildError]) -> str:
    if not errors:
        return "(No error is known.)"
    return shortened("\n\n".join(f"{each}\n{each.frame}".rstrip() for each in errors), LETTERS)
