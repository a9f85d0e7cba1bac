"""Files of NAME=value lines, as Docker Compose and systemd read them. Pure."""

from __future__ import annotations

import re

NAME = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=")
SINGLE = re.compile(r"'([^']*)'")
DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
AFTER = re.compile(r"[ \t\r]*(?:$|[ \t]#.*$)", re.MULTILINE)
COMMENT = re.compile(r"[ \t]#.*$")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$", "`": "`", "\n": ""}


class BadLine(ValueError):
    """A line that is none; says the line's number and what is wrong, and no value."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")


def parse(text: str) -> dict[str, str]:
    """The variables of a file, the last of a name; raises `BadLine`.

    Empty lines and those that begin with `#` or `;` are skipped, a leading `export` too. A value
    in single quotes is what they hold, in double quotes with the usual escapes; either may go
    over several lines. Any other value ends with its line, or where a `#` follows a space.
    Nothing is expanded.
    """
    found: dict[str, str] = {}
    line = 1
    rest = text.removeprefix("\ufeff")
    while rest:
        begun, _, after = rest.partition("\n")
        if not begun.strip() or begun.lstrip()[0] in "#;":
            line, rest = line + 1, after
            continue
        name, value, after = _assignment(rest.lstrip(" \t"), line)
        if "\0" in value:
            raise BadLine(line, f"{name} holds a NUL, which no variable can")
        found[name] = value
        line += rest.count("\n", 0, len(rest) - len(after))
        rest = after
    return found


def _assignment(text: str, line: int) -> tuple[str, str, str]:
    """Name, value, and what follows their line."""
    begun = NAME.match(text)
    if begun is None:
        raise BadLine(line, "is not NAME=value")
    plain, _, after = text[begun.end() :].partition("\n")
    rest = text[begun.end() :].lstrip(" \t")
    if rest[:1] in ("'", '"'):
        quoted = (SINGLE if rest[0] == "'" else DOUBLE).match(rest)
        if quoted is None:
            raise BadLine(line, f"the quote of {begun[1]} is never closed")
        value = quoted[1] if rest[0] == "'" else ESCAPE.sub(_unescaped, quoted[1])
        end = AFTER.match(rest, quoted.end())
        if end is None:
            raise BadLine(line, f"something follows the closing quote of {begun[1]}")
        return begun[1], value, rest[end.end() + 1 :]
    return begun[1], COMMENT.sub("", plain).strip(), after


def _unescaped(found: re.Match[str]) -> str:
    return ESCAPES.get(found[1], found[0])
