"""A program that the supervisor runs once for us: an installation, a build."""

from __future__ import annotations

from collections.abc import Mapping

import trio

from supervisor.control import Control, Start, Stop
from supervisor.events import Events
from supervisor.model import ServiceStatus

GIVEN_UP = 5.0  # seconds for the end of something that nobody waits for


async def run_once(
    control: Control, events: Events, name: str, parameters: Mapping[str, str]
) -> ServiceStatus | None:
    """Run an instance until it rests for good, and let it vanish; how it ended, None if stopped.

    An instance of that name that somebody left is ended first. Raises `Refused` where the
    supervisor refuses. Cancelled, it ends the program within `GIVEN_UP` seconds.
    """
    if events.get(name) is not None:
        await control.ask(Stop(name))
    try:
        await control.ask(Start(name, parameters))
        return await _rest(events, name)
    finally:
        # Shielded, for whoever is cancelled here: nobody else would end it.
        if events.get(name) is not None:
            with trio.move_on_after(GIVEN_UP, shield=True):
                await control.ask(Stop(name))


async def _rest(events: Events, name: str) -> ServiceStatus | None:
    while True:
        with events.watch() as (statuses, changes):
            now = next((status for status in statuses if status.name == name), None)
            if now is None or now.state.at_rest:
                return now
            async for change in changes:
                if change.name == name and (change.now is None or change.now.state.at_rest):
                    return change.now
