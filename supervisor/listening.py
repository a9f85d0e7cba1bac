"""The listening sockets that outlive the services they are for."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import stat
from collections.abc import Iterable
from contextlib import suppress

from msgspec import Struct

from supervisor.failure import Failed

BACKLOG = 4096  # the kernel makes it net.core.somaxconn where that is less
PATH_LIMIT = 107  # sun_path of unix(7), without the zero at its end
MODE = 0o666


class Listening:
    """Sockets by service and address. Whoever connects while a service is between two lives
    waits in the socket's queue, and is answered by the next life.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Open] = {}

    def open(
        self,
        service: str,
        addresses: Iterable[str],
        *,
        mode: int = MODE,
        owner: tuple[int, int] = (-1, -1),
    ) -> tuple[socket.socket, ...]:
        """Listen on these addresses, as of the first call; close those no longer named.

        They are in blocking mode, as a program expects a socket that it is handed. `mode` and
        `owner` (user and group, -1 for our own) are for the files of new ones at paths. A file
        that nobody listens at any more is replaced. Raises `Failed`, and then no new one is
        open.
        """
        wanted = dict.fromkeys(addresses)
        for key in [key for key in self._open if key[0] == service and key[1] not in wanted]:
            self._open.pop(key).close()
        new: list[tuple[str, str]] = []
        for address in wanted:
            if (key := (service, address)) not in self._open:
                try:
                    self._open[key] = _listen(address, mode, owner)
                except OSError as error:
                    for other in new:
                        self._open.pop(other).close()
                    why = error.strerror or str(error)
                    raise Failed(f"cannot listen on {address}: {why}") from None
                new.append(key)
        found = tuple(self._open[service, address].socket for address in wanted)
        for it in found:
            it.setblocking(True)  # the flag is the socket's: an earlier life may have changed it
        return found

    def close(self, service: str) -> None:
        """Listen no longer for a service that vanished."""
        self.open(service, ())

    def close_all(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def problem(address: str) -> str | None:
    """Why nobody could ever listen there, or None."""
    if _is_path(address):
        fits = len(os.fsencode(address)) <= PATH_LIMIT
        return None if fits else f"{address!r} is longer than {PATH_LIMIT} bytes"
    try:
        _host_and_port(address)
    except ValueError:
        return f'{address!r} is no "address:port", such as "127.0.0.1:80" or "[::]:80", and no path'
    return None


class _Open(Struct, frozen=True):
    socket: socket.socket
    path: str | None = None
    inode: tuple[int, int] = (0, 0)

    def close(self) -> None:
        self.socket.close()
        if self.path is not None:
            with suppress(OSError):
                if _inode(self.path) == self.inode:
                    os.unlink(self.path)


def _is_path(address: str) -> bool:
    return address.startswith("/")


def _host_and_port(address: str) -> tuple[str, int]:
    """Raises `ValueError`. A name would have to be looked up, and may mean several addresses."""
    host, _, number = address.rpartition(":")
    if not (number.isascii() and number.isdecimal() and 0 < int(number) < 65536):
        raise ValueError(address)
    if host == "localhost":
        host = "127.0.0.1"
    elif host.startswith("[") and host.endswith("]"):
        host = str(ipaddress.IPv6Address(host[1:-1]))
    else:
        host = str(ipaddress.IPv4Address(host))
    return host, int(number)


def _listen(address: str, mode: int, owner: tuple[int, int]) -> _Open:
    if _is_path(address):
        return _listen_at_path(address, mode, owner)
    host, port = _host_and_port(address)
    it = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in host:  # "[::]" means what it says, and leaves the port free for "0.0.0.0"
            it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        it.bind((host, port))
        it.listen(BACKLOG)
    except OSError:
        it.close()
        raise
    return _Open(it)


def _listen_at_path(path: str, mode: int, owner: tuple[int, int]) -> _Open:
    _remove_stale(path)
    it = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        it.bind(path)
    except OSError:
        it.close()
        raise
    found = _Open(it, path, _inode(path))
    try:
        _give(path, mode, owner)  # before it listens nobody can connect, whatever the mode was
        it.listen(BACKLOG)
    except OSError:
        found.close()
        raise
    return found


def _give(path: str, mode: int, owner: tuple[int, int]) -> None:
    """Let others use a socket, and no other file that stands at its path by now.

    Whoever may write to the folder could have put a link there. The umask would do for the mode,
    but it is that of all our threads, and some of them make folders.
    """
    held = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    try:
        if not stat.S_ISSOCK(os.fstat(held).st_mode):
            raise OSError(errno.EEXIST, "somebody has put another file there; remove it")
        os.chmod(f"/proc/self/fd/{held}", mode)
        if owner != (-1, -1):
            os.chown(f"/proc/self/fd/{held}", *owner)
    finally:
        os.close(held)


def _remove_stale(path: str) -> None:
    """Remove the socket of somebody who is no more; raises `OSError` where it is another thing."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise OSError(errno.EEXIST, "there is a file in the way; remove it")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except BlockingIOError:
            pass  # its queue is full: somebody is there
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _inode(path: str) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_dev, found.st_ino
