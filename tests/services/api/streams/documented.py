"""Whether an event is as clients are told."""

from __future__ import annotations

import msgspec

from services.api.streams.journal_events import KINDS
from services.messages import Event


def as_documented(event: Event) -> None:
    """Fails for a kind, a field or a value of which the documentation does not know."""
    assert event.type in KINDS, f"{event.type} is not documented"
    shape = KINDS[event.type]
    msgspec.json.decode(event.data, type=shape)
    beyond = msgspec.json.decode(event.data).keys() - set(shape.__struct_encode_fields__)
    assert not beyond, f"{event.type} has {beyond}, which is not documented"
