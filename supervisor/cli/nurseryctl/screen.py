"""What goes on, drawn on a terminal in the place of what was there before."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from typing import TextIO

import click

# xterm's: the other screen, no wrapped lines, no cursor; and back. Then: home, rest of the line,
# rest of the screen.
ENTER, LEAVE = "\x1b[?1049h\x1b[?7l\x1b[?25l", "\x1b[?25h\x1b[?7h\x1b[?1049l"
HOME, CLEAR_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


def draw(pictures: Iterable[Sequence[str]], out: TextIO) -> None:
    """Each in the place of the one before, while they come; the last one stays, below the prompt.

    That also where whoever makes them raises, or somebody interrupts.
    """
    lines: Sequence[str] = ()
    try:
        out.write(ENTER)
        for lines in pictures:
            out.write(screen(lines, shutil.get_terminal_size().lines))
            out.flush()
    finally:
        out.write(LEAVE)
        for line in lines:
            click.echo(line)
        out.flush()


def screen(lines: Sequence[str], rows: int) -> str:
    """What to write so that a terminal of so many rows shows these lines and nothing else."""
    if len(lines) > rows:
        kept = max(0, rows - 1)
        lines = [*lines[:kept], f"… and {len(lines) - kept} more"]
    return HOME + "\n".join(line + CLEAR_LINE for line in lines) + CLEAR_BELOW
