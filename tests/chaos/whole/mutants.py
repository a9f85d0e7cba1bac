"""The agent's service with one mistake each, which the run must find."""

from __future__ import annotations

import os
from typing import Any

import trio

from services.agent import Options as Options  # what a daemon looks for beside a service
from services.agent import recovery
from services.agent.lanes import Lane
from services.agent.transaction import Transaction
from tests.chaos.turns.mutants import everything_again, replacing

_run = Transaction.run


async def _leave(_lane: Lane) -> bool:
    await trio.lowlevel.checkpoint()
    return False


async def _leak(transaction: Transaction) -> Any:
    os.open(os.devnull, os.O_RDONLY)
    await _run(transaction)


runs_again_what_ran = replacing(recovery, "recover", everything_again)
leaves_torn_what_is_torn = replacing(Lane, "_mend", _leave)
leaks_a_descriptor_each_turn = replacing(Transaction, "run", _leak)

MUTANTS = tuple(
    f"{__name__}:{name}"
    for name in ("runs_again_what_ran", "leaves_torn_what_is_torn", "leaks_a_descriptor_each_turn")
)
