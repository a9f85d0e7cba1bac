"""One turn's talk with a Claude Code CLI that runs: the instruction, and what comes of it."""

from __future__ import annotations

import math
from contextlib import suppress

import structlog
import trio
from claude_agent_sdk import (
    ClaudeAgentOptions,
    ClaudeSDKClient,
    ClaudeSDKError,
    Message,
    ResultMessage,
)

from services.agent.backend import BackendError, Host, Turn
from services.agent.claude.asking import Asking
from services.agent.claude.command import OLDEST, SHELL, new_enough
from services.agent.claude.effects import Effects
from services.agent.claude.failures import KeyRefused, RequestRefused, ended, failure
from services.agent.claude.saying import said
from services.agent.claude.summary import name
from services.agent.claude.telling import Telling
from services.agent.claude.transport import CliTransport
from services.messages import BackendEvent, ToolFinished, ToolStarted, Usage, Used
from supervisor.context import Running

log = structlog.get_logger()

CONNECT = 30.0  # seconds, for the CLI to begin
WIND_DOWN = 0.4  # for it to say what an interrupted turn has used
LEAVE = 5.0  # for it to end by itself after its last word


class NotResumed(BackendError):
    """The CLI ended by itself before it heard the instruction."""


class Conversation:
    def __init__(
        self,
        cli: Running,
        turn: Turn,
        host: Host,
        telling: Telling,
        effects: Effects,
        asking: Asking,
    ) -> None:
        self._cli = cli
        self._turn = turn
        self._host = host
        self._telling = telling
        self._effects = effects
        self._asking = asking
        self._max_turns = 0
        self._transport = CliTransport(cli)
        self._client = ClaudeSDKClient(
            ClaudeAgentOptions(
                verbatim_prompts=True,
                can_use_tool=asking.may,
                hooks={"PreToolUse": asking.hooks},
            ),
            transport=self._transport,
        )
        self._reading = trio.CancelScope(shield=True)
        self._heard, self._messages = trio.open_memory_channel[Message](math.inf)
        self._failure: BackendError | None = None
        self._asked = self._paid = False
        self._code: int | None = None
        self._gone = trio.Event()
        self._trouble = ""

    async def hold(self, max_turns: int) -> None:
        """Talk until the result; raises `BackendError`. `max_turns` is for its words.

        Cancelled, it interrupts the CLI, and lets it say within `WIND_DOWN` what was used.
        """
        self._max_turns = max_turns
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._wait)
            nursery.start_soon(self._listen_to_trouble)
            nursery.start_soon(self._asking.serve)
            try:
                await self._talk(nursery)
            finally:
                with trio.CancelScope(shield=True):
                    await self._close()
            nursery.cancel_scope.cancel()
        if self._failure is not None:
            raise self._failure

    async def _talk(self, nursery: trio.Nursery) -> None:
        if not await self._connect():
            return
        self._asked = True
        nursery.start_soon(self._read)
        with suppress(ClaudeSDKError):  # what it ended with is heard of otherwise
            await self._client.query(said(self._turn))
        async for message in self._messages:
            await self._take(message, nursery)
        if not self._paid:
            self._failure = self._failure or BackendError(await self._why_silent())
        for event in await trio.to_thread.run_sync(lambda: list(self._telling.end())):
            await self._emit(event)

    async def _connect(self) -> bool:
        try:
            with trio.fail_after(CONNECT):
                await self._client.connect()
                info = await self._client.get_server_info() or {}
        except trio.TooSlowError:
            self._failure = BackendError(f"Claude Code does not answer for {CONNECT:.0f} seconds")
            return False
        except ClaudeSDKError:
            why = await self._why_silent()
            # One that was killed says nothing about the conversation.
            by_itself = self._code is not None and self._code >= 0
            self._failure = NotResumed(why) if by_itself else BackendError(why)
            return False
        version = str(info.get("claude_code_version", ""))
        if new_enough(version):
            return True
        oldest = ".".join(map(str, OLDEST))
        text = f"cannot use Claude Code {version or 'of an unknown version'}: {oldest} is needed"
        self._failure = BackendError(text)
        return False

    async def _read(self) -> None:
        """Pass on what it says, without waiting for whoever takes it, until `_close`.

        The SDK's generators are not to be left before their end: they would be found by the
        garbage collector.
        """
        with self._reading, self._heard:
            try:
                async for message in self._client.receive_messages():
                    self._heard.send_nowait(message)
            except ClaudeSDKError as error:
                log.warning("Claude Code broke off", turn=self._turn.id, error=str(error))

    async def _why_silent(self) -> str:
        with trio.move_on_after(LEAVE):
            await self._gone.wait()
        if self._code is None:
            return "cannot understand Claude Code any more: try again"
        return ended(self._code, self._trouble)

    async def _take(self, message: Message, nursery: trio.Nursery) -> None:
        if isinstance(message, ResultMessage):
            await self._finish(message)
        elif self._failure is None:
            try:
                for event in self._telling.take(message):
                    await self._host.emit(event)
                    if isinstance(event, ToolStarted):
                        self._telling.was_told(event.call)
                    elif isinstance(event, ToolFinished) and event.tool == name(SHELL):
                        for change in await self._effects.after():
                            await self._host.emit(change)
            except BackendError as error:  # what it says and does from here on is not wanted
                self._failure = error
                self._asking.refuse()
                nursery.start_soon(self._interrupt)

    async def _finish(self, result: ResultMessage) -> None:
        """The last word, which ends the CLI."""
        self._paid = True
        spent = self._transport.spent
        # What a resumed session says it cost in all is no help: the CLI forgets some of it where
        # the last turn was interrupted.
        used = self._telling.used if spent is None else self._telling.paid(spent)
        if used != Usage(self._telling.model):
            await self._emit(Used(used))
        if self._failure is None:
            found = failure(result, budget=self._turn.budget, max_turns=self._max_turns)
            refused = isinstance(found, KeyRefused | RequestRefused)
            if refused and used != Usage(self._telling.model):
                found = BackendError(str(found))  # in the midst of it: nothing to begin anew
            self._failure = found
        self._transport.finish()
        self._reading.deadline = trio.current_time() + LEAVE

    async def _emit(self, event: BackendEvent) -> None:
        """Tell, even where that goes beyond a budget: what it says is the first failure."""
        try:
            await self._host.emit(event)
        except BackendError as error:
            self._failure = self._failure or error

    async def _close(self) -> None:
        """Whatever happened: let it say what was used, and leave the SDK."""
        with trio.move_on_after(WIND_DOWN):
            if self._asked and not self._paid and not self._gone.is_set():
                await self._wind_down()
        with trio.move_on_after(WIND_DOWN):
            if not self._paid and (used := self._telling.used) != Usage(self._telling.model):
                await self._emit(Used(used))
        self._reading.cancel()
        await self._client.disconnect()

    async def _wind_down(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._interrupt)
            async for message in self._messages:
                if isinstance(message, ResultMessage):
                    await self._finish(message)
                    break
            nursery.cancel_scope.cancel()

    async def _interrupt(self) -> None:
        with suppress(ClaudeSDKError):
            await self._client.interrupt()

    async def _wait(self) -> None:
        self._code = await self._cli.wait()
        self._gone.set()

    async def _listen_to_trouble(self) -> None:
        async for chunk in self._cli.stderr:
            text = chunk.decode(errors="backslashreplace").strip()
            if text:
                self._trouble = text.splitlines()[-1]
                log.info("Claude Code says", turn=self._turn.id, text=text[:2000])
