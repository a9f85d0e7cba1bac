"""Put it together: a plan becomes one running tree, and ends with an exit code."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from functools import partial
from types import FrameType

import structlog
import trio

from supervisor import pid1, reaper
from supervisor.channels import Channels
from supervisor.config import BAD_CONFIGURATION
from supervisor.events import Events
from supervisor.log import setup, write_line
from supervisor.output import Output
from supervisor.plan import Plan
from supervisor.socket.server import SocketBusy, open_socket, serve
from supervisor.supervisor import Ending, Supervisor

log = structlog.get_logger()

# Left to themselves these two would end the daemon and leave its children behind.
UNUSED = (signal.SIGUSR1, signal.SIGUSR2)
# A terminal and a scheduler both may send one signal twice in a row; a person takes longer.
SECOND_SIGNAL_AFTER = 0.2


def run(plan: Plan) -> int:
    """Run a plan to its end; the exit code of the daemon."""
    for signum in (signals := tuple(_signals())):
        signal.signal(signum, _too_late)  # what is put back when Trio no longer listens
    with closing(setup(plan.settings.log, plan.settings.log_level)):
        try:
            ending = trio.run(_main, plan, signals, strict_exception_groups=True)
        except SocketBusy as busy:
            log.error("cannot start", reason=str(busy))  # noqa: TRY400  (its text says all)
            return BAD_CONFIGURATION
        finally:
            for signum in signals:
                signal.signal(signum, signal.SIG_IGN)
        log.info("stopped", reason=ending.reason, exit_code=ending.exit_code)
        return ending.exit_code


async def _main(plan: Plan, stopping: Sequence[signal.Signals]) -> Ending:
    with trio.open_signal_receiver(*stopping) as signals:
        pid1.unblock()
        listener = await open_socket(plan.settings.socket)
        events = Events()
        supervisor = Supervisor(plan, _channels(plan), events, Output(write_line))
        log.info("started", services=len(plan.services), socket=plan.settings.socket)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_obey, signals, supervisor)
            if pid1.is_subreaper():
                nursery.start_soon(reaper.reap_orphans)
            nursery.start_soon(partial(serve, listener, supervisor.control()))
            ending = await supervisor.run()
            nursery.cancel_scope.cancel()
        return ending


def _signals() -> Iterator[signal.Signals]:
    """What the daemon hears: it stops for all of these but `UNUSED`."""
    yield from (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, *UNUSED)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        yield signal.SIGHUP


def _too_late(_signum: int, _frame: FrameType | None) -> None:
    """One more signal at the very end changes nothing, least of all the exit code."""


def _channels(plan: Plan) -> Channels:
    def named(how: str) -> list[str]:
        return [name for name, channel in plan.channels.items() if channel.pattern[0] == how]

    return Channels(
        streams=named("sends"),
        desks=named("asks"),
        boards=named("publishes"),
        capacity=plan.capacity,
    )


async def _obey(signals: AsyncIterator[int], supervisor: Supervisor) -> None:
    """The first signal stops everything in order; one more means now."""
    first = None
    async for signum in signals:
        now = trio.current_time()
        if signum in UNUSED:
            log.info("signal ignored", signal=signal.Signals(signum).name)
        elif first is None:
            first = now
            supervisor.end(f"asked by {signal.Signals(signum).name}")
        elif now - first >= SECOND_SIGNAL_AFTER:
            supervisor.hurry()
