"""How the kernel paces a TCP connection."""

from __future__ import annotations

import socket
from pathlib import Path

ALLOWED = Path("/proc/sys/net/ipv4/tcp_allowed_congestion_control")
NAME = 16  # bytes at most, with the zeros at the end


def congestion_of(sock: socket.socket) -> bytes:
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, NAME).rstrip(b"\0")


def other_than_reno() -> bytes:
    """What everybody may choose besides; reno itself where there is nothing."""
    return next((name for name in ALLOWED.read_bytes().split() if name != b"reno"), b"reno")
