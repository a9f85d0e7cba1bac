"""Which line says what: `tomllib` does not tell, and editors jump to it.

The text is TOML already, or so `tomllib` has found, and that keeps this short. What is inside an
inline table is on the line of the statement that holds it, or of its item in a list.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

from supervisor.config.path import Path

TOKEN = re.compile(
    r'''
    (?P<space>   [ \t\r]+ | \#[^\n]* )
  | (?P<newline> \n )
  | (?P<text>    """ (?: [^"\\] | \\. | "{1,2}(?!") )* "{3,5}
               | \'\'\' (?: [^'] | '{1,2}(?!') )* '{3,5}
               | " (?: [^"\\\n] | \\. )* "
               | ' [^'\n]* ' )
  | (?P<open>    [\[{] )
  | (?P<close>   [\]}] )
  | (?P<mark>    [=,.] )
  | (?P<word>    [^\s"'\[\]{}=,.\#]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)
Token = tuple[str, str, int]  # what it is, its text, its line


def lines(text: str) -> Mapping[Path, int]:
    """The line, from 1, of each header, of each key outside of inline tables, of each list item."""
    return _Scan(text).found


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            yield kind, match[0], line
        line += match[0].count("\n")
    yield "newline", "\n", line


class _Scan:
    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._items: dict[Path, int] = {}  # of each list of tables, the place of its last one
        self._table: Path = ()
        statement: list[Token] = []
        depth = 0
        for token in _tokens(text):
            depth += {"open": 1, "close": -1}.get(token[0], 0)
            if token[0] != "newline":
                statement.append(token)
            elif depth == 0:
                if statement:
                    self._statement(statement)
                statement = []

    def _statement(self, tokens: list[Token]) -> None:
        line = tokens[0][2]
        if tokens[0][0] == "open":
            self._header(tokens, line)
            return
        end = next(i for i, token in enumerate(tokens) if token[1] == "=" and token[0] == "mark")
        path = (*self._table, *_keys(tokens[:end]))
        self._note(path, line)
        if tokens[end + 1][1] == "[":
            self._list(path, tokens[end + 2 :])

    def _header(self, tokens: list[Token], line: int) -> None:
        is_item = tokens[1][0] == "open"
        keys = _keys(tokens)
        path: Path = ()
        for place, key in enumerate(keys, 1):
            path = (*path, key)
            if is_item and place == len(keys):
                self._items[path] = self._items.get(path, -1) + 1
                self.found.setdefault(path, line)
            if path in self._items:
                path = (*path, self._items[path])
        self._table = path
        self._note(path, line)

    def _note(self, path: Path, line: int) -> None:
        """A table is where it is first named, but for a header of its own."""
        for length in range(1, len(path)):
            self.found.setdefault(path[:length], line)
        self.found[path] = line

    def _list(self, path: Path, tokens: list[Token]) -> None:
        depth, place, fresh = 1, 0, True
        for kind, text, line in tokens:
            if depth == 1 and text == "," and kind == "mark":
                place, fresh = place + 1, True
            elif fresh and kind != "newline" and kind != "close":
                self.found[*path, place] = line
                fresh = False
            depth += {"open": 1, "close": -1}.get(kind, 0)


def _keys(tokens: list[Token]) -> list[str]:
    """The parts of a key: `a."b.c".d`. A bare one may look like a number with a fraction."""
    return [_key(text) for kind, text, _ in tokens if kind in ("word", "text")]


def _key(text: str) -> str:
    return next(iter(tomllib.loads(f"{text} = 0"))) if text[0] in "\"'" else text
