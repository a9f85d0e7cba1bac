"""Records made many at a time are those that one would make of each line by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supervisor.kept import Chunk, ends
from supervisor.record import records
from supervisor.redact import Redactor

AT = 1_700_000_000.25
WHEN = datetime.fromtimestamp(AT, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
# What means something to JSON, to a template, to a decoder or to whoever looks for lines.
ODD = [
    b'"',
    b"\\",
    b"\\n",
    b"%",
    b"%d",
    b"%%",
    b"\x00",
    b"\t",
    b"\x1b[31m",
    b"\x7f",
    b"\r",
    b"\r\n",
]
ODD += [
    b"\xe9",
    b"\xe2\x80",
    *(text.encode() for text in ("\u2028", "\u0085", "\u00fc", "\U0001f600")),
]
ODD += [
    b"{",
    b"}",
    b'{"message": "m%d"}',
    b'{"a": [1, "\\u007f"]}',
    b'"sequence":0,',
    b"\n",
    b"\n\n",
]
LINES = st.lists(st.one_of(st.sampled_from(ODD), st.binary(max_size=5))).map(b"".join)


def one_by_one(chunk: Chunk) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    lines = chunk.data.decode("utf-8", "backslashreplace")
    lines = [lines] if chunk.partial else lines.replace("\r\n", "\n").split("\n")[:-1]
    for sequence, text in enumerate(lines, chunk.first):
        record: dict[str, object] = {"service": chunk.service, "stream": chunk.stream}
        record |= {"pid": chunk.pid, "sequence": sequence, "timestamp": WHEN, "level": "info"}
        record["event"] = text
        if chunk.partial:
            record["partial"] = True
        if (data := an_object(text)) is not None:
            record["event"], record["data"] = data.get("message", ""), data
        found.append(record)
    return found


def an_object(text: str) -> dict[str, object] | None:
    try:
        return json.loads(text) if text.startswith("{") else None
    except json.JSONDecodeError:
        return None


def parsed(chunk: Chunk) -> list[dict[str, object]]:
    lines = records(chunk, Redactor()).split(b"\n")
    assert lines.pop() == b""
    return [json.loads(line) for line in lines]


def same(ours: list[dict[str, object]], theirs: list[dict[str, object]]) -> bool:
    """Also in the order of the keys."""
    return [list(record.items()) for record in ours] == [list(record.items()) for record in theirs]


@given(lines=LINES, first=st.integers(1, 10**12), service=st.sampled_from(["s", "a.b-c_d@%d", "é"]))
@example(lines=b"", first=1, service="s")
@example(lines=b"\xe2\x80\n\xa8", first=9, service="s")
def test_many_lines_are_written_as_each_by_itself(lines: bytes, first: int, service: str):
    data = lines + b"\n"
    chunk = Chunk(service, "stderr", 7, first, AT, data, data.count(b"\n"))
    assert same(parsed(chunk), one_by_one(chunk))


@given(lines=LINES)
def test_a_part_of_a_line_says_that_it_is_one(lines: bytes):
    chunk = Chunk("s", "stdout", 7, 3, AT, lines.replace(b"\n", b"") + b".", 1, partial=True)
    assert same(parsed(chunk), one_by_one(chunk))


@pytest.mark.parametrize("mark", ["", "\x7f"])
def test_a_mark_in_a_text_changes_no_byte_of_the_others(mark: str):
    data = f'a%d "b" \\ \x01 é{mark}\n'.encode()
    (record,) = records(Chunk("s", "stdout", 7, 3, AT, data), Redactor()).splitlines()
    assert record.decode() == (
        '{"service":"s","stream":"stdout","pid":7,"sequence":3,'
        f'"timestamp":"{WHEN}","level":"info","event":"a%d \\"b\\" \\\\ \\u0001 é{mark}"}}'
    )


@given(data=st.lists(st.sampled_from([b"\n", b"x", b"\r\n", b"\x00"])).map(b"".join))
def test_ends_are_counted(data: bytes):
    assert ends(data) == data.count(b"\n")
