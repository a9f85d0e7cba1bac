"""Ends a container that nobody uses, and tells ECS first where ECS would start another."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
import trio

from services.aws import Task
from services.idle import telling
from services.idle.decide import Mode, again, choose, may_lower
from services.idle.ecs import Ecs
from services.idle.options import Options
from services.idle.watch import Watch
from services.messages import Blocked, Ending
from services.posting.notice import Notice
from supervisor.context import Context
from supervisor.control import Shutdown
from supervisor.desk import Refused
from supervisor.model import ExitCode

log = structlog.get_logger()

EXIT_CODE = ExitCode(20)
SIGNAL = 60.0  # seconds in which SIGTERM has come after ECS was asked to stop the task
PUT_BACK = 5.0  # seconds for one attempt, which is finished even when the service is to stop
SOON = 2.0  # seconds until the next one

Tell = Callable[[Notice], Awaitable[None]]


class Ender:
    """Of one life. `tell` tells the webhook of the mode "notify", and raises `Refused`."""

    def __init__(self, ctx: Context[Options], watch: Watch, ecs: Ecs, tell: Tell) -> None:
        self._ctx = ctx
        self._watch = watch
        self._ecs = ecs
        self._tell = tell
        self._attempts = 0
        self._since = 0.0  # when somebody last did something, in Unix seconds
        self._said = False
        self._lowered: tuple[Task, str] | None = None  # the service that was to have no task

    @property
    def _reason(self) -> str:
        return f"idle for {self._ctx.options.minutes:g} minutes"

    async def run(self) -> None:
        """Wait until nobody has used the container for its minutes, and end it; then return.

        Whoever does something while that is being done, keeps it: it is looked for right before
        each step. What AWS refuses is tried again, later and later, and the container goes on.
        """
        while True:
            await self._watch.until_idle()
            if not self._attempts:
                self._since = time.time() - self._watch.unused
            try:
                ready = await self._prepare()
            except Refused as refusal:
                ready = False
                self._refused(refusal)
            if ready and self._watch.idle:
                self._say()
                await self._ctx.control.ask(Shutdown(self._reason, exit_code=EXIT_CODE))
                return
            if self._watch.idle:
                self._attempts += 1
                await self._watch.pause(again(self._attempts))
            if not self._watch.idle:
                self._attempts = 0
                self._said = False
                await self._put_back()

    async def _prepare(self) -> bool:
        """Whether it is the daemon's turn to end. Raises `Refused`."""
        mode = self._ctx.options.mode
        task, service = None, None
        if mode in (Mode.AUTO, Mode.SERVICE, Mode.STOP):
            task = await self._ecs.task()
            if task is not None and mode is not Mode.STOP:
                service = await self._whose(task)
        way = choose(mode, on_ecs=task is not None, service=service)
        if way is not mode and mode is not Mode.AUTO:
            log.warning("mode of idle means nothing here, exiting", mode=mode)
        if not self._watch.idle:
            return False
        minutes = self._ctx.options.minutes
        log.info("idle", minutes=minutes, mode=way, service=service)
        if way is Mode.SERVICE and task and service:
            return await self._lower(task, service)
        if way is Mode.STOP and task:
            return await self._stop(task)
        if way is Mode.NOTIFY:
            await self._notify()
            return False
        return True

    async def _whose(self, task: Task) -> str | None:
        try:
            return await self._ecs.service(task)
        except Refused as refusal:
            if self._ctx.options.mode is Mode.SERVICE:
                raise
            # Most likely a task that was started by itself, whose role allows none of this.
            log.warning("taken for a task of no service", reason=str(refusal))
            return None

    async def _lower(self, task: Task, service: str) -> bool:
        """Have ECS want no task of the service: it would replace one that just ends."""
        wanted = await self._ecs.wanted(task, service)
        if not self._watch.idle:
            return False
        if may_lower(service, wanted):
            self._lowered = task, service  # even where no answer comes
            await self._ecs.want(task, service, 0)
        return True

    async def _stop(self, task: Task) -> bool:
        """Have ECS stop the task; SIGTERM ends this life then."""
        await self._ecs.stop(task, self._reason)
        self._say()
        await trio.sleep(SIGNAL)
        log.warning("no SIGTERM has come", seconds=SIGNAL)
        return True

    async def _notify(self) -> None:
        """Tell the one who ends it; it is told again, later and later, until it does."""
        task: Task | None = None
        with suppress(Refused):  # the receiver may know the container in another way
            task = await self._ecs.task()
        if self._watch.idle:
            run = self._ctx.run
            await self._tell(telling.of_idleness(self._reason, self._since, time.time(), run, task))

    async def _put_back(self) -> None:
        """Have ECS want a task of the service again, for whoever came back while it was lowered.

        If it has begun to stop this one, another one comes on the same volume.
        """
        while self._lowered and not self._watch.idle:
            task, service = self._lowered
            with trio.move_on_after(PUT_BACK, shield=True):
                try:
                    if not await self._ecs.wanted(task, service):
                        await self._ecs.want(task, service, 1)
                        log.warning("somebody came back, service put back to 1", service=service)
                    self._lowered = None
                except Refused as refusal:
                    log.warning("service not put back yet", reason=str(refusal))
            if self._lowered:
                await trio.sleep(SOON)

    def _say(self) -> None:
        """Tell whoever hears "endings" why it ends, once."""
        if not self._said:
            self._said = True
            self._send(Ending(self._reason, self._since))

    def _refused(self, refusal: Refused) -> None:
        wait = again(self._attempts + 1)
        log.warning("idle, and cannot end", reason=str(refusal), again=wait)
        if not self._attempts:
            self._send(Blocked(str(refusal), self._since))

    def _send(self, news: Ending | Blocked) -> None:
        with self._ctx.sender("endings", object) as endings, suppress(trio.WouldBlock):
            endings.send_nowait(news)
