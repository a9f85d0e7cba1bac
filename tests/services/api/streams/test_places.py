"""What comes after a place in a log, without anything that is written."""

from __future__ import annotations

import pytest

from services.api.errors import Problem
from services.api.streams.places import Place, parsed, passage
from supervisor.context import Chunk

BEGUN = 1_700_000_000.125
COUNT = 1_700_000_000_125_000


def chunk(first: int, *texts: str, stream: str = "stdout", begun: float = BEGUN) -> Chunk:
    data = "".join(f"{text}\n" for text in texts).encode()
    return Chunk("s", stream, 1, first, 0.0, data, len(texts), begun=begun)


CHUNKS = (chunk(5, "a", "b"), chunk(7, "x", stream="stderr"), chunk(8, "c"))


def texts(read):
    return [(str(place), line.text) for place, line in read.lines]


def test_without_a_place_it_is_all_there_is():
    read = passage(None, CHUNKS, None)
    assert texts(read) == [
        (f"{COUNT}-5", "a"),
        (f"{COUNT}-6", "b"),
        (f"{COUNT}-7", "x"),
        (f"{COUNT}-8", "c"),
    ]
    assert (read.missed, read.anew, str(read.end)) == (0, False, f"{COUNT}-8")
    assert texts(read.last(2)) == texts(read)[2:]
    assert texts(read.last(9)) == texts(read)
    assert texts(read.last(0)) == []


@pytest.mark.parametrize(
    ("after", "seen", "missed"),
    [(1, "abxc", 3), (4, "abxc", 0), (5, "bxc", 0), (7, "c", 0), (8, "", 0), (9, "", 0)],
)
def test_after_a_place_it_is_what_comes_after_it_and_what_is_gone_is_counted(after, seen, missed):
    read = passage(Place(COUNT, after), CHUNKS, None)
    assert "".join(line.text for _, line in read.lines) == seen
    assert (read.missed, read.anew) == (missed, False)
    assert read.start == Place(COUNT, 4)


def test_lines_of_another_stream_are_passed_by_and_not_missed():
    read = passage(Place(COUNT, 5), CHUNKS, "stderr")
    assert texts(read) == [(f"{COUNT}-7", "x")]
    assert (read.missed, str(read.end)) == (0, f"{COUNT}-8")


def test_when_the_count_began_anew_all_is_new_and_the_rest_is_unknown():
    read = passage(Place(COUNT - 1, 6), CHUNKS, None)
    assert "".join(line.text for _, line in read.lines) == "abxc"
    assert (read.missed, read.anew) == (4, True)


def test_two_counts_may_follow_each_other():
    read = passage(Place(COUNT, 7), (CHUNKS[2], chunk(1, "again", begun=BEGUN + 1)), None)
    assert texts(read) == [(f"{COUNT}-8", "c"), (f"{COUNT + 1_000_000}-1", "again")]
    assert (read.missed, read.anew, str(read.end)) == (0, False, f"{COUNT + 1_000_000}-1")


def test_what_is_known_to_be_dropped_counts_too():
    assert passage(Place(COUNT, 4), CHUNKS, None, dropped=7).missed == 7
    assert passage(Place(COUNT, 1), CHUNKS, None, dropped=2).missed == 3
    assert passage(None, CHUNKS, None, dropped=2).missed == 2


def test_where_nothing_is_kept_nothing_is_known():
    read = passage(Place(COUNT, 4), (), None)
    assert (read.lines, read.missed, read.anew, read.end) == ((), 0, False, Place(COUNT, 4))
    assert passage(None, (), None).end is None


def test_an_id_is_read_as_it_is_written():
    place = Place(COUNT, 7)
    assert parsed(str(place), None) == place
    assert parsed(None, str(place)) == place
    assert parsed("1-2", str(place)) == Place(1, 2)
    assert parsed(None, None) is None
    assert parsed("", "") is None
    for wrong in ("7", "7-", "-7", "1-2-3", "a-b", "1" * 18 + "-1", "\u0661-\u0662"):
        with pytest.raises(Problem) as problem:
            parsed(wrong, None)
        assert problem.value.status == 400
