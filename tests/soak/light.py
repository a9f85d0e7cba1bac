"""A dev server as light as one can be, in Astro's place: it speaks as our runner does.

Run as `python -I -S light.py dev ROOT PORT CACHE MODULES`. It answers every request with a page,
every check with that page and no mistake, and leaves with SIGTERM. What is left out is Astro: so
ten thousand starts measure who starts it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<h1>Light</h1>"
CHECKED = b'{"pages": ["/"], "errors": []}'

_, _, port, cache = sys.argv[1:5]
signal.signal(signal.SIGTERM, lambda _signum, _frame: sys.exit(0))
os.makedirs(cache, exist_ok=True)
os.chdir(cache)  # the name of a socket has no room for a long path
if os.path.exists("check.sock"):
    os.unlink("check.sock")
checks = socket.socket(socket.AF_UNIX)
checks.bind("check.sock")
checks.listen()
pages = socket.create_server(("127.0.0.1", int(port)))
report = {"event": "astro.ready", "port": int(port), "address": f"http://127.0.0.1:{port}/"}
print(json.dumps(report | {"ms": 1}), flush=True)
connections: set[socket.socket] = set()
while True:
    for ready in select.select([pages, checks, *connections], [], [])[0]:
        if ready is pages:
            connections.add(pages.accept()[0])
        elif ready is checks:
            with checks.accept()[0] as asker:
                asker.recv(65536)
                asker.sendall(CHECKED)
        else:
            try:
                asked = ready.recv(65536)
                if asked:
                    ready.sendall(PAGE * asked.count(b"\r\n\r\n"))
            except OSError:
                asked = b""
            if not asked:
                connections.discard(ready)
                ready.close()
