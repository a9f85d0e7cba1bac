"""The same events as server-sent events, and in AWS's frames. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from services.standin import errors, eventstream
from services.standin.anthropic.events import Events
from services.standin.playing import End, Said
from services.standin.script import Fail
from services.standin.wire import Whole, as_json


class MessagesWire:
    """`/v1/messages`."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, events: Events) -> None:
        self._events = events

    def stream(self, said: Said) -> Sequence[bytes]:
        return [
            b"event: %s\ndata: %s\n\n" % (str(event["type"]).encode(), as_json(event))
            for event in self._events.of(said)
        ]

    def broken(self, fail: Fail) -> bytes:
        return errors.event(fail)

    def whole(self, said: Iterable[Said]) -> Whole:
        return Whole(200, as_json(self._events.message(said)))

    def failed(self, fail: Fail) -> Whole:
        return errors.failed(fail)


class InvokeWire:
    """`/model/{id}/invoke-with-response-stream` and `/invoke` of Bedrock."""

    content_type = eventstream.CONTENT_TYPE

    def __init__(self, events: Events) -> None:
        self._events = events

    def stream(self, said: Said) -> Sequence[bytes]:
        events = list(self._events.of(said))
        if isinstance(said, End):
            events[-1]["amazon-bedrock-invocationMetrics"] = {
                "inputTokenCount": said.tokens.input,
                "outputTokenCount": said.tokens.output,
                "invocationLatency": 1,
                "firstByteLatency": 1,
            }
        return [
            eventstream.event("chunk", {"bytes": base64.b64encode(as_json(event)).decode()})
            for event in events
        ]

    def broken(self, fail: Fail) -> bytes:
        return errors.exception(fail)

    def whole(self, said: Iterable[Said]) -> Whole:
        return Whole(200, as_json(self._events.message(said)))

    def failed(self, fail: Fail) -> Whole:
        return errors.aws_failed(fail)
