"""A container that nobody uses ends by itself; the logic's own tests run on fake time."""

import base64
import contextlib
import os
import socket
import time
from pathlib import Path

import pytest

from tests.whole.daemon import Daemon, processes_with

pytestmark = pytest.mark.system

IDLE = 20


def test_a_tab_that_only_pings_does_not_keep_it_awake(tmp_path: Path, cache: Path) -> None:
    with Daemon(tmp_path, cache, AUTO_SHUTDOWN_MINUTES="0.5") as daemon:
        daemon.init()
        daemon.shown("<h1")
        tab = socket.create_connection(("127.0.0.1", daemon.hmr_port))
        with tab:
            key = base64.b64encode(os.urandom(16)).decode()
            tab.sendall(
                f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{daemon.hmr_port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: vite-hmr\r\n\r\n".encode()
            )
            assert tab.recv(4096).startswith(b"HTTP/1.1 101")
            assert daemon.process is not None
            deadline = time.monotonic() + 150
            while daemon.process.poll() is None and time.monotonic() < deadline:
                # {"type":"ping"}, masked with zeros, as the Vite client sends it.
                ping = b'{"type":"ping"}'
                with contextlib.suppress(OSError):
                    tab.sendall(bytes([0x81, 0x80 | len(ping)]) + bytes(4) + ping)
                time.sleep(0.2)
        assert daemon.process.poll() == IDLE
        assert processes_with(str(tmp_path)) == []
