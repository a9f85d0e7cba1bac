"""The options of one section, as supervisord understands their texts (its `datatypes.py`)."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Callable, Mapping
from typing import TypeVar

from supervisor.supervisord.expansion import CLOSE, MARK, OPEN, Expansion, written
from supervisor.supervisord.note import Note
from supervisor.supervisord.reading import Section

T = TypeVar("T")
TRUE, FALSE = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
SIZES = {"kb": 1024, "mb": 1024**2, "gb": 1024**3}


def boolean(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is no whole number") from None


def size(text: str) -> int:
    """Bytes: a number, or one with KB, MB or GB, which count by 1024."""
    factor = SIZES.get(text[-2:].lower())
    return integer(text) if factor is None else integer(text[:-2]) * factor


def octal(text: str) -> str:
    """A umask as ours are written: three digits, or four where it needs them."""
    try:
        return f"{int(text, 8):03o}"
    except ValueError:
        raise ValueError(f"{text!r} is no octal number") from None


def names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]


def exit_codes(text: str) -> list[int]:
    codes = [integer(part) for part in names(text)]
    if any(not 0 <= code <= 255 for code in codes):
        raise ValueError(f"{text!r} is not a list of exit codes from 0 to 255")
    return codes


def signal_name(text: str) -> str:
    """A signal's name without SIG, from its name or number."""
    try:
        number = signal.Signals(int(text)) if text.isdecimal() else None
        return (number or signal.Signals[f"SIG{text.strip().upper().removeprefix('SIG')}"]).name[3:]
    except (KeyError, ValueError):
        raise ValueError(f"{text!r} is no signal") from None


def variables(text: str) -> dict[str, str]:
    """`KEY="value",KEY2=value2`. Quotes hold values with commas, and lose only themselves.

    supervisord's own reading: the words of shlex in its old mode, in threes, with one between
    them (`dict_of_key_value_pairs`); a backslash is only a backslash.
    """
    lexer = shlex.shlex(text)
    lexer.wordchars += f"/.+-():{OPEN}{CLOSE}"
    words = list(lexer)
    found: dict[str, str] = {}
    for n in range(0, len(words), 4):
        name, *rest = words[n : n + 3]
        if len(rest) != 2 or rest[0] != "=":
            raise ValueError(f'cannot read {written(text)!r} as KEY="value",…')
        found[name] = rest[1].strip("'\"")
    return found


class Options:
    """Asks for options by name; whatever is wrong with one is noted, and its default taken.

    `rest` notes those that nobody asked for.
    """

    def __init__(self, section: Section, expansion: Expansion, notes: list[Note]) -> None:
        self.section = section
        self.expansion = expansion
        self._notes = notes
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.section.options

    def note(self, key: str, text: str, *, lost: bool = False) -> None:
        note = Note(self.section.title, key, text, lost)
        if note not in self._notes:
            self._notes.append(note)

    def text(self, key: str, expansion: Expansion | None = None) -> str | None:
        """The text with marks, or None where there is none, or none that can be expanded."""
        self._asked.add(key)
        raw = self.section.options.get(key)
        if raw is None:
            return None
        try:
            return (expansion or self.expansion).expand(raw)
        except ValueError as error:
            self.note(key, str(error), lost=True)
            return None

    def value(
        self, key: str, read: Callable[[str], T], default: T, expansion: Expansion | None = None
    ) -> T:
        """What has to be known now: variables have the values that they have here."""
        text = self.text(key, expansion)
        if text is None:
            return default
        try:
            found = read((expansion or self.expansion).resolve(text))
        except ValueError as error:
            self.note(key, str(error), lost=True)
            return default
        if MARK.search(text):
            self.note(key, f"is {found} in this environment; import again where it is another")
        return found

    def marked(self, key: str, read: Callable[[str], T], default: T, expansion: Expansion) -> T:
        """What may keep its marks."""
        text = self.text(key, expansion)
        try:
            return default if text is None else read(text)
        except ValueError as error:
            self.note(key, str(error), lost=True)
            return default

    def later(self, key: str, read: Callable[[str], T], default: T) -> T | str:
        """The same, but a variable by itself stays one: the daemon reads its value then."""
        text = self.text(key)
        return text if text and MARK.fullmatch(text) else self.value(key, read, default)

    def given(self, texts: Mapping[str, str], *, lost: bool = False) -> None:
        """Note each of these that is there."""
        for key, text in texts.items():
            self._asked.add(key)
            if key in self:
                self.note(key, text, lost=lost)

    def ignore(self, *keys: str) -> None:
        self._asked.update(keys)

    def rest(self) -> None:
        for key in self.section.options:
            if key not in self._asked:
                self.note(key, "is no option that supervisord knows; it had no effect")
