"""kind = "task": a coroutine of this program, named "package.module:function"."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, cast

import msgspec
import trio

from supervisor.config import in_words, nearest
from supervisor.context import Body, Context
from supervisor.kinds.life import Life, LiveBody, Unfit
from supervisor.spec import Spec, TaskSpec


def task(spec: Spec) -> LiveBody:
    """Find the coroutine and check its options; raises `Unfit`.

    The module is imported here, so that a name that does not exist is an error of the plan. It
    should be light: what it needs that is heavy it imports when it lives.

    A module may have a class `Options` beside its function: a msgspec Struct whose fields are
    what `[service.NAME.options]` may say. Without one there are no options.
    """
    assert isinstance(spec, TaskSpec)
    module_name, _, function_name = spec.run.partition(":")
    if not module_name or not function_name:
        raise Unfit(("run", f"{spec.run!r} is not of the form package.module:function"))
    try:
        module = import_module(module_name)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise Unfit(("run", f"cannot import {module_name}: {reason}")) from None
    function = getattr(module, function_name, None)
    if not callable(function):
        raise Unfit(("run", f"{module_name} has no function {function_name!r}"))
    body = cast(Body, function)
    options = _options(spec, getattr(module, "Options", None))

    async def live(life: Life, *, task_status: trio.TaskStatus[None]) -> None:
        context: Context[object] = Context(
            spec,
            options=options,
            channels=life.channels,
            control=life.control,
            events=life.events,
            stopping=life.stopping,
            run=life.run,
            hidden=life.hidden,
            marker=life.marker,
        )
        await body(context, task_status=task_status)

    return live


def _options(spec: TaskSpec, options_type: Any) -> object:
    if options_type is None:
        if spec.options:
            raise Unfit(("options", f"{spec.run} takes no options"))
        return None
    known = {field.encode_name: field for field in msgspec.structs.fields(options_type)}
    if problems := tuple(_problems(spec.options, known)):
        raise Unfit(*problems)
    try:
        return msgspec.convert(spec.options, options_type, strict=False)
    except msgspec.ValidationError as error:
        raise Unfit(("options", in_words(str(error)))) from None


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
        try:
            # Lax, since a value may come out of a variable of the environment, as text.
            msgspec.convert(value, known[key].type, strict=False)
        except msgspec.ValidationError as error:
            yield f"options.{key}", in_words(str(error))
