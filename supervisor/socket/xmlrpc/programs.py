"""Whether a program is there at all, which is said before it is tried."""

from __future__ import annotations

import os
from pathlib import Path

from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.spec import ProcessSpec, Spec


def must_be_runnable(spec: Spec | None) -> None:
    """Raise the `Fault` of a program that is not there, or cannot be executed."""
    if not isinstance(spec, ProcessSpec) or spec.is_template:  # what a template runs, nobody knows
        return
    program = spec.command[0]
    places = [Path(spec.directory or ".", program)]
    if "/" not in program:
        path = spec.environment.get("PATH", os.environ.get("PATH", os.defpath))
        places = [Path(place, program) for place in path.split(os.pathsep)]
    files = [place for place in places if place.is_file()]
    if not files and not places[0].is_dir():
        raise Fault(Code.NO_FILE, f"cannot find command {program!r}")
    if not any(os.access(file, os.X_OK) for file in files):
        raise Fault(Code.NOT_EXECUTABLE, f"command {program!r} is not executable")
