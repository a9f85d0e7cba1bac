"""One POST to a receiver. Blocking, of a bounded size, and it can be ended from outside.

The status is the answer: what comes after the headers is not read. No redirect is followed: the
signature is for the one that was configured.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from services.posting.answer import Answer

SILENCE = 10.0  # seconds between two signs of life


class Exchange:
    """For one worker thread; `hang_up` is for another one."""

    def __init__(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        parts = urlsplit(url)
        self._path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        self._headers = {
            "Content-Type": "application/json",
            "User-Agent": "nurseryd",
            "Connection": "close",
            **headers,
        }
        self._body = body
        self._hung_up = False
        host = parts.hostname or ""
        # Without a port http.client looks for one behind the last colon, in IPv6 too.
        if parts.scheme == "https":
            self._connection = http.client.HTTPSConnection(
                host, parts.port or 443, timeout=SILENCE, context=ssl.create_default_context()
            )
        else:
            self._connection = http.client.HTTPConnection(host, parts.port or 80, timeout=SILENCE)

    def run(self, now: float) -> Answer:
        """Send it and wait for the answer; `now` is in Unix seconds."""
        try:
            self._connection.connect()
            if self._hung_up:
                return Answer(0, "no answer in time")
            self._connection.request("POST", self._path, self._body, self._headers)
            with self._connection.getresponse() as response:
                after = patience(response.headers.get("Retry-After"), now)
                return Answer(response.status, None, after)
        except TimeoutError:
            return Answer(0, "no answer in time")
        except ssl.SSLCertVerificationError as error:
            return Answer(0, f"its certificate is not to be trusted: {error.verify_message}")
        except socket.gaierror:
            return Answer(0, "its name is not known")
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            return Answer(0, f"the connection failed: {why}")
        finally:
            self._connection.close()

    def hang_up(self) -> None:
        """End it, wherever it is; never waits."""
        self._hung_up = True
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def patience(retry_after: str | None, now: float) -> float | None:
    """The seconds that a `Retry-After` header asks for; None where it says nothing of use."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 10:
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, OverflowError):
        return None
