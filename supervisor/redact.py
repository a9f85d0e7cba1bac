"""What must not be read in any log is hidden: the values of secrets, and what patterns match."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from threading import Lock
from urllib.parse import quote, quote_plus

HIDDEN = "[redacted]"
# A shorter value is no secret: to hide each "1" would spoil the log and tell the value.
SHORTEST = 4
# What can match in a line of its own, but not in the midst of others.
_OF_ONE_LINE = re.compile(r"\(\?[<=!>]|[*+?}]\+|\\[AZ]")


def problem(pattern: str) -> str | None:
    """Why this is no pattern of what to hide, or None."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:  # too many, or too deep
        return f"{pattern!r} is not a regular expression: {error}"
    if compiled.search(""):
        return f"{pattern!r} matches nothing at all, and so everywhere: let it match some character"
    return None


def forms(value: str) -> set[str]:
    """How a value may stand in a log: as it is, or as a string of JSON, Python, a shell or a URL.

    Of a value of several lines each is hidden by itself.
    """
    if len(value.strip()) < SHORTEST:
        return set()
    found = {value, value.strip(), repr(value)[1:-1], value.replace("'", "'\\''")}
    found.add(value.replace("'", "'\"'\"'"))
    raw = _bytes(value)
    found |= {quote(raw, ""), quote(raw), quote_plus(raw)}
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        found |= {once, json.dumps(once, ensure_ascii=ascii_only)[1:-1]}
    lines = value.split("\n")
    if len(lines) > 1:
        found = {form for form in found if "\n" not in form}
        found |= {form for line in lines for form in forms(line)}
    return found


class Redactor:
    """A filter of lines. Secrets may be added at any time, and none is told again once it was one.

    A pattern sees one line, and in a line of more than 1 MiB what comes between two such borders;
    a secret is hidden wherever it stands.
    """

    def __init__(self, secrets: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._hiding = Lock()
        self._secrets: list[bytes] = []
        self.hide(secrets)
        self.match(patterns)

    def match(self, patterns: Iterable[str]) -> None:
        """Hide what matches these and no others; they have no `problem`."""
        self._patterns = [re.compile(pattern, re.MULTILINE) for pattern in patterns]

    def hide(self, secrets: Iterable[str]) -> None:
        """Hide these values too; for any thread."""
        with self._hiding:
            self._known |= {form for value in secrets for form in forms(value)}
            self._secrets = sorted(_bytes(form) for form in self._known)

    @property
    def active(self) -> bool:
        return bool(self._secrets or self._patterns)

    @property
    def whole_lines(self) -> bool:
        return bool(self._patterns)

    def text(self, text: str) -> str:
        """The same for a text, in which half a surrogate pair is written as what it is."""
        if not self.active:
            return text
        return self(text.encode("utf-8", "backslashreplace")).decode()

    def __call__(self, lines: bytes) -> bytes:
        if not any(secret in lines for secret in self._secrets) and not self._matches(lines):
            return lines
        hidden: list[bytes] = []
        end = 0
        for first, last in sorted(self._spans(lines)):
            if first >= end:
                hidden += [lines[end:first], HIDDEN.encode()]
            end = max(end, last)
        return b"".join(hidden) + lines[end:]

    def safe(self, begun: bytes) -> int:
        """Up to where a secret might have begun, or stands across the border."""
        border = len(begun)
        for secret in self._secrets:
            for size in range(min(len(secret) - 1, len(begun)), 0, -1):
                if begun.endswith(secret[:size]):
                    border = min(border, len(begun) - size)
                    break
        spans = [(first, last) for secret in self._secrets for first, last in _all(secret, begun)]
        for first, last in sorted(spans, reverse=True):
            if first < border < last:
                border = first
        return border

    def _matches(self, lines: bytes) -> bool:
        """Whether a pattern may match: seen at once for all lines, where that is the same."""
        if not self._patterns:
            return False
        text = lines.removesuffix(b"\r").decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        return any(
            _OF_ONE_LINE.search(pattern.pattern) or pattern.search(text)
            for pattern in self._patterns
        )

    def _spans(self, lines: bytes) -> Iterator[tuple[int, int]]:
        for secret in self._secrets:
            yield from _all(secret, lines)
        at = 0
        for line in lines.split(b"\n") if self._patterns else ():
            text = line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
            for pattern in self._patterns:
                for match in pattern.finditer(text):
                    first = at + len(_bytes(text[: match.start()]))
                    if match[0]:
                        yield first, first + len(_bytes(match[0]))
            at += len(line) + 1


def _all(secret: bytes, lines: bytes) -> Iterator[tuple[int, int]]:
    """Where it stands, also where it overlaps itself."""
    at = lines.find(secret)
    while at >= 0:
        yield at, at + len(secret)
        at = lines.find(secret, at + 1)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
