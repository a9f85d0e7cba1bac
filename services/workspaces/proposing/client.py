"""One exchange with a forge's API: within a time, of a bounded size, and with nobody else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec
import urllib3
from urllib3 import exceptions

from services.loopback import is_loopback
from services.workspaces.proposing.api import Call
from supervisor.desk import Refused

MOST_BYTES = 4 * 1024 * 1024  # of an answer
MOST_MOVES = 3  # redirects; GitHub has them for a repository that was renamed
_CHUNK = 64 * 1024
_MOVED = (301, 302, 307, 308)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Blocking. `headers` show the secret: they go to `api` alone, and into no text."""

    def __init__(self, api: str, headers: Mapping[str, str], within: float) -> None:
        """`within` is how many seconds an exchange may take. Raises `Refused` for plain http."""
        parts = urlsplit(api)
        self._host = parts.hostname or ""
        if parts.scheme != "https" and not is_loopback(self._host):
            raise Refused(f"a token goes to {self._host} over https only; use its https address")
        self._api = api
        self._headers = {**headers, "User-Agent": "nurseryd"}
        self._within = within

    def send(self, call: Call) -> Reply:
        """Raises `Refused` where no answer is had; one that says no is an answer."""
        url = f"{self._api}{call.path}"
        if call.query:
            url += f"?{urlencode(call.query, quote_via=quote)}"
        body, headers = None, self._headers
        if call.body is not None:
            body = msgspec.json.encode(call.body)
            headers = {**headers, "Content-Type": "application/json"}
        deadline = time.monotonic() + self._within
        try:
            with urllib3.PoolManager(num_pools=1) as pool:
                for _ in range(MOST_MOVES + 1):
                    reply = self._one(pool, call.method, url, headers, body, deadline)
                    if reply.status not in _MOVED:
                        return reply
                    url = self._same_host(url, reply.headers.get("Location", ""))
        except exceptions.NewConnectionError as error:  # which calls itself a timeout
            raise self._unreachable() from error
        except exceptions.TimeoutError as error:
            raise self._slow() from error
        except exceptions.SSLError as error:
            raise Refused(
                f"{self._host} has no certificate that is valid here, or speaks no TLS; mend that"
            ) from error
        except exceptions.HTTPError as error:
            raise self._unreachable() from error
        raise Refused(f"{self._host} sends from one address to the next; look at repoUrl")

    def _one(
        self,
        pool: urllib3.PoolManager,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
    ) -> Reply:
        left = max(deadline - time.monotonic(), 0.001)
        response = pool.request(
            method,
            url,
            headers=headers,
            body=body,
            timeout=urllib3.Timeout(total=left),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            content = bytearray()
            # The timeout is that of a single read: a host that sends a byte now and then would
            # go on for ever.
            while chunk := response.read1(_CHUNK):
                content += chunk
                if time.monotonic() > deadline:
                    raise self._slow()
                if len(content) > MOST_BYTES:
                    raise Refused(f"{self._host} answers at a length that no forge's API does")
            return Reply(response.status, response.headers, bytes(content))
        finally:
            response.close()

    def _slow(self) -> Refused:
        return Refused(
            f"{self._host} did not answer within {self._within:g} s; try again: one that was"
            " opened all the same is then the answer"
        )

    def _unreachable(self) -> Refused:
        return Refused(
            f"{self._host} cannot be reached, or hangs up; look at the network, and try again"
        )

    def _same_host(self, url: str, location: str) -> str:
        elsewhere = f"{self._host} sends elsewhere; give the repository's present address"
        try:
            target = urljoin(url, location)
            same = _origin(target) == _origin(url)
        except ValueError:
            raise Refused(elsewhere) from None
        if not same:
            raise Refused(elsewhere)
        return target


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default
