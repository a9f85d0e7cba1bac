"""The client side: one request at a time, without Trio, so that a command starts at once."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any
from urllib.parse import quote


class Unreachable(Exception):
    """No daemon answers there; the text says where and what to do."""


class Rejected(Exception):
    """The daemon will not do it; the text is its reason."""


class Missing(Rejected):
    """The daemon has no such thing."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("nurseryd")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


class Client:
    """A daemon's control socket. Calls wait for as long as the daemon takes to answer."""

    def __init__(self, path: str) -> None:
        self._path = path

    def services(self) -> list[dict[str, Any]]:
        """Every service's status, as `ServiceStatus` has it."""
        return self._call("GET", "/v1/services")["services"]

    def command(self, verb: str, name: str) -> dict[str, Any]:
        """`start`, `stop` or `restart` a service; its status once that is done, or will not be."""
        return self._call("POST", f"/v1/services/{quote(name, safe='@')}/{verb}")["service"]

    def shutdown(self, reason: str) -> None:
        """Stop everything; returns when it is under way."""
        self._call("POST", "/v1/shutdown", {"reason": reason})

    def _call(self, method: str, path: str, body: object = None) -> Any:
        connection = _UnixConnection(self._path)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer = json.loads(response.read())
        except PermissionError:
            raise Unreachable(f"cannot open {self._path}: it belongs to another user") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Unreachable(
                f"cannot reach a daemon at {self._path}: {reason}; is nurseryd running?"
            ) from None
        finally:
            connection.close()
        if response.status >= 400:
            refusal = Missing if response.status == 404 else Rejected
            raise refusal(answer.get("error", f"answered {response.status}"))
        return answer
