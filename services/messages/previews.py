"""Desk "previews", who gives threads a dev server, and board "routes", which ones there are."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from services.messages.keys import ThreadKey
from supervisor.desk import Request

# The API's cookie. Browsers send a host's cookies to all of its ports, so the front door of the
# previews takes it out: a site's own code must never see it.
TOKEN_COOKIE = "nurseryd_token"


class PreviewState(StrEnum):
    INSTALLING = "installing"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


class Preview(Struct, frozen=True):
    """A thread's dev server, on loopback. `reason`: what it waits for, or why it failed."""

    id: str
    key: ThreadKey
    state: PreviewState
    port: int
    reason: str = ""


class StartPreview(Request[Preview], frozen=True):
    """See to it that a thread has a dev server, and make it the default; answered at once."""

    key: ThreadKey
    root: Path


class RestartPreview(Request[Preview], frozen=True):
    """Give a thread's preview a new dev server; answered when it runs, or will not."""

    key: ThreadKey


class RefreshPreview(Request[None], frozen=True):
    """Files of a thread were exchanged: answered at once, nothing is done where it has no preview.

    The preview gets a new dev server where it had none that works, or where the site wants other
    dependencies than that one has.
    """

    key: ThreadKey


class StopPreview(Request[None], frozen=True):
    """End a thread's dev server and forget its preview; nothing where there is none."""

    key: ThreadKey


class Routes(Struct, frozen=True):
    """Every preview by its id, and the one for requests that name none: the thread last active."""

    previews: dict[str, Preview]
    default: str | None = None
