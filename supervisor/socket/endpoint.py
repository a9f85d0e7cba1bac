"""The control socket's file: one daemon holds it, and its own user and root may use it."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from pathlib import Path

import trio


class SocketBusy(Exception):
    """A socket cannot be had; the text says why and what to do."""


class Endpoint:
    """A Unix socket that this process listens on, and the lock that says so.

    `inherited` says that files of it were there: who had it before did not end in good order.
    """

    def __init__(
        self, path: str, listener: trio.SocketListener, lock: int, *, inherited: bool = False
    ) -> None:
        self.path = path
        self.inherited = inherited
        self.listener = listener
        self._lock = lock

    def close(self) -> None:
        """Listen no longer; its files are gone."""
        self.listener.socket.close()
        _remove(self.path)
        _unlock(self.path, self._lock)


async def open_socket(path: str) -> Endpoint:
    """Listen on `path`, for this user and root alone. A dead daemon's socket is replaced.

    Raises `SocketBusy` when a living one has it, or the path cannot be a socket. Of several that
    ask in the same instant one gets it: a lock beside the socket, held until the process ends,
    guards the steps from looking at what is there to putting our own in its place.
    """
    if len(os.fsencode(path)) > 107:  # sun_path in unix(7), less its closing NUL
        raise _busy(path, "a socket's path has at most 107 bytes")
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        inherited = _was_locked(path)
        lock = _lock(path)
    except OSError as error:
        raise _busy(path, error.strerror) from None
    # One that answers without having the lock is no daemon of this program, but it is there.
    if lock is None or await _answers(path):
        if lock is not None:
            _unlock(path, lock, as_found=inherited)
        raise _busy(path, "another daemon does", "stop it, or ")
    # Not Trio's: it would bind in a worker thread, with our umask in force for everybody.
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        replaced = _remove(path)
        before = os.umask(0o177)
        try:
            listening.bind(path)
        finally:
            os.umask(before)
        listening.listen(128)
    except OSError as error:
        listening.close()
        _unlock(path, lock, as_found=inherited)
        raise _busy(path, error.strerror) from None
    listener = trio.SocketListener(trio.socket.from_stdlib_socket(listening))
    return Endpoint(path, listener, lock, inherited=inherited or replaced)


def peer_uid(stream: trio.SocketStream) -> int:
    """The user at the other end, as of its connecting."""
    raw = stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _pid, uid, _gid = struct.unpack("3i", raw)
    return uid


def trusted(uid: int) -> bool:
    """Whether this user may ask for anything: root and our own."""
    return uid in (0, os.geteuid())


def _busy(path: str, why: str | None, first: str = "") -> SocketBusy:
    return SocketBusy(
        f"cannot listen on {path}: {why}; {first}set supervisor.socket to another path"
    )


def _was_locked(path: str) -> bool:
    return Path(f"{path}.lock").exists()


def _lock(path: str) -> int | None:
    """The descriptor of the lock, or None where somebody has it.

    The kernel lets go of it when we end, however we do.
    """
    while True:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(lock, f"{path}.lock"):
                return lock
        except BlockingIOError:
            os.close(lock)
            return None
        os.close(lock)  # its holder removed it before it let go: nobody else would find it


def _is_at(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _unlock(path: str, lock: int, *, as_found: bool = False) -> None:
    """Let go of the lock. A dead daemon's file stays, as found, for the one that can take over."""
    if not as_found:
        Path(f"{path}.lock").unlink(missing_ok=True)
    os.close(lock)


def _remove(path: str) -> bool:
    """Whether there was a socket."""
    if not Path(path).is_socket():
        return False
    Path(path).unlink()
    return True


async def _answers(path: str) -> bool:
    try:
        async with await trio.open_unix_socket(path):
            return True
    except OSError:
        return False
