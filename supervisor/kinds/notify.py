"""The server's side of sd_notify(3): what a program says of itself, at a socket of its own.

Each life has a socket at a path of its own, so nobody has to find out who sent a datagram, and
what is left of an earlier life cannot speak for this one. Its file is open to the life's user
alone, in a folder that lets everybody through.
"""

from __future__ import annotations

import array
import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Callable

import structlog
import trio
from msgspec import Struct

log = structlog.get_logger()

DATAGRAM = 64 * 1024  # as much as systemd takes; what is longer is cut off
DESCRIPTORS = socket.CMSG_SPACE(253 * array.array("i").itemsize)  # the kernel's SCM_MAX_FD
PATH_LIMIT = 107  # sun_path of unix(7), without the zero at its end
STATUS_LIMIT = 1000
# How many datagrams at most are acted on in one go: more than a socket's queue holds
# (net.unix.max_dgram_qlen), in spite of a sender who fills it as fast as it is emptied.
BURST = 1000


class Notice(Struct, frozen=True):
    """One datagram. Durations are seconds; None or False is what it does not speak of.

    `watchdog` is that it is alive, `broken` that it wants to be treated as if it had been silent
    (WATCHDOG=trigger), `silence` how long it may be from now on (WATCHDOG_USEC; 0 is any time).
    """

    ready: bool = False
    reloading: bool = False
    stopping: bool = False
    status: str | None = None
    errno: int | None = None
    main: int | None = None
    watchdog: bool = False
    broken: bool = False
    silence: float | None = None
    extend: float | None = None
    store: bool = False


def parse(datagram: bytes) -> Notice:
    """What a datagram says. Of a name that comes twice the last counts; nonsense says nothing."""
    text = datagram.decode("utf-8", "backslashreplace")
    said = {name: value for name, _, value in (line.partition("=") for line in text.split("\n"))}

    def number(name: str) -> int | None:
        value = said.get(name, "")
        # A number of 64 bits has 20 digits.
        fine = value.isascii() and value.isdecimal() and len(value) <= 20
        return int(value) if fine else None

    def seconds(name: str) -> float | None:
        return None if (usec := number(name)) is None else usec / 1e6

    status, error = said.get("STATUS"), number("ERRNO")
    return Notice(
        ready=said.get("READY") == "1",
        reloading=said.get("RELOADING") == "1",
        stopping=said.get("STOPPING") == "1",
        status=None if status is None else _printable(status),
        errno=error if error is None or error < 4096 else None,  # the kernel's MAX_ERRNO
        main=number("MAINPID"),
        watchdog=said.get("WATCHDOG") == "1",
        broken=said.get("WATCHDOG") == "trigger",
        silence=seconds("WATCHDOG_USEC"),
        extend=seconds("EXTEND_TIMEOUT_USEC"),
        store=said.get("FDSTORE") == "1",
    )


def _printable(text: str) -> str:
    """It is shown on terminals."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)[
        :STATUS_LIMIT
    ]


class NotifySocket:
    """A socket at `path`, from now until `close`; `hear` is told what comes.

    `owner` are the user and group of the one who may write to it besides us, -1 for our own.
    Raises `OSError`.
    """

    def __init__(self, hear: Callable[[Notice], None], owner: tuple[int, int] = (-1, -1)) -> None:
        self._hear = hear
        self._folder = tempfile.mkdtemp(prefix="nurseryd-", dir=_runtime_folder())
        self.path = f"{self._folder}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.bind(self.path)
            os.chmod(self.path, 0o600)
            os.chown(self.path, *owner)
            os.chmod(self._folder, 0o711)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def listen(self) -> None:
        """Hear what is said, until cancelled."""
        while True:
            await trio.lowlevel.wait_readable(self._socket)
            self.catch_up()

    def catch_up(self) -> None:
        """Hear all that has been said until now, without waiting."""
        for _ in range(BURST):
            try:
                data, ancillary, _, _ = self._socket.recvmsg(
                    DATAGRAM, DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
                )
            except BlockingIOError:
                return
            # BARRIER=1 comes with a descriptor, to be closed when all that was said before it has
            # been acted on; it has. FDSTORE=1 brings some to keep, which nobody here does.
            _close_all(ancillary)
            notice = parse(data)
            if notice.store:
                log.warning("cannot keep the descriptors that it sent: nurseryd has no store")
            self._hear(notice)


def _close_all(ancillary: list[tuple[int, int, bytes]]) -> None:
    for _, _, data in ancillary:  # descriptors: nobody asked the socket for anything else
        descriptors = array.array("i")
        descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
        for descriptor in descriptors:
            os.close(descriptor)


def _runtime_folder() -> str:
    """Where a folder with a socket may be made: one that is ours and has a short name."""
    candidates = ("/run", os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp")
    room = PATH_LIMIT - len("/nurseryd-xxxxxxxx/notify")
    for folder in candidates:
        if folder and len(os.fsencode(folder)) <= room and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise OSError(errno.EACCES, "no folder to make its notify socket in; make /run writable")
