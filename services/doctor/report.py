"""Findings, as a person at a terminal reads them. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import click

from services.messages import Findings, Hop, Verdict

WIDTH = 100
_MARKS = {
    Verdict.PASSED: ("✓", "green"),
    Verdict.FAILED: ("✗", "red"),
    Verdict.NOT_TRIED: ("·", "bright_black"),
}
_NAME = 14  # columns


def heading(address: str, *, inside: bool) -> str:
    """What is looked at, and from where."""
    where = "from inside the container" if inside else "from this machine"
    return f"{address}, {where}"


def hop_lines(hop: Hop) -> Iterable[str]:
    """One hop: its mark, what was seen, and where it failed, what that means."""
    mark, colour = _MARKS[hop.verdict]
    seen = hop.seen if hop.verdict is not Verdict.NOT_TRIED else f"not tried: {hop.seen}"
    if hop.verdict is Verdict.PASSED and hop.ms >= 1:
        seen += f" ({hop.ms:.0f} ms)"
    yield from _hanging(
        f"  {click.style(mark, fg=colour)} {hop.name:<{_NAME}}", seen, len(mark) + 3 + _NAME
    )
    if hop.verdict is Verdict.FAILED:
        for label, text in (("usually", hop.cause), ("what to do", hop.advice)):
            start = f"{'':{4}}{label + ':':<{_NAME}}"
            yield from _hanging(click.style(start, bold=True), text, len(start))


def ending(findings: Findings) -> str:
    """The answer in one sentence."""
    if (failed := findings.failed) is None:
        return click.style("The preview works.", fg="green", bold=True)
    text = f"The preview cannot be reached as it should: {failed.name} failed."
    return click.style(text, fg="red", bold=True)


def _hanging(start: str, text: str, indent: int) -> Iterable[str]:
    """`start`, then the text beside it, `indent` columns from the left."""
    lines = textwrap.wrap(
        " ".join(text.split()), WIDTH - indent, break_on_hyphens=False, break_long_words=False
    ) or [""]
    yield start + lines[0]
    for line in lines[1:]:
        yield " " * indent + line
