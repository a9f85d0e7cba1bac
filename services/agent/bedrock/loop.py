"""The loop of a turn: the model answers, its tools are used, until it asks for none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
import trio

from services.agent import prompts
from services.agent.backend import BackendError, BudgetExceeded, Host, Turn
from services.agent.bedrock import Options, prices, retry, shorten, tools, troubles, wire
from services.agent.bedrock.messages import (
    Block,
    Message,
    Picture,
    Result,
    Text,
    Thought,
    assistant,
    closed,
    user,
)
from services.agent.bedrock.reply import Reply
from services.agent.bedrock.speech import Speech
from services.agent.bedrock.streaming import Asks, answer
from services.agent.bedrock.toolbox import Toolbox
from services.aws import Failed, Failure
from services.messages import TextDelta, Usage, Used

log = structlog.get_logger()

CUTS = 3
"""Answers one after the other that may be cut off."""
PAYING = 5.0
"""Seconds that writing down may take what an answer used that did not come whole."""


@dataclass(frozen=True)
class Line:
    """The way to the models: `limiter` counts those that are asked, `luck` is from 0 to 1."""

    models: Asks
    limiter: trio.CapacityLimiter
    luck: Callable[[], float]


class Loop:
    """One turn. `past` are the turns before it, `messages` its own so far; of the calls in the last
    one, `done` are the results that there are, and `begun` is the id of the one under way."""

    def __init__(
        self, options: Options, line: Line, turn: Turn, host: Host, past: list[list[Message]]
    ) -> None:
        self.past = past
        self.messages = [_instruction(turn)]
        self.done: list[Result] = []
        self.begun: str | None = None
        self.cut = False  # whether the past is another than it was
        self._options = options
        self._line = line
        self._turn = turn
        self._host = host
        self._model = turn.model or options.model
        self._price = prices.price(options.prices, self._model)
        self._toolbox = Toolbox(turn.root, turn.mode, host)
        self._speech = Speech()
        self._spent = 0.0
        self._cached = 0  # tokens of the last request that the provider's cache has now

    def closed(self, ending: str) -> list[Message]:
        """The turn's messages as another turn may follow them, if it ended here."""
        said = self._speech.said
        last = f"{said}\n\n{ending}" if said else ending
        return closed(self.messages, self.done, self.begun, last)

    async def run(self) -> None:
        """Raises `BackendError`."""
        cuts = 0
        for _ in range(self._options.max_steps):
            self._within_budget()
            self._fit(self._options.context_tokens)
            reply = await self._answered()
            self.messages.append(assistant(*self._said(reply)))
            self._speech.answered()
            await self._host.emit(Used(self._paid(reply)))
            if failure := troubles.stopped(reply.stop):
                raise failure
            note = self._note(reply)
            cuts = cuts + 1 if note else 0
            if cuts > CUTS:
                raise BackendError(
                    "The model's answers were cut off again and again. Ask for less."
                )
            if not reply.calls and note is None:
                return
            await self._use_tools(reply, note)
        raise BackendError(
            f"The agent was not done after {self._options.max_steps} steps. Ask it to go on, or for"
            " less at a time; `max_steps` in the options of the backend is the limit."
        )

    async def _use_tools(self, reply: Reply, note: str | None) -> None:
        for call in reply.calls:
            self.begun = call.id
            self.done.append(await self._toolbox.use(call))
            self.begun = None
        said: list[Block] = [*self.done, *([Text(note)] if note else [])]
        self.messages.append(user(*said))
        self.done = []

    async def _answered(self) -> Reply:
        """The model's next answer, asked for until it comes whole; what it says is told."""
        attempt = 1
        while True:
            reply = Reply()
            failed = await self._asked(reply)
            if failed is None:
                return reply
            self._speech.broke()
            if failed.failure is Failure.TOO_LONG and self._fit(self._size() - 1):
                continue
            wait = retry.pause(failed, attempt, self._options.attempts, self._line.luck())
            if wait is None:
                raise troubles.told(failed, self._model) from failed
            log.warning(
                "model did not answer",
                turn=self._turn.id,
                failure=str(failed.failure),
                code=failed.code,
                reason=str(failed),
                attempt=attempt,
                wait=wait,
            )
            await trio.sleep(wait)
            attempt += 1

    async def _asked(self, reply: Reply) -> Failed | None:
        """One attempt; what became of it, None if the answer is whole."""
        whole = False
        try:
            failed = await self._heard(reply)
            whole = failed is None
            return failed
        finally:
            if not whole and reply.letters is not None:
                with trio.move_on_after(PAYING, shield=True):
                    await self._host.emit(Used(self._paid(reply)))

    async def _heard(self, reply: Reply) -> Failed | None:
        try:
            async with answer(self._line.models, self._request(), self._line.limiter) as events:
                async for event in events:
                    if text := self._speech.take(reply.take(event)):
                        await self._host.emit(TextDelta(text))
        except Failed as failed:
            # Only the bill may be missing.
            return failed if reply.stop is None else None
        if reply.stop is None:
            return Failed(Failure.BROKEN, "the stream ended before the answer did")
        return None

    def _request(self) -> dict[str, object]:
        *before, last = [*(message for turn in self.past for message in turn), *self.messages]
        if note := self._speech.note:
            last = user(*last.blocks, Text(note))
        return wire.request(
            self._options,
            self._model,
            prompts.system(self._turn.mode),
            tools.offered(self._turn.mode),
            [*before, last],
        )

    def _said(self, reply: Reply) -> list[Block]:
        """What the model said; the words as the person read them where they came in pieces."""
        if not self._speech.pieced:
            return reply.blocks
        thoughts = [block for block in reply.blocks if isinstance(block, Thought)]
        return [*thoughts, Text(self._speech.said), *reply.calls]

    def _note(self, reply: Reply) -> str | None:
        if reply.stop == "model_context_window_exceeded":
            if not self._fit(self._size() - 1):
                raise troubles.told(Failed(Failure.TOO_LONG, reply.stop), self._model)
            return troubles.cut("max_tokens")
        return troubles.cut(reply.stop)

    def _paid(self, reply: Reply) -> Usage:
        counts = reply.usage or prices.estimated(self._size(), reply.letters or 0, self._cached)
        self._cached = prices.cached(counts)
        usage = prices.used(self._model, counts, self._price)
        self._spent += usage.cost
        return usage

    def _within_budget(self) -> None:
        budget = self._turn.budget
        if budget is not None and self._spent >= budget:
            raise BudgetExceeded(
                f"The turn has cost ${self._spent:.2f}, and may cost ${budget:.2f}."
            )

    def _size(self) -> int:
        return shorten.total([*self.past, self.messages])

    def _fit(self, most: int) -> bool:
        """Shorten the conversation if it is longer; whether that made a difference."""
        size = self._size()
        if size <= most:
            return False
        # By half, so that the cache holds for a while again.
        *past, self.messages = shorten.shortened([*self.past, self.messages], most // 2)
        self.cut = self.cut or past != self.past
        self.past = past
        return self._size() < size


def _instruction(turn: Turn) -> Message:
    pictures = [Picture(each.media_type.partition("/")[2], each.data) for each in turn.images]
    return user(*pictures, Text(prompts.said(turn)))
