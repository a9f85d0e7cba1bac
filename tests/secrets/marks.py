"""Marked secrets: each is unlike all else, and is found again however it was written down."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

# In the midst of every mark, so that one look finds that there is any of them.
CORE = "Zq7vKx3WmJ9t"
KINDS = ("hex", "HEX", "base64")


def mark(name: str) -> str:
    """The mark of a secret: letters and digits, the same at every run."""
    letters = "".join(char for char in name if char.isalnum())
    return f"{CORE}{letters}E"


def spellings(text: str) -> frozenset[bytes]:
    """How a text of letters and digits is found in bytes: plainly, in hex, and in base64.

    What base64 makes of a text depends on how many bytes are before it; of each of the three
    ways that is taken which does not depend on what is around. URLs, JSON and shells write
    letters and digits as they are.
    """
    plain = text.encode()
    return frozenset((plain, plain.hex().encode(), plain.hex().upper().encode(), *_base64(plain)))


def _base64(plain: bytes) -> Iterable[bytes]:
    for before in range(3):
        padded = bytes(before) + plain
        whole = padded[: len(padded) - len(padded) % 3]
        # The first letters hold what was before, too: they are left out.
        yield base64.b64encode(whole)[(0, 2, 3)[before] :]


@dataclass(frozen=True)
class Marks:
    """What is looked for, by name: marks, and what else was found to be a secret on the way."""

    known: Mapping[str, str]
    _spelled: Mapping[str, frozenset[bytes]] = field(init=False, repr=False)
    _core: frozenset[bytes] = field(init=False, repr=False)
    _others: Collection[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        spelled = {name: spellings(text) for name, text in self.known.items()}
        object.__setattr__(self, "_spelled", spelled)
        object.__setattr__(self, "_core", spellings(CORE))
        others = [name for name, text in self.known.items() if CORE not in text]
        object.__setattr__(self, "_others", others)
        texts = sorted(self.known.values())
        assert not any(b.startswith(a) for a, b in pairwise(texts)), "one mark begins another"

    def found_in(self, data: bytes) -> frozenset[str]:
        """The names of those that are in it; 'unknown' for a mark of no name."""
        found = {name for name in self._others if self._is_in(name, data)}
        if any(core in data for core in self._core):
            named = {name for name in self.known if self._is_in(name, data)}
            found |= named or {"unknown"}
        return frozenset(found)

    def _is_in(self, name: str, data: bytes) -> bool:
        return any(spelled in data for spelled in self._spelled[name])
