"""Heads as they come in, piece by piece, from a wire that a test holds in its hands."""

import pytest
import trio

from services.hmr.incoming import REQUEST_HEAD, receive_request
from services.hmr.wire import Stalled
from services.http11.head import BadHead

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
IDLE, PATIENCE = 60.0, 10.0


class Pieces:
    """A wire on which these come, each after so many seconds; then it ends, or is silent."""

    def __init__(self, *pieces, early=b"", silent=False):
        self.early = early
        self.idle = []
        self._pieces = [piece if isinstance(piece, tuple) else (0.0, piece) for piece in pieces]
        self._silent = silent

    async def receive(self, wait, *, idle=False):
        self.idle.append(idle)
        if not self._pieces and not self._silent:
            await trio.lowlevel.checkpoint()
            return b""
        seconds, piece = self._pieces.pop(0) if self._pieces else (float("inf"), b"")
        if seconds >= wait:
            await trio.sleep(wait)
            raise Stalled(self)
        await trio.sleep(seconds)
        return piece


async def receive(wire):
    return await receive_request(wire, bytes, idle=IDLE, patience=PATIENCE)


async def refused(wire):
    with pytest.raises(BadHead) as bad:
        await receive(wire)
    return bad.value.status


@pytest.mark.parametrize("at", range(1, len(HEAD)))
async def test_a_head_is_whole_wherever_it_is_cut(at):
    wire = Pieces(HEAD[:at], HEAD[at:] + b"more")
    assert await receive(wire) == HEAD
    assert wire.early == b"more"
    assert wire.idle == [True, False]


async def test_a_head_may_come_byte_by_byte():
    wire = Pieces(*[HEAD[at : at + 1] for at in range(len(HEAD))], b"not looked at")
    assert await receive(wire) == HEAD
    assert wire.early == b""


async def test_what_came_too_early_comes_first_and_what_came_with_it_after():
    wire = Pieces(HEAD[9:], early=HEAD + HEAD[:9])
    assert await receive(wire) == HEAD
    assert (wire.early, wire.idle) == (HEAD[:9], [])
    assert await receive(wire) == HEAD
    assert (wire.early, wire.idle) == (b"", [False])
    assert await receive(wire) is None


@pytest.mark.parametrize("pieces", [(HEAD * 3,), (HEAD[:5], HEAD[5:] + HEAD * 2)])
async def test_of_several_heads_at_once_each_is_one(pieces):
    wire = Pieces(*pieces)
    for left in (2, 1, 0):
        assert await receive(wire) == HEAD
        assert wire.early == HEAD * left


@pytest.mark.parametrize("start", [(), (HEAD[:-1],)])
async def test_who_ends_the_connection_wants_no_more_and_is_not_asked_again(start):
    wire = Pieces(*start)
    assert await receive(wire) is None
    assert len(wire.idle) == 1 + len(start)


async def test_who_is_silent_between_two_requests_wants_no_more(autojump_clock):
    began = trio.current_time()
    assert await receive(Pieces(silent=True)) is None
    assert trio.current_time() - began == IDLE


async def test_before_its_first_byte_a_head_has_time_and_from_there_on_patience(autojump_clock):
    assert await receive(Pieces((IDLE - 1, HEAD[:5]), (PATIENCE - 1, HEAD[5:]))) == HEAD


async def test_however_many_pieces_a_head_comes_in_it_has_no_more_patience(autojump_clock):
    began = trio.current_time()
    wire = Pieces(HEAD[:1], *[(3.0, HEAD[at : at + 1]) for at in range(1, len(HEAD))])
    assert await refused(wire) == 408
    assert trio.current_time() - began == PATIENCE
    assert await refused(Pieces(HEAD[:1], silent=True)) == 408


async def test_what_can_be_no_head_is_not_waited_for():
    assert await refused(Pieces(b"\x16\x03\x01", silent=True)) == 400
    assert await refused(Pieces(b"GET / HT", b"TP/1.1\nHost", silent=True)) == 400


async def test_a_head_is_as_long_as_it_may_be():
    def long(size):
        return b"GET / HTTP/1.1\r\nX: " + b"x" * (size - 19)

    longest = long(REQUEST_HEAD)
    assert len(longest) == REQUEST_HEAD
    assert await receive(Pieces(longest + b"\r\n\r\n")) == longest + b"\r\n\r\n"
    assert await receive(Pieces(longest, b"\r\n\r\n")) == longest + b"\r\n\r\n"
    assert await refused(Pieces(longest + b"x\r\n\r\n")) == 431
    assert await refused(Pieces(longest + b"x", silent=True)) == 431
    assert await refused(Pieces(longest, b"x\r\n\r\n")) == 431
