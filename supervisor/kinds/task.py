"""kind = "task": a coroutine of this program, named "package.module:function"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import trio

from supervisor.config import adapted, converted, in_words, nearest, unlike
from supervisor.context import Body, Context
from supervisor.importing import load
from supervisor.kinds.life import Life, Unfit
from supervisor.obstacles import Doubt, Obstacle
from supervisor.spec import Spec, TaskSpec

Look = Callable[[Any], Iterable[Obstacle | Doubt]]


@dataclass(frozen=True, slots=True, eq=False)
class TaskBody:
    """A `LiveBody` with the options that were checked when it was made."""

    spec: TaskSpec
    body: Body
    options: object
    _look: Look | None

    @property
    def listens(self) -> tuple[tuple[str, str], ...]:
        """The addresses that it will listen on, each with the option that says so."""
        return getattr(self.options, "listens", ())

    def look(self) -> tuple[Obstacle | Doubt, ...]:
        """What speaks against starting it on this machine; it reads and tries files."""
        return tuple(self._look(self.options)) if self._look else ()

    async def __call__(self, life: Life, *, task_status: trio.TaskStatus[None]) -> None:
        context: Context[object] = Context(
            self.spec,
            options=self.options,
            channels=life.channels,
            control=life.control,
            events=life.events,
            vitals=life.vitals,
            logs=life.output,
            stopping=life.stopping,
            run=life.run,
            hidden=life.hidden,
            marker=life.marker,
        )
        try:
            await self.body(context, task_status=task_status)
        except* SystemExit as group:  # one service, or a library of its, does not end them all
            called = _first(group)
            words = ", ".join(map(repr, called.args))
            raise RuntimeError(f"it called sys.exit({words}), which no service may") from called


def task(spec: Spec) -> TaskBody:
    """Find the coroutine and check its options; raises `Unfit`.

    The module is imported here, so that a name that does not exist is an error of the plan. It
    should be light: what it needs that is heavy it imports when it lives.

    A module may have a class `Options` beside its function: a msgspec Struct whose fields are
    what `[service.NAME.options]` may say. Without one there are no options. What several of them
    say together it refuses by a `ValueError`, each line of which is `KEY: what is wrong`; those
    that it listens on it has as `listens`, pairs of a key and a `host:port`. A function `look`
    takes such options and says what speaks against them on this machine.
    """
    assert isinstance(spec, TaskSpec)
    module_name, _, function_name = spec.run.partition(":")
    if not module_name or not function_name:
        raise Unfit(("run", f"{spec.run!r} is not of the form package.module:function"))
    try:
        module = load(module_name)
    except (Exception, SystemExit) as error:  # a script that was meant to be run may end there
        reason = f"{type(error).__name__}: {error}"
        raise Unfit(("run", f"cannot import {module_name}: {reason}")) from None
    function = getattr(module, function_name, None)
    if not callable(function):
        raise Unfit(("run", f"{module_name} has no function {function_name!r}"))
    options = _options(spec, getattr(module, "Options", None))
    return TaskBody(spec, cast(Body, function), options, getattr(module, "look", None))


def _first(group: BaseExceptionGroup[SystemExit]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def _options(spec: TaskSpec, options_type: Any) -> object:
    if options_type is None:
        if spec.options:
            raise Unfit(("options", f"{spec.run} takes no options"))
        return None
    known = {field.encode_name: field for field in msgspec.structs.fields(options_type)}
    if problems := tuple(_problems(spec.options, known)):
        raise Unfit(*problems)
    values = {key: adapted(value, known[key].type) for key, value in spec.options.items()}
    try:
        return converted(values, options_type)
    except msgspec.ValidationError as error:
        raise Unfit(*(_placed(line, known) for line in str(error).splitlines())) from None


def _placed(complaint: str, known: Iterable[str]) -> tuple[str, str]:
    """The key and the text of `KEY: what is wrong`; what names no key is of all options."""
    key, colon, text = complaint.partition(": ")
    if colon and key in known:
        return f"options.{key}", text
    return "options", in_words(complaint)


def _problems(
    options: dict[str, object], known: dict[str, msgspec.structs.FieldInfo]
) -> Iterator[tuple[str, str]]:
    for key, field in known.items():
        if field.required and key not in options:
            yield f"options.{key}", "is missing"
    for key, value in options.items():
        if key not in known:
            yield f"options.{key}", f"no such option{nearest(key, known)}"
            continue
        kind = known[key].type
        try:
            # Not strict: a value may come out of a variable of the environment, as text.
            converted(adapted(value, kind), kind)
        except msgspec.ValidationError as error:
            yield f"options.{key}", unlike(value, kind) or in_words(str(error))
