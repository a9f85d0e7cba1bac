"""The client side: one request at a time, without Trio, so that a command starts at once."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlencode

from supervisor.socket.troubles import Missing, Rejected, Unreachable, explain, refusal

__all__ = ["Client", "Missing", "Rejected", "Unreachable"]


class Client:
    """A daemon's control socket.

    A call waits for as long as the daemon takes to answer, or, with a `timeout`, for so many
    seconds of its silence. All of them raise `Unreachable`, `Missing` and `Rejected`.
    """

    def __init__(self, path: str, timeout: float | None = None) -> None:
        self.path = path
        self._timeout = timeout

    def services(self) -> list[dict[str, Any]]:
        """Every service's status, as `ServiceStatus` has it, in start order."""
        return self._json("GET", "/v1/services")["services"]

    def service(self, name: str) -> dict[str, Any]:
        return self._json("GET", _service(name))["service"]

    def command(
        self, verb: str, name: str, parameters: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """`start`, `stop` or `restart` a service; its status once that is done, or will not be."""
        body = {"parameters": parameters} if parameters else None
        return self._json("POST", _service(name, verb), body)["service"]

    def signal(self, name: str, signal: str) -> None:
        """Send it a signal, by name and without SIG."""
        self._json("POST", _service(name, "signal"), {"signal": signal})

    def write(self, name: str, data: bytes) -> None:
        """Write to its stdin; returns when its pipe has taken all of it."""
        self._json("POST", _service(name, "stdin"), data)

    def clear(self, name: str) -> None:
        """Drop what is kept of its output, and empty its files."""
        self._json("POST", _service(name, "clear"))

    def remove(self, name: str) -> None:
        """Forget it until the next reload."""
        self._json("DELETE", _service(name))

    def spec(self, name: str, *, secrets: bool = False) -> dict[str, Any]:
        """What is declared of it, as it is in force; with the values of `secrets`, or without."""
        shown = "?secrets=shown" if secrets else ""
        return self._json("GET", _service(name, "spec") + shown)["spec"]

    def diff(self) -> list[dict[str, Any]]:
        """What a reload would change, as `Difference` has it."""
        return self._json("GET", "/v1/diff")["differences"]

    def reload(self, only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Read the configuration again and make it so, or so much of it; what changed."""
        return self._json("POST", "/v1/reload", {"only": only} if only else {})["differences"]

    def daemon(self) -> dict[str, Any]:
        """`pid`, `version`, `identifier`, `state`, `config` and `run`."""
        return self._json("GET", "/v1/daemon")

    def shutdown(self, reason: str, *, again: bool = False) -> None:
        """Stop everything; returns when it is under way. `again`: and then begin anew."""
        self._json("POST", "/v1/shutdown", {"reason": reason} | ({"again": True} if again else {}))

    def metrics(self) -> str:
        """In the text format of Prometheus."""
        with self._ask("GET", "/metrics", None) as response:
            if response.status >= 400:
                raise refusal(response.status, self._decode(response))
            return response.read().decode("utf-8", "replace")

    @contextmanager
    def logs(
        self, name: str | None, *, lines: int | None, stream: str | None, follow: bool
    ) -> Generator[Generator[dict[str, Any]]]:
        """Lines, as `Line` has them: kept ones, at most `lines`, and with `follow` those to come.

        Those of every service, and the daemon's own, where `name` is None. No line is missed from
        the moment the context is entered.
        """
        asked = {"lines": lines, "stream": stream, "follow": 1 if follow else None}
        query = urlencode({key: value for key, value in asked.items() if value is not None})
        path = "/v1/logs" if name is None else _service(name, "logs")
        with self._stream(f"{path}?{query}" if query else path) as records:
            yield records

    @contextmanager
    def events(self) -> Generator[Generator[dict[str, Any]]]:
        """First `{"snapshot": [status…]}`, then `{"before": …, "now": …}` for every change."""
        with self._stream("/v1/events") as records:
            yield records

    @contextmanager
    def usage(self) -> Generator[Generator[dict[str, Any]]]:
        """What every service takes, as `Sample` has it: the last one at once, then each."""
        with self._stream("/v1/usage") as records:
            yield records

    @contextmanager
    def _stream(self, path: str) -> Generator[Generator[dict[str, Any]]]:
        with self._ask("GET", path, None) as response:
            if response.status >= 400:
                raise refusal(response.status, self._decode(response))
            yield self._records(response)

    def _records(self, response: http.client.HTTPResponse) -> Generator[dict[str, Any]]:
        while True:
            with self._explaining():
                line = response.readline()
                if not line:
                    return
                record = json.loads(line)
            yield record

    def _json(self, method: str, path: str, body: object = None) -> Any:
        with self._ask(method, path, body) as response:
            answer = self._decode(response)
            if response.status >= 400:
                raise refusal(response.status, answer)
            return answer

    def _decode(self, response: http.client.HTTPResponse) -> dict[str, Any]:
        with self._explaining():
            answer = json.loads(response.read())
            if not isinstance(answer, dict):
                raise ValueError("not an object")  # noqa: TRY004  (as all that is no answer)
            return answer  # pyright: ignore[reportUnknownVariableType]

    @contextmanager
    def _ask(self, method: str, path: str, body: object) -> Generator[http.client.HTTPResponse]:
        with closing(http.client.HTTPConnection("nurseryd")) as connection, ExitStack() as line:
            with self._explaining():
                connection.sock = line.enter_context(self._connected())
                connection.request(
                    method,
                    path,
                    body if body is None or isinstance(body, bytes) else json.dumps(body),
                )
                response = connection.getresponse()
            yield response

    @contextmanager
    def _connected(self) -> Generator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as it:
            it.settimeout(self._timeout)
            it.connect(self.path)
            try:
                yield it
            finally:
                # Closing it would wait for another thread that reads, until something comes.
                with suppress(OSError):  # the daemon has closed it
                    it.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _explaining(self) -> Generator[None]:
        """What can go wrong on the way, as `Unreachable` with what to do about it."""
        try:
            yield
        except http.client.IncompleteRead:
            raise Unreachable(explain(self.path, EOFError())) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(explain(self.path, error)) from None


def _service(name: str, *more: str) -> str:
    return "/".join(("/v1/services", quote(name, safe="@"), *more))
