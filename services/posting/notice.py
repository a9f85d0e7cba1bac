"""What a receiver is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from services.moments import instant


class Notice(Struct, frozen=True):
    """One event for a receiver: `id` is the same at each attempt, `time` is in Unix seconds."""

    id: str
    type: str
    time: float
    data: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        """As Standard Webhooks has it: `type`, `timestamp` and `data`."""
        return msgspec.json.encode(
            {"type": self.type, "timestamp": instant(self.time), "data": self.data}
        )
