"""From the messages of the SDK to the events of a turn. It decides, and does not wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trio
from claude_agent_sdk import (
    AssistantMessage,
    Message,
    StreamEvent,
    SystemMessage,
    TextBlock,
    ToolResultBlock,
    ToolUseBlock,
    UserMessage,
)

from services.agent.claude.command import WRITING
from services.agent.claude.gate import state_of
from services.agent.claude.summary import name, summary
from services.messages import BackendEvent, FileChanged, TextDelta, ToolFinished, ToolStarted, Usage

CHANGING = frozenset(name(tool) for tool in WRITING)
_SYNTHETIC = "<synthetic>"  # the "model" of what the CLI itself has to say, as errors
_ENOUGH = 300  # characters of why a tool failed


class Telling:
    """One run's. `started` are the calls under way, by their ids."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._streamed: set[str] = set()
        self._current = ""
        self._spoken = False  # since the last break
        self._partial: dict[str, dict[str, Any]] = {}
        self.started: dict[str, ToolStarted] = {}
        self.allowed: dict[str, tuple[dict[str, Any], tuple[int, ...] | None]] = {}
        self.told: set[str] = set()
        self._more = trio.Event()
        self.model = ""

    def take(self, message: Message) -> Iterator[BackendEvent]:
        """What a message means for whoever watches the turn."""
        match message:
            case SystemMessage(subtype="init", data={"model": str(model)}):
                self.model = model
            case StreamEvent(parent_tool_use_id=None, event=event):
                yield from self._stream(event)
            case AssistantMessage(parent_tool_use_id=None):
                yield from self._assistant(message)
            case UserMessage(content=list() as blocks):
                for block in blocks:
                    if isinstance(block, ToolResultBlock):
                        ok = not block.is_error
                        yield from self._finish(block.tool_use_id, _words(block.content), ok=ok)
            case _:
                pass

    async def until_started(self, call: str) -> None:
        """Wait until a call was told of."""
        while call not in self.told:
            await self._more.wait()

    def was_told(self, call: str) -> None:
        """The start of a call has been told."""
        self.told.add(call)
        self._more.set()
        self._more = trio.Event()

    def end(self) -> Iterator[BackendEvent]:
        """The ends of calls that the CLI does not tell of any more. It asks the disk, since a
        budget may be spent between an edit and its end.
        """
        for call, started in list(self.started.items()):
            given, before = self.allowed.get(call, ({}, None))
            done = started.tool in CHANGING and state_of(given) != before
            yield from self._finish(call, "it was not finished", ok=done)

    def allow(self, call: str, given: dict[str, Any], state: tuple[int, ...] | None) -> None:
        """A call may go on with this input; its file is in this state, or not there yet."""
        self.allowed[call] = given, state

    def paid(self, spent: dict[str, dict[str, Any]]) -> Usage:
        """What the run used, of all models together."""
        total = Usage(self.model)
        for it in spent.values():
            total += Usage(
                input_tokens=it.get("inputTokens") or 0,
                output_tokens=it.get("outputTokens") or 0,
                cache_read_tokens=it.get("cacheReadInputTokens") or 0,
                cache_write_tokens=it.get("cacheCreationInputTokens") or 0,
                cost=it.get("costUSD") or 0.0,
            )
        return total

    @property
    def used(self) -> Usage:
        """The tokens that the stream told of, where no result does; what they cost is unknown."""
        total = Usage(self.model)
        for it in self._partial.values():
            total += _usage(it)
        return total

    def _stream(self, event: dict[str, Any]) -> Iterator[BackendEvent]:
        match event:
            case {"type": "message_start", "message": {"id": str(id), **message}}:
                self._current = id
                self._partial[id] = dict(message.get("usage") or {})
            case {"type": "content_block_start", "content_block": {"type": "text"}}:
                yield from self._break()
            case {
                "type": "content_block_delta",
                "delta": {"type": "text_delta", "text": str(text)},
            }:
                self._streamed.add(self._current)
                yield from self._say(text)
            case {"type": "message_delta"}:
                usage: dict[str, Any] = event.get("usage") or {}
                known = {key: value for key, value in usage.items() if value is not None}
                self._partial.setdefault(self._current, {}).update(known)
            case _:
                pass

    def _assistant(self, message: AssistantMessage) -> Iterator[BackendEvent]:
        if message.model == _SYNTHETIC:
            return
        self.model = message.model
        for block in message.content:
            if isinstance(block, TextBlock) and message.message_id not in self._streamed:
                yield from self._break()
                yield from self._say(block.text)
            elif isinstance(block, ToolUseBlock):
                about = summary(self._root, block.name, block.input)
                self.started[block.id] = ToolStarted(name(block.name), about, block.id)
                yield self.started[block.id]

    def _break(self) -> Iterator[BackendEvent]:
        """Between two texts, be it that the first broke off and is said again."""
        if self._spoken:
            self._spoken = False
            yield TextDelta("\n\n")

    def _say(self, text: str) -> Iterator[BackendEvent]:
        if text:
            self._spoken = True
            yield TextDelta(text)

    def _finish(self, call: str, why: str, *, ok: bool) -> Iterator[BackendEvent]:
        started = self.started.pop(call, None)
        if started is None:
            return
        yield ToolFinished(started.tool, ok=ok, summary=started.summary if ok else why, call=call)
        given, before = self.allowed.pop(call, ({}, None))
        if ok and started.tool in CHANGING and "file_path" in given:
            path = Path(given["file_path"]).relative_to(self._root).as_posix()
            yield FileChanged(path, "added" if before is None else "modified")


def _usage(it: dict[str, Any]) -> Usage:
    return Usage(
        input_tokens=it.get("input_tokens") or 0,
        output_tokens=it.get("output_tokens") or 0,
        cache_read_tokens=it.get("cache_read_input_tokens") or 0,
        cache_write_tokens=it.get("cache_creation_input_tokens") or 0,
    )


def _words(content: str | list[dict[str, Any]] | None) -> str:
    """Why a tool failed, as the agent was told."""
    if isinstance(content, list):
        content = " ".join(str(block.get("text", "")) for block in content)
    text = (content or "").replace("<tool_use_error>", "").replace("</tool_use_error>", "")
    text = " ".join(text.split())
    return text if len(text) <= _ENOUGH else text[: _ENOUGH - 1] + "…"
