"""Connections as they come in, and when there is no descriptor left for them."""

import errno
import socket
from contextlib import ExitStack

import pytest
import trio
from structlog.testing import capture_logs

from services.http11.accepting import KEEP_ALIVE, PAUSE, TURN, accept, open_listeners
from tests.congestion import congestion_of, other_than_reno
from tests.ports import free_port


class Listener:
    """To accept from it fails with these errors, None for a connection; then it is over."""

    def __init__(self, *goes):
        self.tries = []
        self._goes = list(goes)
        self._scope = trio.CancelScope()

    def accept(self):
        self.tries.append(trio.current_time())
        code = self._goes.pop(0)
        if not self._goes:
            self._scope.cancel()
        if code is not None:
            raise OSError(code, "as it goes")
        return self.given, ("192.0.2.1", 1)

    async def run(self):
        """Whom it admitted, and what was logged."""
        admitted = []
        self.given, theirs = socket.socketpair()
        with self.given, theirs, self._scope, capture_logs() as logs:
            await accept(self, lambda *who: admitted.append(who))
        return admitted, [entry["event"] for entry in logs]


async def test_without_descriptors_the_door_waits_and_neither_ends_nor_spins(autojump_clock):
    for code in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
        listener = Listener(code, code, code, None, errno.ECONNABORTED)
        admitted, _ = await listener.run()
        assert admitted == [(listener.given, "192.0.2.1")]
        waits = [later - at for at, later in zip(listener.tries, listener.tries[1:], strict=False)]
        assert waits == pytest.approx([PAUSE, PAUSE, PAUSE, 0])


async def test_who_was_gone_before_it_was_taken_holds_nobody_up(autojump_clock):
    listener = Listener(errno.ECONNABORTED, errno.EPROTO, None, errno.ECONNABORTED)
    admitted, told = await listener.run()
    assert (len(admitted), told) == (1, [])
    assert len(set(listener.tries)) == 1


async def test_a_shortage_of_descriptors_is_told_once_and_the_next_one_again(autojump_clock):
    short = errno.EMFILE
    _, told = await Listener(short, short, None, short, errno.ECONNABORTED, short).run()
    assert told == ["cannot accept for now: raise rlimits.nofile"] * 2


async def test_however_many_come_everybody_else_has_a_turn_now_and_then_among_them():
    listener, turns = Listener(*[None] * 10 * TURN, errno.ECONNABORTED), set()

    async def somebody_else():
        while True:
            turns.add(len(listener.tries))
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(somebody_else)
        await listener.run()
        nursery.cancel_scope.cancel()
    assert 3 < len(turns) < TURN


@pytest.mark.parametrize(
    ("host", "congestion"), [("127.0.0.1", b"reno"), ("192.0.2.1", other_than_reno())]
)
async def test_only_a_connection_within_this_machine_is_spared_the_pacing(host, congestion):
    class From:
        """Whoever comes is said to come from `host`."""

        def accept(self):
            return listener.accept()[0], (host, 1)

        def fileno(self):
            return listener.fileno()

    [listener] = await open_listeners(["127.0.0.1:0"])
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, other_than_reno())
    with listener, trio.CancelScope() as scope, socket.socket() as browser:
        browser.connect(listener.getsockname())

        def admit(sock, where):
            with sock:
                assert (where, congestion_of(sock)) == (host, congestion)
            scope.cancel()

        await accept(From(), admit)
    assert scope.cancelled_caught


async def took(address, family=socket.AF_INET):
    """What a connection to this address is admitted as: its socket, and where it comes from."""
    [listener] = await open_listeners([address])
    found = []
    with listener, trio.CancelScope() as scope, socket.socket(family) as browser:
        browser.connect(listener.getsockname())

        def admit(sock, where):
            found.extend((sock, where))
            scope.cancel()

        await accept(listener, admit)
    return found


@pytest.mark.parametrize(
    ("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)]
)
async def test_the_kernel_looks_whether_a_silent_browser_is_still_there(host, family):
    sock, where = await took(f"[{host}]:0" if ":" in host else f"{host}:0", family)
    with sock:
        assert where == host
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == KEEP_ALIVE
        again = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
        assert 0 < again < KEEP_ALIVE


async def test_what_is_written_goes_out_at_once_and_nobody_waits_for_what_does_not_come():
    sock, _ = await took("127.0.0.1:0")
    with sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert not sock.getblocking()


async def test_of_several_addresses_all_are_listened_on():
    with ExitStack() as opened:
        listeners = await open_listeners(["127.0.0.1:0", "[::1]:0"])
        for listener in listeners:
            opened.enter_context(listener)
        assert [each.getsockname()[0] for each in listeners] == ["127.0.0.1", "::1"]


def is_refused(port):
    with socket.socket() as browser:
        return browser.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


async def test_where_one_address_is_taken_none_is_listened_on():
    free = free_port()
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await open_listeners([f"127.0.0.1:{free}", f"127.0.0.1:{taken}"])
    assert is_refused(free)


async def test_who_is_cancelled_on_the_way_listens_on_none():
    free = free_port()
    with trio.CancelScope() as scope:

        def addresses():
            yield f"127.0.0.1:{free}"
            scope.cancel()
            yield "127.0.0.1:0"

        await open_listeners(addresses())
    assert is_refused(free)
