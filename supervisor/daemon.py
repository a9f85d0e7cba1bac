"""Put it together: a plan becomes one running tree, and ends with an exit code."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from types import FrameType

import structlog
import trio

from supervisor import lastresort, pid1, reaper
from supervisor.channels import Channels
from supervisor.config import BAD_CONFIGURATION, ConfigError, Problem
from supervisor.control import BadConfiguration, Control, Reload
from supervisor.desk import Refused
from supervisor.events import Events
from supervisor.leftovers import end_leftovers, place_of
from supervisor.log import Logbook, setup
from supervisor.metrics import Metrics
from supervisor.output import Output
from supervisor.plan import Plan
from supervisor.redact import Redactor
from supervisor.socket.endpoint import SocketBusy, open_socket
from supervisor.socket.public import open_public, serve_public
from supervisor.socket.served import DaemonState, Served
from supervisor.socket.server import serve
from supervisor.supervisor import Ending, Supervisor
from supervisor.survivors import survivors

log = structlog.get_logger()

# Left to themselves these would end the daemon and leave its children behind.
UNUSED = (
    *(signal.SIGUSR1, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO),
    *(signal.SIGPWR, signal.SIGSTKFLT, *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)),
)
# For each service two pipes, a pidfd and one more while it starts; and what everything else needs.
DESCRIPTORS_EACH, DESCRIPTORS_BESIDES = 4, 256
# A terminal and a scheduler both may send one signal twice in a row; a person takes longer.
SECOND_SIGNAL_AFTER = 0.2


def run(plan: Plan, read: Callable[[], Plan], doubts: Sequence[Problem] = ()) -> int:
    """Run a plan to its end; the exit code of the daemon.

    `doubts` are for the log. `read` makes a plan of the configuration as it is when it is called;
    it raises `ConfigError`. Asked to begin anew, this process becomes a new daemon in place, and
    does not return.
    """
    for signum in (signals := tuple(_signals())):
        signal.signal(signum, _too_late)  # what is put back when Trio no longer listens
    # Modules and plan stay to the end. Collections pass them by, the one at exit above all: it
    # would take longer than all else that is left to do then.
    gc.freeze()
    gc.enable()
    redactor = Redactor(plan.secrets(os.environ), plan.settings.redact)
    with closing(setup(plan.settings.log, plan.settings.log_level, redactor=redactor)) as logbook:
        for doubt in doubts:
            log.warning(doubt.told, where=doubt.place)
        try:
            ending = trio.run(
                _main,
                plan,
                partial(_read, read),
                signals,
                logbook,
                redactor,
                strict_exception_groups=True,
            )
        except SocketBusy as busy:
            log.error("cannot start", reason=str(busy))  # noqa: TRY400  (its text says all)
            return BAD_CONFIGURATION
        finally:
            lastresort.forget()
            # To ignore one that is held back for the next daemon would be to forget it.
            for signum in set(signals) - signal.pthread_sigmask(signal.SIG_BLOCK, ()):
                signal.signal(signum, signal.SIG_IGN)
        log.info("stopped", reason=ending.reason, exit_code=ending.exit_code)
    if ending.again:
        pid1.block()  # which also lets none be ignored: it would stay so in what comes
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    return ending.exit_code


async def _read(read: Callable[[], Plan]) -> Plan:
    try:
        return await trio.to_thread.run_sync(read, abandon_on_cancel=True)
    except ConfigError as error:
        raise BadConfiguration(error.problems) from None
    except (OSError, RuntimeError) as error:  # of a module that is loaded now, or no thread
        raise Refused(f"cannot reload: {error}; nothing was changed, try again later") from error
    except Exception as error:  # a mistake costs a reload, and no service its life
        log.exception("reading failed")
        text = "cannot reload: a mistake in reading, see the daemon's log; nothing was changed"
        raise Refused(text) from error


async def _main(
    plan: Plan,
    read: Callable[[], Awaitable[Plan]],
    stopping: Sequence[int],
    logbook: Logbook,
    redactor: Redactor,
) -> Ending:
    with trio.open_signal_receiver(*stopping) as signals:
        pid1.unblock()
        _make_room(len(plan.services))
        endpoint = await open_socket(plan.settings.socket)
        public = await open_public(plan.settings.http) if plan.settings.http else []
        events, output = Events(), Output(logbook.record, sink=logbook.sink, redactor=redactor)
        logbook.keep(output.note)
        place = place_of(endpoint.path)
        supervisor = Supervisor(plan, _channels(plan), events, output, read, place=place)
        control = supervisor.control()
        served = Served(
            control,
            events,
            output,
            Metrics(events, control),
            state=partial(state_of, supervisor),
            run=supervisor.tree.run_id,
            usage=supervisor.tree.vitals.usage,
            config=plan.file,
        )
        # Below an init of our own the last daemon's processes have all gone with it.
        if endpoint.inherited and pid1.is_subreaper():
            await end_leftovers(place)
        log.info("started", services=len(plan.services), socket=plan.settings.socket)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_obey, signals, supervisor, output, nursery)
            nursery.start_soon(lastresort.leave_in_time, supervisor)
            nursery.start_soon(serve, endpoint, served)
            nursery.start_soon(supervisor.tree.vitals.measure, supervisor.tree.markers)
            if public:
                nursery.start_soon(serve_public, public, served)
            if pid1.is_subreaper():
                nursery.start_soon(reaper.reap_orphans, survivors.leaders)
            await supervisor.run()
            nursery.cancel_scope.cancel()
        # Nobody hears signals from here on: those that come wait for the daemon that begins anew.
        ending = supervisor.ending
        assert ending is not None
        if ending.again:
            pid1.block()
        output.close()
        return ending


def state_of(supervisor: Supervisor) -> DaemonState:
    """What the daemon is doing, for whoever asks over a socket."""
    if supervisor.ending is None:
        return DaemonState.RUNNING
    return DaemonState.RESTARTING if supervisor.ending.again else DaemonState.SHUTDOWN


def _name(signum: int) -> str:
    try:
        return signal.Signals(signum).name
    except ValueError:  # one of the realtime signals between the first and the last
        return f"SIGRTMIN+{signum - signal.SIGRTMIN}"


def _signals() -> Iterator[int]:
    """What the daemon hears: it stops for all of these but HUP, USR2 and `UNUSED`."""
    yield from (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR2, *UNUSED)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        yield signal.SIGHUP


def _too_late(signum: int, _frame: FrameType | None) -> None:
    """One more signal at the very end changes nothing, least of all the exit code.

    A blocked one came in by another thread, and is put back to wait in this one, through an exec.
    """
    if signum in signal.pthread_sigmask(signal.SIG_BLOCK, ()):
        signal.raise_signal(signum)


def _channels(plan: Plan) -> Channels:
    return Channels(
        streams=plan.channels_of("sends"),
        desks=plan.channels_of("asks"),
        boards=plan.channels_of("publishes"),
        capacity=plan.capacity,
    )


def _make_room(services: int) -> None:
    """Raise our limit of open files to what so many services take, and no further.

    The usual 1024 is enough for 300. Children inherit the limit, and some programs do not bear a
    high one (select(2) has room for 1024 descriptors): few services change nothing for them.
    """
    wanted = DESCRIPTORS_BESIDES + DESCRIPTORS_EACH * services
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        log.warning("may run out of open files: raise the hard limit", hard=hard, wanted=wanted)
        wanted = hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _obey(
    signals: AsyncIterator[int], supervisor: Supervisor, output: Output, nursery: trio.Nursery
) -> None:
    """The first signal stops everything in order; one more means now.

    SIGHUP reads the configuration again, as daemons have it; but a terminal sends it when it is
    closed, and then it is the end like the others. SIGUSR2 opens the log files again, as
    supervisord does, for a logrotate that has moved them.
    """
    first = None
    attached = os.isatty(0) or os.isatty(1)
    async for signum in signals:
        now = trio.current_time()
        if signum in UNUSED:
            log.info("signal ignored", signal=_name(signum))
        elif signum == signal.SIGUSR2:
            output.reopen()
            log.info("log files opened again")
        elif signum == signal.SIGHUP and not attached:
            nursery.start_soon(_reload, supervisor.control())
        elif first is None:
            first = now
            supervisor.end(f"asked by {_name(signum)}")
        elif now - first >= SECOND_SIGNAL_AFTER:
            supervisor.hurry()


async def _reload(control: Control) -> None:
    try:
        done = await control.ask(Reload())
    except Refused as refusal:
        log.error("cannot reload", reason=str(refusal))  # noqa: TRY400  (its text says all)
    else:
        services = [one.service or "supervisor" for one in done]
        log.info("reloaded", changed=services)
