"""`nurseryd`, and `python -m supervisor`."""

from __future__ import annotations

import gc
import os
import sys

from supervisor import pid1


def main() -> None:
    """Run the command line: as PID 1 with an init of its own around it, else as a subreaper."""
    pid1.block()
    pid1.hide()
    if os.getpid() == 1:
        sys.exit(pid1.run_as_init(_daemon))
    try:
        pid1.become_subreaper()
    except OSError as error:
        print(f"cannot reap the orphans of services here: {error.strerror}", file=sys.stderr)
    sys.exit(_daemon())


def _daemon() -> int:
    # What is made until the services start is there to stay: looking for garbage in it finds none.
    gc.disable()
    # Only now: in the parent of the two nothing but the standard library is ever loaded.
    from supervisor.cli.nurseryd import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    main()
