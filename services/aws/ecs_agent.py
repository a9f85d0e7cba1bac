"""The agent of ECS, which answers a container at addresses that it puts into its environment."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from supervisor.desk import Refused

SILENCE = 5.0  # seconds; the agent itself gives ECS four before it says that ECS did not answer
MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def ask(what: str, url: str, path: str, *, method: str = "GET", body: bytes = b"") -> Answer:
    """Send a request to the agent's `url`, `path` below it, and wait for the answer.

    For a worker thread: it waits up to `SILENCE` seconds for each sign of life. No proxy is asked,
    since the address is one that only this container has. Raises `Refused`, "cannot" and `what`.
    """
    import http.client  # 20 ms, which nobody waits for here

    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise Refused(f"cannot {what}: {url!r} is no http:// address")
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SILENCE)
        try:
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(method, parts.path.rstrip("/") + path, body or None, headers)
            response = connection.getresponse()
            content = response.read(MOST_BYTES + 1)
        finally:
            connection.close()
    except TimeoutError:
        raise Refused(f"cannot {what}: ECS's agent did not answer in {SILENCE:g} s") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(f"cannot {what}: ECS's agent: {error or type(error).__name__}") from error
    if len(content) > MOST_BYTES:
        raise Refused(f"cannot {what}: ECS's agent answered with more than {MOST_BYTES} bytes")
    return Answer(response.status, content)
