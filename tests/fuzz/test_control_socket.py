"""The control socket: any bytes get an answer that says what is wrong, and the daemon goes on."""

from __future__ import annotations

import json
import re

from tests.fuzz.claim import holds
from tests.fuzz.host import daemon, said
from tests.fuzz.mutating import JSON, mutated
from tests.supervisor.inside import request

TOML = """
[service.a]
kind = "task"
run = "tests.supervisor.bodies:steady"

[service.b]
kind = "task"
run = "tests.supervisor.bodies:steady"
autostart = false

[service."c@"]
kind = "task"
run = "tests.supervisor.bodies:steady"

[service."d@"]
kind = "process"
command = ["{words...}"]
directory = "/{folder}"
restart = "never"

[group.pair]
members = ["a", "b"]
"""


def start(words: str) -> bytes:
    """Of an instance that runs these words."""
    return json.dumps({"parameters": {"words": words, "folder": ""}}).encode()


REQUESTS = [
    request("GET", "/v1/services"),
    request("GET", "/v1/services/a"),
    request("GET", "/v1/services/a/spec"),
    request("GET", "/v1/services/a/logs?lines=3&stream=stdout"),
    request("GET", "/v1/logs?lines=10&follow=1"),
    request("GET", "/v1/events"),
    request("GET", "/v1/specs"),
    request("GET", "/v1/diff"),
    request("GET", "/v1/daemon"),
    request("GET", "/v1/health?level=ready"),
    request("GET", "/metrics"),
    request("HEAD", "/v1/services"),
    request("POST", "/v1/services/b/start", b'{"parameters": {}}'),
    request("POST", "/v1/services/c@1/start", b'{"parameters": {"x": "y"}}'),
    request("POST", "/v1/services/d@1/start", start('["true"]')),
    request("POST", "/v1/services/b/stop"),
    request("POST", "/v1/services/a/restart"),
    request("POST", "/v1/services/a/signal", b'{"signal": "HUP"}'),
    request("POST", "/v1/services/a/signal", b'{"signal": 1}'),
    request("POST", "/v1/services/a/stdin", b"a word\n"),
    request("POST", "/v1/services/a/clear"),
    request("DELETE", "/v1/services/b"),
    request("POST", "/v1/reload", b'{"only": ["a", "b"]}'),
    b"POST /v1/reload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\n"
    b"X: y\r\n\r\n",
    b"POST /v1/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}",
    b"GET /v1/daemon HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
]
WORDS = (
    b"HTTP/1.0",
    b"CONNECT",
    b"/%00%ff/..",
    b"?a=b&&c&=%",
    b"Host: b\r\n",
    b"Content-Length: 1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n",
)
STATUS = re.compile(rb"(?:HTTP/1\.1 100 Continue\r\n\r\n)?HTTP/1\.1 (\d{3}) [A-Z]")


def checked(answer: bytes) -> bool:
    """Whether it was done; what was not is said in words, and was no mistake of the daemon's."""
    if not answer:
        return False  # it was no whole request
    found = STATUS.match(answer)
    assert found is not None, answer
    status = int(found[1])
    assert status != 500, answer
    body = answer.partition(b"\r\n\r\n")[2]
    if status >= 400 and body and b" 100 Continue" not in answer:
        assert json.loads(body)["error"].startswith(("cannot ", "there ", "a body has ")) or (
            status == 503
        )
    return status < 300


def test_any_bytes_get_an_answer_and_the_daemon_goes_on():
    with daemon(TOML) as path:

        def control_socket(data: bytes) -> bool:
            return checked(said(path, data))

        known = [
            request("POST", "/v1/services/d@1/start", start(words))
            for words in ("[]", '[""]', '["a\\u0000b"]', '["/no/such/program"]', "[" * 10_000)
        ]
        holds(mutated(REQUESTS, (*WORDS, *JSON)), control_socket, known=known)
        assert control_socket(request("GET", "/v1/services"))
