"""The faults of supervisord's API: their names and numbers are part of it."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    UNKNOWN_METHOD = 1
    INCORRECT_PARAMETERS = 2
    BAD_ARGUMENTS = 3
    SIGNATURE_UNSUPPORTED = 4
    SHUTDOWN_STATE = 6
    BAD_NAME = 10
    BAD_SIGNAL = 11
    NO_FILE = 20
    NOT_EXECUTABLE = 21
    FAILED = 30
    ABNORMAL_TERMINATION = 40
    SPAWN_ERROR = 50
    ALREADY_STARTED = 60
    NOT_RUNNING = 70
    SUCCESS = 80
    ALREADY_ADDED = 90
    STILL_RUNNING = 91
    CANT_REREAD = 92


class Fault(Exception):
    """A call that failed; its text is the code's name, with what it is about behind a colon."""

    def __init__(self, code: Code, about: str | None = None) -> None:
        super().__init__(code.name if about is None else f"{code.name}: {about}")
        self.code = code
