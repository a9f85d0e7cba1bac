"""The events of a stream put together to what a model said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from services.agent.bedrock.messages import Block, Call, Text, Thought
from services.nonsense import NONSENSE


@dataclass
class _Open:
    """A block that deltas still come for."""

    call: tuple[str, str] | None = None  # its id and its tool
    text: list[str] = field(default_factory=list[str])
    thought: list[str] = field(default_factory=list[str])
    signature: str = ""
    redacted: bytes = b""


@dataclass
class Reply:
    """What has come so far. `stop` is the reason that the model stopped for, `usage` AWS's words.

    `letters` is how long all is that it said; None until the answer begins. A call that has not
    come whole when the stream ends is not among the blocks.
    """

    blocks: list[Block] = field(default_factory=list[Block])
    stop: str | None = None
    usage: Mapping[str, int] = field(default_factory=dict[str, int])
    letters: int | None = None
    _open: dict[int, _Open] = field(default_factory=dict[int, _Open])

    def take(self, event: Mapping[str, Any]) -> str:
        """Take an event in; the text that it adds for the person, mostly none."""
        self.letters = self.letters or 0
        match event:
            case {"contentBlockStart": {"contentBlockIndex": index, "start": start}}:
                use = start.get("toolUse")
                self._open[index] = _Open(call=(use["toolUseId"], use["name"]) if use else None)
            case {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}:
                # A block of text has no start event.
                return self._add(self._open.setdefault(index, _Open()), delta)
            case {"contentBlockStop": {"contentBlockIndex": index}}:
                self._close(self._open.pop(index, _Open()))
            case {"messageStop": {"stopReason": reason}}:
                self.stop = reason
                for index in sorted(self._open):
                    if self._open[index].call is None:
                        self._close(self._open[index])
            case {"metadata": {"usage": usage}}:
                self.usage = usage
            case _:
                pass  # messageStart, and what later versions say
        return ""

    @property
    def calls(self) -> list[Call]:
        return [block for block in self.blocks if isinstance(block, Call)]

    def _add(self, block: _Open, delta: Mapping[str, Any]) -> str:
        match delta:
            case {"text": text}:
                self._hear(text, block.text)
                return text
            case {"toolUse": {"input": text}}:
                self._hear(text, block.text)
            case {"reasoningContent": {"text": text}}:
                self._hear(text, block.thought)
            case {"reasoningContent": {"signature": signature}}:
                block.signature += signature
            case {"reasoningContent": {"redactedContent": data}}:
                block.redacted += data
            case _:
                pass
        return ""

    def _hear(self, text: str, said: list[str]) -> None:
        said.append(text)
        self.letters = (self.letters or 0) + len(text)

    def _close(self, block: _Open) -> None:
        text = "".join(block.text)
        if block.call is not None:
            self.blocks.append(_call(*block.call, text))
        elif block.thought or block.redacted:
            self.blocks.append(Thought("".join(block.thought), block.signature, block.redacted))
        elif text:
            self.blocks.append(Text(text))


def _call(id: str, tool: str, text: str) -> Call:
    try:
        value: object = msgspec.json.decode(text or "{}")
    except NONSENSE:
        value = None
    if not isinstance(value, dict):
        return Call(id, tool, {}, broken=True)
    return Call(id, tool, cast(dict[str, Any], value))
