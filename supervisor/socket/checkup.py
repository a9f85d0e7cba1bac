"""One question to a daemon, how it is, with no more of Python than that takes.

A container asks it every few seconds, and the standard library's HTTP client alone takes longer
to import than Python to start.
"""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from supervisor.socket.troubles import Unreachable, explain, refusal

LARGEST = 1024 * 1024  # bytes; a report beyond that is none
PIECE = 64 * 1024


def checkup(path: str, level: str, timeout: float) -> dict[str, Any]:
    """A `HealthReport`, healthy or not, of the daemon at a socket. Blocks for `timeout` seconds at
    most; raises `Unreachable` and `Rejected`.
    """
    question = (
        f"GET /v1/health?level={level} HTTP/1.1\r\nHost: nurseryd\r\nConnection: close\r\n\r\n"
    )
    try:
        status, answer = _parsed(_exchange(path, question.encode(), time.monotonic() + timeout))
    except (OSError, EOFError, ValueError) as error:
        raise Unreachable(explain(path, error)) from None
    if "healthy" not in answer:
        raise refusal(status, answer)
    return answer


def _exchange(path: str, question: bytes, deadline: float) -> bytes:
    """All that is answered until the other side closes."""
    received = bytearray()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as it:

        def patient() -> None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            it.settimeout(left)

        patient()
        it.connect(path)
        it.sendall(question)
        patient()
        while piece := it.recv(PIECE):
            received += piece
            if len(received) > LARGEST:
                raise ValueError("too long")
            patient()
    if not received:
        raise ConnectionResetError
    return bytes(received)


def _parsed(received: bytes) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of an answer; raises `ValueError` for what is none."""
    head, _, body = received.partition(b"\r\n\r\n")
    version, status, *_ = head.split(maxsplit=2)
    answer = json.loads(body)
    if not (version.startswith(b"HTTP/1.") and isinstance(answer, dict)):
        raise ValueError("not an object over HTTP")
    return int(status), answer  # pyright: ignore[reportUnknownVariableType]
