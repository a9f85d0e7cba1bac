"""Commands that other distributions bring: entry points of the group `nurseryctl`.

Each names a `click.Command`, which gets a `supervisor.socket.client.Client` as `context.obj`. They
are looked for only when somebody asks for a name that is not built in, or for the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "nurseryctl"


class Commands(click.Group):
    """A group that also has those commands. One that is broken says so when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_found()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        built_in = super().get_command(ctx, cmd_name)
        if built_in is not None:
            return built_in
        point = _found().get(cmd_name)
        return None if point is None else _load(point)


def _found() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}


def _load(point: EntryPoint) -> click.Command:
    try:
        command = point.load()
    except Exception as error:  # whatever its import does
        return _broken(point, " ".join(f"{type(error).__name__}: {error}".split()))
    if not isinstance(command, click.Command):
        return _broken(point, f"{point.value} is no click command")
    return command


def _broken(point: EntryPoint, reason: str) -> click.Command:
    where = point.dist.name if point.dist is not None else point.value

    def refuse(*_: object, **__: object) -> None:
        raise click.ClickException(
            f"cannot load {point.name!r}: {reason}; install {where} again, or remove it"
        )

    return click.Command(
        point.name,
        callback=refuse,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True},
        short_help=f"(cannot be loaded: {reason})",
    )
