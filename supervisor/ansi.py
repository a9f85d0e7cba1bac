"""What a text says to a terminal, left out: movements and titles, and where need be colours."""

from __future__ import annotations

import re

LONGEST = 4096  # bytes of a title or a link; a longer one is no sequence

# ECMA-48: a control sequence (CSI); a string with its end (DCS, SOS, OSC, PM, APC); another escape.
_TEXT = rb"[^\x07\x1b\n]{0,%d}" % LONGEST
SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_]%b(?:\x07|\x1b\\)|[ -/]{0,8}[0-~])" % _TEXT
)
BEGUN = re.compile(rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[\]PX^_]%b\x1b?|[ -/]{0,8})\Z" % _TEXT)

# All that a terminal would act upon, but colours; tabs and the ends of lines are text.
_ACTION = re.compile(r"\x1b(?!\[[0-9;:]{0,64}m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """A text of others for a terminal: it may have colours, and neither move, ask nor overwrite."""
    return _ACTION.sub("\N{REPLACEMENT CHARACTER}", text)


class Stripper:
    """A stream without them, even when one is cut by the border of a chunk."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        data = self._rest + data
        if b"\x1b" not in data:
            self._rest = b""
            return data
        begun = BEGUN.search(data, max(0, len(data) - LONGEST - 3))
        end = begun.start() if begun else len(data)
        self._rest = data[end:]
        return SEQUENCE.sub(b"", data[:end])

    def flush(self) -> bytes:
        """A sequence that never ended is text."""
        rest, self._rest = self._rest, b""
        return rest
