from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.client import sse
from services.client.sse import Parser, Sent

STREAM = (
    "\ufeff: hello\n\nretry: 1000\n\n"
    "id: 1\nevent: text\ndata: eins\n\n"
    "id: 2\r\nevent: text\r\ndata: zwei\r\ndata:  drei\r\n\r\n"
    "data: grün 🌿\rid: 3\r\r"
    "retry: soon\n\n: nothing\n\nevent: empty\n\n"
    "data\n\ndata: last\n\nid: 9\ndata: never ended\n"
).encode()
EVENTS = [
    Sent("message", "", "", 1000),
    Sent("text", "eins", "1", None),
    Sent("text", "zwei\n drei", "2", None),
    Sent("message", "grün 🌿", "3", None),
    Sent("message", "last", "3", None),
]


def parsed(pieces):
    parser = Parser()
    return [event for piece in pieces for event in parser.feed(piece)]


def test_events_are_read():
    assert parsed([STREAM]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_the_pieces_in_which_it_comes_make_no_difference(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]
    assert parsed(STREAM[a:b] for a, b in pairwise(edges)) == EVENTS


def test_an_event_without_its_end_is_none():
    whole = b"id: 7\ndata: x\n\n"
    for cut in range(len(whole)):
        assert parsed([whole[:cut]]) == []


def test_a_long_line_is_looked_at_once_in_however_many_pieces_it_comes(monkeypatch):
    looked_at = []

    class Line:
        @staticmethod
        def split(text):
            looked_at.append(len(text))
            return line.split(text)

    line = sse._LINE
    monkeypatch.setattr(sse, "_LINE", Line)
    text = "x" * 100_000
    stream = f"data: {text}\n\n".encode()
    pieces = (stream[at : at + 100] for at in range(0, len(stream), 100))
    assert [event.data for event in parsed(pieces)] == [text]
    assert sum(looked_at) < 2 * len(stream)


def test_a_pause_beyond_all_patience_is_none():
    assert parsed([b"retry: %b\nid: 1\n\n" % (b"9" * 5000)]) == [Sent("message", "", "1", None)]
