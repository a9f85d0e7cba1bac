"""A line of a journal is understood as a whole, or not at all."""

from __future__ import annotations

import pytest

from services.agent.lines import line_of
from services.messages import Mode


def test_what_a_line_does_not_say_is_as_in_the_first_release() -> None:
    line = line_of(b'{"id":1,"type":"turn.started"}')
    assert line is not None
    assert (line.version, line.mode, line.time) == (1, Mode.EXECUTE, 0.0)
    assert (line.turn, line.backend, line.operation, line.repair) == ("", "", "", 0)
    assert (line.text, line.path) == ("", "")
    assert (line.keep, line.hash, line.leftover) == (False, None, None)


@pytest.mark.parametrize(
    "data",
    [
        b'{"id":1}',
        b'{"type":"x"}',
        b'{"id":1,"type":"x","time":-1}',
        b'{"id":1,"type":"x","time":137438953472}',
        b'{"id":1,"type":"x","turn":"\xff"}',
        b'{"id":1,"type":"x","unknown":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["no type", "no id", "too early", "too late", "no UTF-8", "too deep"],
)
def test_what_makes_no_sense_is_no_line(data: bytes) -> None:
    assert line_of(data) is None
