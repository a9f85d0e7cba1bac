"""What must never be printed: the values of the variables that `supervisor.secrets` names, and
what stands before the '@' in an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from supervisor.config.origin import Node, at
from supervisor.config.words import visible

HIDDEN = "********"
# A shorter value is no secret: to hide each "1" would spoil the text and tell the value.
SHORTEST = 4
# As in https://user:password@host/: whoever writes one has said no variable that holds it.
CREDENTIAL = re.compile(r"(?<=://)[^\s/?#@'\"]+(?=@)")


class Secrets(Struct, frozen=True):
    """Hides values in texts, also where they were quoted or escaped on the way."""

    values: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tree: Node, *environments: Mapping[str, str]) -> Secrets:
        """Those that a configuration names, with all the values that these environments have.

        A mistake elsewhere in the list is no reason to print them.
        """
        node = at(tree, ("supervisor", "secrets"))
        names = [item.value for item in node.items if isinstance(item.value, str)] if node else []
        values = (table.get(name) for table in environments for name in names)
        return cls(frozenset(value for value in values if value and len(value) >= SHORTEST))

    def hide(self, text: str) -> str:
        if "@" in text:
            text = CREDENTIAL.sub(HIDDEN, text)
        if not self.values:
            return text
        for spelled in sorted(self._spellings(), key=len, reverse=True):
            text = text.replace(spelled, HIDDEN)
        return text

    def _spellings(self) -> set[str]:
        import json  # most configurations name no secrets

        return {
            spelled
            for value in self.values
            for spelled in (
                *(value, visible(value), repr(value)[1:-1], ascii(value)[1:-1]),
                *(json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]),
            )
        }

    def __repr__(self) -> str:
        return f"Secrets({len(self.values)})"
