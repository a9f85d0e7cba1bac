"""A crowd of idle WebSockets and the dev server at their other end, in a process of their own.

Usage: crowd.py COUNT. Says the port of its dev server, reads the port of the front door, says
"open" when all are open, and ends with its input.
"""

import socket
import sys

SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: a2V5a2V5a2V5a2V5a2V5\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def read_head(connection: socket.socket) -> None:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += connection.recv(4096)


def main(count: int) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)
    door = int(sys.stdin.readline())
    ends: list[socket.socket] = []
    for _ in range(count):
        browser = socket.create_connection(("127.0.0.1", door))
        browser.sendall(UPGRADE)
        behind, _ = server.accept()
        read_head(behind)
        behind.sendall(SWITCH)
        read_head(browser)
        ends += [browser, behind]
    print("open", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
