"""Desk "previews", who gives threads a dev server, and board "routes", which ones there are."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

from msgspec import Struct

from services.messages.keys import ThreadKey
from supervisor.desk import Request

# The API's cookie. Browsers send a host's cookies to all of its ports, so the front door of the
# previews takes it out: a site's own code must never see it.
TOKEN_COOKIE = "nurseryd_token"
# The same over TLS: of this name a browser takes none from a site on a host below ours, which may
# otherwise put in a token of somebody else's.
HOST_TOKEN_COOKIE = f"__Host-{TOKEN_COOKIE}"
# Those that count, the one first that counts most.
TOKEN_COOKIES = (HOST_TOKEN_COOKIE, TOKEN_COOKIE)

# The template of the servers of previews.
SERVERS = "astro@"


def server_of(preview_id: str) -> str:
    """The name of the service that serves a preview, while it is awake."""
    return f"{SERVERS}{preview_id}"


class PreviewState(StrEnum):
    INSTALLING = "installing"
    STARTING = "starting"
    READY = "ready"
    ASLEEP = "asleep"  # its server was ended to save memory; a navigation brings it back
    FAILED = "failed"


class BuildError(Struct, frozen=True):
    """What is wrong with a site's source. `file` is relative to the site where it is inside.

    `line` and `column` count from 1; `frame` is the source around it, as plain text.
    """

    message: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    frame: str = ""

    def __str__(self) -> str:
        where = f" ({self.file}{f':{self.line}' if self.line else ''})" if self.file else ""
        return f"{self.message}{where}"


class Preview(Struct, frozen=True):
    """A server on loopback for one thread's site: its dev server, or the output of a build.

    `reason`: what it waits for, or why it failed. `error` is the mistake that its pages show, or
    that it cannot start for. `clients` are the browsers on its HMR socket, `memory` is in bytes
    and 0 where it was not measured yet. `built` is when what it serves was built, in Unix
    seconds; None for a dev server. `progress`, from 0 to 1, is how much of its dependencies is
    installed, while that is known.
    """

    id: str
    key: ThreadKey
    state: PreviewState
    port: int
    reason: str = ""
    error: BuildError | None = None
    clients: int = 0
    memory: int = 0
    built: float | None = None
    progress: float | None = None


class StartPreview(Request[Preview], frozen=True):
    """See to it that a thread has a dev server; answered at once.

    `site` is the folder of the site in the worktree `root`, empty where it is to be looked for.
    The preview becomes the default, unless `prefer` is off: for somebody who is not a person.
    """

    key: ThreadKey
    root: Path
    site: str = ""
    prefer: bool = True


class WakePreview(Request[Preview], frozen=True):
    """See to it that a preview runs, by its id, or the thread last active; answered at once.

    One that nobody has opened yet in this run is found among the threads on disk. Raises
    `NotFound` where no thread has that id.
    """

    id: str | None = None


class RestartPreview(Request[Preview], frozen=True):
    """Give a thread's preview a new dev server; answered when it runs, or will not."""

    key: ThreadKey


class RefreshPreview(Request[None], frozen=True):
    """Files of a thread were exchanged: answered at once, nothing is done where it has no preview.

    The preview gets a new dev server where it had none that works, or where the site wants other
    dependencies than that one has. What was built is served again where that had failed.
    """

    key: ThreadKey


class Checked(Struct, frozen=True):
    """What a thread's pages showed: the `pages` that were opened, and the `errors` among them.

    `skipped` says why none was opened: there is no preview, or it does not come up in time.
    """

    pages: tuple[str, ...] = ()
    errors: tuple[BuildError, ...] = ()
    skipped: str = ""


class CheckPreview(Request[Checked], frozen=True):
    """Open the pages that these files have a part in, as they are on disk now; some of them.

    `files` are relative to the worktree; `pages` are opened besides. Wakes a preview that sleeps,
    and starts none.
    """

    key: ThreadKey
    files: tuple[str, ...]
    pages: tuple[str, ...] = ()


class StopPreview(Request[None], frozen=True):
    """End a thread's dev server and its build, and remove what they made; nothing if there is none.

    A refusal of the supervisor is logged, and the preview forgotten all the same.
    """

    key: ThreadKey


class Built(Struct, frozen=True):
    """How a production build went: its `preview`, or the `errors` that it ended with.

    `seconds` is how long it took, `output` the last lines that it wrote.
    """

    preview: Preview | None
    errors: tuple[BuildError, ...] = ()
    seconds: float = 0.0
    output: str = ""


class BuildSite(Request[Built], frozen=True):
    """Build a thread's site as it is now, and serve it at a preview of its own.

    Answered when it is done. A site that cannot be built is an answer; `Refused` where no build
    could begin. The last good build goes on being served until a newer one is good.
    """

    key: ThreadKey


class Routes(Struct, frozen=True):
    """Every preview by its id, and the one for requests that name none: the thread last active.

    `building` are the ids of those that are being built, or wait for that.
    """

    previews: dict[str, Preview]
    default: str | None = None
    building: frozenset[str] = frozenset()

    @property
    def working(self) -> frozenset[str]:
        """The ids of those that are being installed or built, which ends by itself in any case."""
        installing = PreviewState.INSTALLING
        return self.building | {it.id for it in self.previews.values() if it.state is installing}


class Visit(Struct, frozen=True):
    """Stream "visits": somebody opened a page of that preview."""

    id: str


class PreviewUpdated(Struct, frozen=True):
    """Stream "preview_events": the browsers of a thread's preview were told to show something new.

    `paths` are the modules, or the page, that changed, relative to the site and not all of them.
    """

    key: ThreadKey
    type: Literal["update", "full-reload", "prune"]
    paths: tuple[str, ...] = ()
    kind: Literal["preview.updated"] = "preview.updated"


class PreviewBroken(Struct, frozen=True):
    """Stream "preview_events": a page of a thread's preview cannot be shown; None when it can."""

    key: ThreadKey
    error: BuildError | None
    kind: Literal["preview.error"] = "preview.error"


PreviewEvent = PreviewUpdated | PreviewBroken
