"""AWS event stream messages: `application/vnd.amazon.eventstream`. Pure.

A message is its length and its headers' length (with a CRC-32 of those two), the headers, the
payload, and a CRC-32 of all of it.
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any
from zlib import crc32

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7  # the type of a header's value
_FRAME = 16  # bytes of a message around its headers and payload


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    packed = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", _FRAME + len(packed) + len(payload), len(packed))
    begun = prelude + struct.pack("!I", crc32(prelude)) + packed + payload
    return begun + struct.pack("!I", crc32(begun))


def event(name: str, value: Mapping[str, Any]) -> bytes:
    """An event with a JSON payload."""
    return _message("event", ":event-type", name, value)


def exception(name: str, value: Mapping[str, Any]) -> bytes:
    """An error in mid-stream; nothing follows it."""
    return _message("exception", ":exception-type", name, value)


def _message(kind: str, header: str, name: str, value: Mapping[str, Any]) -> bytes:
    headers = {header: name, ":content-type": "application/json", ":message-type": kind}
    return message(headers, json.dumps(value, ensure_ascii=False).encode())


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack("!B", len(key)) + key + struct.pack("!BH", _STRING, len(text)) + text
