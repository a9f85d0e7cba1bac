"""Whether a program is there at all, which is said before it is tried."""

from __future__ import annotations

import os

from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.spec import ProcessSpec, Spec


def must_be_runnable(spec: Spec | None) -> None:
    """Raise the `Fault` of a program that is not there, or cannot be executed."""
    if not isinstance(spec, ProcessSpec) or spec.is_template:  # what a template runs, nobody knows
        return
    program = spec.command[0]
    places = [os.path.join(spec.directory or ".", program)]
    if "/" not in program:
        if spec.environment_files and "PATH" not in spec.environment:  # it may be in any of them
            return
        path = spec.environment.get("PATH", os.environ.get("PATH", os.defpath))
        places = [os.path.join(place, program) for place in path.split(os.pathsep)]
    # Not those of pathlib: they raise where they may not look, and the shell goes on to the next.
    files = [place for place in places if os.path.isfile(place)]
    if not files and not os.path.isdir(places[0]):
        raise Fault(Code.NO_FILE, f"cannot find command {program!r}")
    if not any(os.access(file, os.X_OK) for file in files):
        raise Fault(Code.NOT_EXECUTABLE, f"command {program!r} is not executable")
