"""At the end: what the volume has and remotes have not, sent there while there is time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import structlog
import trio

from services.messages import ThreadKey
from services.workspaces import files, places
from services.workspaces.credentials import Credentials
from services.workspaces.git import projects, sending
from services.workspaces.git.repository import GitFailed
from services.workspaces.git.sending import Sent
from services.workspaces.lanes import Lanes
from services.workspaces.layout import Layout
from services.workspaces.records import new, read_record
from services.workspaces.settings import Settings
from services.workspaces.speaking import speak
from supervisor.desk import Refused

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sending:
    """Never raises but to cancel: what could not be sent stays where it is, and is logged."""

    settings: Settings
    lanes: Lanes
    credentials: Credentials

    async def send_all(self, layouts: Iterable[Layout], seconds: float) -> None:
        """Send what all users' threads have to their remotes, side by side, within `seconds`."""
        deadline = trio.current_time() + seconds
        async with trio.open_nursery() as nursery:
            for layout in layouts:
                nursery.start_soon(self._send, layout, deadline, seconds)

    async def _send(self, layout: Layout, deadline: float, seconds: float) -> None:
        repository = layout.client, layout.user
        told = log.bind(workspace="/".join(repository))
        names: list[str] = []
        with trio.move_on_at(deadline) as scope:
            try:
                url, sent = await self.lanes.write(repository, partial(self._pending, layout))
                names = sent.names
                refused = sent.refused
                if url is not None and names:
                    work = partial(sending.send, layout.git, names)
                    speaking = partial(speak, self.credentials, url, work)
                    sent = await self.lanes.transfer(repository, "push", speaking)
            except (Refused, GitFailed, OSError, RecursionError) as error:
                told.warning("unfinished work not pushed", what=names, reason=str(error))
            else:
                for name, why in {**refused, **sent.refused}.items():
                    told.warning("unfinished work not pushed", what=[name], reason=why)
                if url is not None and sent.names:
                    told.info("unfinished work pushed", what=sent.names)
        if scope.cancelled_caught:
            reason = (
                f"the remote had not taken it within {seconds:.1f} s: it is on the volume, and"
                " goes with the next stop; raise stop_timeout of service.workspaces for a slow one"
            )
            told.warning("unfinished work not pushed", what=names, reason=reason)

    def _pending(self, layout: Layout) -> tuple[str | None, Sent]:
        """Where the remote is, and what it is to get; there is none of a site that began here."""
        url = projects.origin(layout.git) if layout.git.is_dir() else None
        if url is None:
            return None, Sent()
        self.settings.allowed.check(url)
        threads = {
            thread: places.branch(
                layout,
                ThreadKey(layout.client, layout.user, thread),
                read_record(layout, thread) or new(thread),
            )
            for thread in files.threads(layout)
        }
        return url, sending.pending(layout.git, threads, self.settings.protected)
