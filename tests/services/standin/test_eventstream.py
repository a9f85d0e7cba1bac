"""AWS's frames, as botocore reads them."""

from __future__ import annotations

import json

from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from services.standin import eventstream

names = st.from_regex(r"[A-Za-z:-]{1,60}", fullmatch=True)


@given(st.dictionaries(names, st.text(max_size=300), max_size=5), st.binary(max_size=5000))
def test_a_message_is_read_as_it_was_meant(headers: dict[str, str], payload: bytes):
    buffer = EventStreamBuffer()
    buffer.add_data(eventstream.message(headers, payload) * 2)
    for message in (next(buffer), next(buffer)):
        assert message.headers == headers
        assert message.payload == payload


def test_an_event_and_an_exception_say_what_they_are():
    buffer = EventStreamBuffer()
    buffer.add_data(eventstream.event("chunk", {"a": "é"}))
    buffer.add_data(eventstream.exception("throttlingException", {"message": "slowly"}))
    event, exception = list(buffer)
    assert event.headers == {
        ":event-type": "chunk",
        ":content-type": "application/json",
        ":message-type": "event",
    }
    assert json.loads(event.payload) == {"a": "é"}
    assert exception.headers[":message-type"] == "exception"
    assert exception.headers[":exception-type"] == "throttlingException"
