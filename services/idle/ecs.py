"""ECS, asked in worker threads, each question within its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import trio

from services.aws import OwnTask, Task, metadata, protect, protection, read_task
from supervisor.desk import Refused

T = TypeVar("T")

AGENT = 10.0  # seconds for a question to the agent
AWS = 40.0  # and for one to AWS: three attempts, and the first imports boto3
THREADS = 4  # one that is under way, and some that were given up and have not noticed yet


class Ecs:
    """As `environ` leads to it. Everything raises `Refused`; cancelled, it may have been done."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._own: OwnTask | None = None
        self._limiter = trio.CapacityLimiter(THREADS)

    @property
    def can_protect(self) -> bool:
        """Whether there is an agent that can be asked to."""
        return bool(self._environ.get(protection.VARIABLE))

    async def task(self) -> Task | None:
        """The task that this container is; None where this is not ECS, then without waiting."""
        if not self._environ.get(metadata.VARIABLE):
            return None
        return await self._ask(AGENT, lambda: read_task(self._environ))

    async def service(self, task: Task) -> str | None:
        """The service that the task belongs to, asked of AWS where the agent does not say."""
        if task.service:
            return task.service
        return await self._ask(AWS, lambda: self._mine(task).service())

    async def wanted(self, task: Task, service: str) -> int:
        """How many tasks its service is to have."""
        return await self._ask(AWS, lambda: self._mine(task).wanted(service))

    async def want(self, task: Task, service: str, count: int) -> None:
        """Have its service keep so many tasks."""
        await self._ask(AWS, lambda: self._mine(task).want(service, count))

    async def stop(self, task: Task, reason: str) -> None:
        """Have the task stopped."""
        await self._ask(AWS, lambda: self._mine(task).stop(reason))

    async def protect(self, minutes: int) -> None:
        """Have the task left alone for so many minutes, 0 for no longer; see `protect`."""
        await self._ask(AGENT, lambda: protect(self._environ, minutes))

    def _mine(self, task: Task) -> OwnTask:
        if self._own is None:
            self._own = OwnTask(task)
        return self._own

    async def _ask(self, seconds: float, question: Callable[[], T]) -> T:
        with trio.move_on_after(seconds):
            return await trio.to_thread.run_sync(
                question, limiter=self._limiter, abandon_on_cancel=True
            )
        raise Refused(f"cannot wait for ECS any longer: it did not answer in {seconds:g} s")
