"""The services there are: a runner for each, and instances of templates that come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import trio

from supervisor.desk import NotFound, Refused
from supervisor.kinds import KINDS
from supervisor.kinds.life import LiveBody, Unfit
from supervisor.runner import Runner
from supervisor.spec import Spec
from supervisor.template import fill, template_of

Hire = Callable[[Spec, LiveBody, Mapping[str, str]], Runner]


class Roster(Mapping[str, Runner]):
    """Runners by name, in start order. `hire` makes one, `dismissed` is told of one that went."""

    def __init__(self, hire: Hire, dismissed: Callable[[str], None]) -> None:
        self._hire = hire
        self._dismissed = dismissed
        self._runners: dict[str, Runner] = {}
        self._tasks: dict[str, trio.CancelScope] = {}
        self._nursery: trio.Nursery | None = None
        self.templates: Mapping[str, Spec] = {}

    def __getitem__(self, name: str) -> Runner:
        return self._runners[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._runners)

    def __len__(self) -> int:
        return len(self._runners)

    def open(self, nursery: trio.Nursery) -> None:
        """From now on the runners run, in tasks of this nursery."""
        self._nursery = nursery
        for runner in self._runners.values():
            nursery.start_soon(self._run, runner)

    def find(self, name: str) -> Runner:
        """The runner of a service; raises `NotFound`, or `Refused` for a template."""
        if name in self._runners:
            return self._runners[name]
        if name in self.templates:
            raise Refused(f"cannot do that with a template: name an instance, such as {name}one")
        names = ", ".join(self._runners)
        raise NotFound(f"cannot find a service {name!r}; services are {names}")

    def find_to_start(self, name: str, parameters: Mapping[str, str]) -> Runner:
        """The same, with a new instance where the name is one of a template."""
        template = self.templates.get(template_of(name) or "")
        if template is None:
            runner = self.find(name)
            if parameters:
                raise Refused(f"cannot give {name} parameters: it is no instance of a template")
            return runner
        existing = self._runners.get(name)
        before = existing.status.value.parameters if existing else {}
        parameters = dict(parameters) or before
        if existing is not None and not existing.is_down:
            if parameters == before:
                return existing
            raise Refused(f"cannot start {name} with other parameters: stop it first")
        spec = fill(template, {"instance": name.partition("@")[2], **parameters}, name=name)
        if existing is not None and (existing.spec, before) == (spec, parameters):
            return existing
        try:
            body = KINDS[spec.kind](spec)
        except Unfit as unfit:
            raise Refused(f"cannot start {name}: {unfit.key}: {unfit.text}") from None
        self.forget_instance(name)
        return self.add(spec, body, parameters)

    def add(
        self, spec: Spec, body: LiveBody, parameters: Mapping[str, str] | None = None
    ) -> Runner:
        """A runner for a service, which runs as soon as the roster is open."""
        runner = self._runners[spec.name] = self._hire(spec, body, parameters or {})
        if self._nursery is not None:
            self._nursery.start_soon(self._run, runner)
        return runner

    def remove(self, name: str) -> None:
        """Forget a service that is down."""
        del self._runners[name]
        scope = self._tasks.pop(name, None)
        if scope is not None:
            scope.cancel()
        self._dismissed(name)

    def forget_instance(self, name: str) -> bool:
        """Let an instance vanish that is down; whether it did."""
        runner = self._runners.get(name)
        if runner is None or template_of(name) not in self.templates or not runner.is_down:
            return False
        self.remove(name)
        return True

    def sort(self, names: Iterable[str]) -> None:
        """Bring the runners into this order, with those that it does not name behind."""
        first = {name: self._runners[name] for name in names if name in self._runners}
        self._runners = first | self._runners

    async def _run(self, runner: Runner) -> None:
        # Cancelled before it began, perhaps: a service may go in the turn in which it came.
        if self._runners.get(runner.spec.name) is runner:
            with trio.CancelScope() as self._tasks[runner.spec.name]:
                await runner.run()
