"""`nurseryd`, and `python -m supervisor`."""

from __future__ import annotations

import gc
import os
import sys

from supervisor import pid1


def main() -> None:
    """Run the command line, as PID 1 with an init of its own around it."""
    pid1.block()
    sys.exit(pid1.run_as_init(_daemon) if os.getpid() == 1 else _daemon())


def _daemon() -> int:
    # What is made until the services start is there to stay: looking for garbage in it finds none.
    gc.disable()
    # Only now: in the parent of the two nothing but the standard library is ever loaded.
    from supervisor.cli.nurseryd import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    main()
