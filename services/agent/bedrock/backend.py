"""The backend over Amazon Bedrock: a turn with what the thread remembers before and after it."""

from __future__ import annotations

import random
from collections.abc import Callable

import structlog
import trio

from services.agent.backend import BackendError, BudgetExceeded, Host, Turn
from services.agent.bedrock import Options, memory, prices
from services.agent.bedrock.loop import Line, Loop
from services.agent.bedrock.messages import without_thoughts
from services.agent.bedrock.streaming import Asks
from services.aws import Failed, Models

log = structlog.get_logger()

_STOPPED = "(This was stopped before it was done.)"
_WRITING = 5.0
_HASTILY = 0.5
"""Seconds that writing down a turn may take, and when it is cancelled."""


class Bedrock:
    """See `Backend`. `luck` spreads attempts in time."""

    def __init__(
        self,
        options: Options,
        models: Asks | None = None,
        luck: Callable[[], float] = random.random,
    ) -> None:
        if models is None:
            models = Models(region=options.region, timeout=options.silence, streams=options.streams)
        self._options = options
        self._line = Line(models, trio.CapacityLimiter(options.streams), luck)
        self._unpriced: set[str] = set()

    async def run(self, turn: Turn, host: Host) -> None:
        """See `Backend.run`. What the model is told of earlier turns is in `turn.store`."""
        self._check(turn)
        before = await self._remembered(turn)
        loop = Loop(self._options, self._line, turn, host, [list(each.messages) for each in before])
        ending, limit = _STOPPED, _HASTILY
        try:
            await loop.run()
            limit = _WRITING
        except BackendError as error:
            ending, limit = _ending(error, loop), _WRITING
            raise
        finally:
            if ending is not None:
                with trio.move_on_after(limit, shield=True):
                    await self._remember(turn, before, loop, ending)

    async def _remembered(self, turn: Turn) -> list[memory.Remembered]:
        try:
            return await trio.to_thread.run_sync(memory.load, turn.store)
        except OSError as error:
            raise BackendError(
                f"What was said in this conversation cannot be read: {error.strerror}."
            ) from error

    async def _remember(
        self, turn: Turn, before: list[memory.Remembered], loop: Loop, ending: str
    ) -> None:
        messages = without_thoughts(loop.closed(ending))
        now = memory.Remembered(turn.id, tuple(messages))

        def write() -> None:
            if loop.cut:
                memory.rewrite(turn.store, [*memory.again(before, loop.past), now])
            else:
                memory.append(turn.store, now)

        try:
            await trio.to_thread.run_sync(write, abandon_on_cancel=True)
        except OSError as error:
            # The site is edited: that the model will not know of it is no reason to fail.
            log.warning("conversation not written", turn=turn.id, reason=str(error))

    def _check(self, turn: Turn) -> None:
        model = turn.model or self._options.model
        if not model:
            raise BackendError("No model is named for Amazon Bedrock: set `bedrock.model`.")
        if prices.price(self._options.prices, model) is not None:
            return
        if turn.budget is not None and self._options.prices and model != self._options.model:
            # Whoever asks would name it to get round the budget.
            raise BackendError(
                f"The model {model} has no price here, and so no budget holds it: name another one,"
                " or have whoever runs this add it to `bedrock.prices`."
            )
        if model not in self._unpriced:
            self._unpriced.add(model)
            log.warning("model without a price", model=model)


def _ending(error: BackendError, loop: Loop) -> str | None:
    """The model's last words about a turn that failed; None for one that is to be forgotten.

    An instruction that the model refused before it said anything would be refused for ever.
    """
    cause = error.__cause__
    if isinstance(cause, Failed) and not cause.failure.passes and len(loop.messages) == 1:
        return None
    if isinstance(error, BudgetExceeded):
        return "(This was stopped, since it had cost what it may.)"
    return f"(This failed: {error})"
