"""Connections as they come in, and when there is no descriptor left for them."""

import errno
import socket
from contextlib import ExitStack

import pytest
import trio

from services.http11.accepting import KEEP_ALIVE, PAUSE, accept, open_listeners


class Exhausted:
    """A listener whose process has no descriptor left, until it has one again."""

    def __init__(self, given):
        self.tries = []
        self._given = given

    def accept(self):
        self.tries.append(trio.current_time())
        if len(self.tries) < 4:
            raise OSError(errno.EMFILE, "too many open files")
        if len(self.tries) == 4:
            raise OSError(errno.ECONNABORTED, "gone before it was taken")
        return self._given, ("192.0.2.1", 1)


async def test_without_descriptors_the_door_waits_and_neither_ends_nor_spins(autojump_clock):
    ours, theirs = socket.socketpair()
    with ExitStack() as opened, trio.CancelScope() as scope:
        opened.enter_context(ours)
        opened.enter_context(theirs)
        listener, admitted = Exhausted(ours), []

        def admit(sock, address):
            admitted.append((sock, address))
            scope.cancel()
            listener.accept = lambda: (_ for _ in ()).throw(BlockingIOError)
            listener.fileno = lambda: theirs.fileno()

        await accept(listener, admit)
    assert admitted == [(ours, "192.0.2.1")]
    assert listener.tries[2] - listener.tries[0] == pytest.approx(2 * PAUSE)


async def test_the_kernel_looks_whether_a_silent_browser_is_still_there():
    [listener] = await open_listeners(["127.0.0.1:0"])
    with listener, trio.CancelScope() as scope, socket.socket() as browser:
        browser.connect(listener.getsockname())
        found = []

        def admit(sock, address):
            with sock:
                found.append(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
                found.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE))
            scope.cancel()

        await accept(listener, admit)
    assert found == [1, KEEP_ALIVE]
