"""sd_notify: any datagram says what it says or nothing, and leaves no descriptor behind."""

from __future__ import annotations

import os
import socket
from contextlib import closing

import trio
from hypothesis import strategies as st

from supervisor.kinds.notify import Notice, NotifySocket, parse
from supervisor.kinds.says import Says
from supervisor.spec import ProcessSpec, Ready
from tests.fuzz.claim import holds
from tests.fuzz.mutating import mutated

DATAGRAMS = [
    b"READY=1",
    b"READY=1\nSTATUS=up and away\nMAINPID=4711\n",
    b"RELOADING=1\nMONOTONIC_USEC=1\n",
    b"STOPPING=1\nERRNO=2\n",
    b"WATCHDOG=1\nWATCHDOG_USEC=20000000\n",
    b"WATCHDOG=trigger\n",
    b"EXTEND_TIMEOUT_USEC=1500000\n",
    b"FDSTORE=1\nFDNAME=x\n",
    b"BARRIER=1",
]
LONGEST = 150_000  # bytes that a socket takes at once; more than what is read of them
WORDS = (b"=", b"MAINPID=", b"ERRNO=", b"4294967297", "²".encode(), "٣".encode(), b"1" * 20)


def said(datagram: bytes) -> bool:
    return parse(datagram) != Notice()


def test_any_datagram_says_something_or_nothing():
    holds(mutated(DATAGRAMS, WORDS), said)


class Listener:
    """A `Teller` that remembers."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def tell_pid(self, pid: int) -> None:
        self.told.append(pid)

    def tell_note(self, note: str) -> None:
        self.told.append(note)

    def extend(self, seconds: float) -> None:
        assert seconds >= 0
        self.told.append(seconds)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_whatever_comes_to_the_socket_leaves_no_descriptor_open():
    def heard(came: list[tuple[bytes, int]]) -> bool:
        notices: list[Notice] = []
        with (
            closing(NotifySocket(notices.append)) as it,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
        ):
            sender.connect(it.path)
            before = descriptors()
            for datagram, passed in came:
                socket.send_fds(sender, [datagram[:LONGEST]], [sender.fileno()] * passed)
            it.catch_up()
            assert descriptors() == before
        assert len(notices) == len(came)
        return any(notice != Notice() for notice in notices)

    sent = st.tuples(mutated(DATAGRAMS, WORDS), st.sampled_from([0, 0, 1, 3, 253]))
    holds(st.lists(sent, max_size=3), heard)


def test_whatever_it_says_is_told_in_bounds():
    """The process that it says to be is looked for, and is none of its own."""
    spec = ProcessSpec(name="s", command=("true",), ready=Ready(notify=True), watchdog=1.0)

    async def hear(datagrams: list[bytes]) -> bool:
        await trio.lowlevel.checkpoint()
        listener = Listener()
        says = Says(spec, listener)
        says.open((-1, -1))
        try:
            assert says.notify_at is not None
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.connect(says.notify_at)
                for datagram in datagrams:
                    sender.send(datagram[:LONGEST])
            return says.catch_up() or bool(listener.told)
        finally:
            says.close()

    def told(datagrams: list[bytes]) -> bool:
        return trio.run(hear, datagrams)

    holds(st.lists(mutated(DATAGRAMS, WORDS), max_size=3), told)
