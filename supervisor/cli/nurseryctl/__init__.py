"""`nurseryctl`: ask a running daemon what is so, and tell it what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from supervisor.cli.nurseryctl.probing import plain_health, probe
from supervisor.cli.nurseryctl.status import CLOSED_PIPE, ClosedPipe


def main() -> None:
    """Carry out the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; its exit status."""
    try:
        asked = plain_health(arguments, os.environ.get("NURSERYD_SOCKET"))
        if asked is not None:
            return probe(asked)
        # Here and no sooner: it takes more to import than a health check is to cost.
        from supervisor.cli.nurseryctl.commands import carry_out

        return carry_out(arguments)
    except ClosedPipe:
        # Else the interpreter would try once more to write what is left, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
