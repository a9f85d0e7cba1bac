"""The exit codes of the daemon and the exit statuses of `nurseryctl`."""

from __future__ import annotations

import re

import click

from supervisor.cli.nurseryctl import status
from tests.docs.pages import ROOT, rows

DECLARED = re.compile(r"^[A-Z_]+ = ExitCode\((\d+)\)", re.MULTILINE)


def of_the_daemon() -> set[str]:
    """Those that somebody declared, and the two that need no declaration."""
    found = {"0", "128 + n"}
    for package in ("supervisor", "services"):
        for path in (ROOT / package).rglob("*.py"):
            found |= set(DECLARED.findall(path.read_text(encoding="utf-8")))
    return found


def of_nurseryctl() -> set[str]:
    codes = {value for value in vars(status).values() if isinstance(value, int)}
    return {str(code) for code in codes | {0, click.UsageError.exit_code}}


def documented(first: str) -> list[str]:
    return [code for cell, *_ in rows(first) for code in cell.split(", ")]
