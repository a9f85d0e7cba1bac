"""Calls over httpx2, without async."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any, TypeVar

import httpx2

from .calls import Call, Content, decoded
from .following import Position
from .problems import Problem
from .retrying import Attempts, Retries, refusal
from .sse import Parser, Sent
from .timing import Waiting

T = TypeVar("T")


class Sender:
    """Makes calls, again where that helps. Raises `Problem` and `Unreachable`."""

    def __init__(self, http: httpx2.Client, retries: Retries, waiting: Waiting) -> None:
        self._http = http
        self._retries = retries
        self._waiting = waiting

    def reply(self, call: Call, shape: type[T]) -> T:
        """The answer, as a shape."""
        return decoded((self._send(call)).content, shape)

    def perhaps(self, call: Call, shape: type[T]) -> T | None:
        """The answer as a shape, if there is one."""
        answer = self._send(call)
        return decoded(answer.content, shape) if answer.content else None

    def nothing(self, call: Call) -> None:
        """Where there is no answer but that it was done."""
        self._send(call)

    def content(self, call: Call) -> Content:
        """The answer as it is."""
        answer = self._send(call)
        kind = answer.headers.get("Content-Type", "")
        return Content(answer.content, kind, answer.headers.get("ETag"))

    def _send(self, call: Call) -> httpx2.Response:
        attempts = Attempts(call, self._retries)
        while True:
            try:
                answer = self._http.request(
                    call.method,
                    call.address,
                    params=call.parameters,
                    headers=attempts.headers,
                    content=attempts.body,
                    timeout=self._waiting.of(call),
                )
            except httpx2.TransportError as error:
                pause = attempts.unanswered(error)
            else:
                if answer.is_success:
                    return answer
                pause = attempts.refused(answer.status_code, answer.headers, answer.content)
            time.sleep(pause)

    def events(self, call: Call, kinds: Mapping[str, type[Any]]) -> Generator[Any]:
        """Each event once and in order, whatever becomes of the connections that bring them."""
        position = Position(call, kinds, self._retries)
        while True:
            failure: Exception | None = None
            try:
                with closing(self._connection(call, position)) as events:
                    for event in events:
                        if (seen := position.take(event)) is not None:
                            yield seen
            except (httpx2.TransportError, Problem) as error:
                failure = error
            time.sleep(position.ended(failure))

    def _connection(self, call: Call, position: Position) -> Generator[Sent]:
        with self._http.stream(
            call.method,
            call.address,
            params=call.parameters,
            headers=position.headers,
            timeout=self._waiting.of_streams,
        ) as answer:
            if not answer.is_success:
                body = answer.read()
                raise refusal(answer.status_code, answer.headers, body, self._retries.now())
            parser = Parser()
            for piece in answer.iter_bytes():
                yield from parser.feed(piece)
