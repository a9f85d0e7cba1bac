"""What previews are like, as our routes tell it."""

from __future__ import annotations

from datetime import datetime

from services.api.addresses import Addresses
from services.api.errors import Problem
from services.api.shapes import Reply
from services.api.v1.times import moment
from services.messages import BuildError, Built, Preview, PreviewState, Routes, Scope, ThreadKey


class PreviewDescription(Reply, frozen=True, kw_only=True):
    """A server for one thread's site: its dev server, or the output of a build.

    `reason`: what it waits for, or why it failed. `error` is the mistake that its pages show, or
    that it cannot start for. `clients` are the browsers on its HMR socket, `memory` is in bytes
    and 0 where it was not measured yet. `built` is when what it serves was built, null for a dev
    server. `progress`, from 0 to 1, is how much of its dependencies is installed, null where that
    is not known. `url` lets nobody in who is not admitted already: a link does.
    """

    id: str
    client_id: str
    user_id: str
    thread_id: str
    state: PreviewState
    reason: str
    error: BuildError | None
    clients: int
    memory: int
    built: datetime | None
    progress: float | None
    url: str


class PreviewReply(Reply, frozen=True, kw_only=True):
    """A thread's preview, as it is now."""

    preview: PreviewDescription


class PreviewsReply(Reply, frozen=True, kw_only=True):
    """Every preview; `default` is the id of the one for addresses that name none."""

    previews: tuple[PreviewDescription, ...]
    default: str | None


class ThreadPreviewsReply(Reply, frozen=True, kw_only=True):
    """A thread's dev server, and what serves the output of its last good build; null for none."""

    preview: PreviewDescription | None
    built: PreviewDescription | None


class BuiltReply(Reply, frozen=True, kw_only=True):
    """How long a build took, in seconds, and the preview of what was built."""

    seconds: float
    preview: PreviewDescription


class LinkReply(Reply, frozen=True, kw_only=True):
    """An address that shows a preview to anybody until it expires."""

    url: str
    expires: datetime


def described(preview: Preview, addresses: Addresses) -> PreviewDescription:
    return PreviewDescription(
        id=preview.id,
        client_id=preview.key.client,
        user_id=preview.key.user,
        thread_id=preview.key.thread,
        state=preview.state,
        reason=preview.reason,
        error=preview.error,
        clients=preview.clients,
        memory=preview.memory,
        built=moment(preview.built or 0),
        progress=preview.progress,
        url=addresses.plain(preview.id),
    )


def of_thread(routes: Routes | None, key: ThreadKey, addresses: Addresses) -> ThreadPreviewsReply:
    """Both of a thread's, as far as it has them."""
    known = routes.previews if routes is not None else {}
    preview, built = known.get(key.preview_id), known.get(key.built_id)
    return ThreadPreviewsReply(
        preview=preview and described(preview, addresses),
        built=built and described(built, addresses),
    )


def listed(routes: Routes | None, scope: Scope, addresses: Addresses) -> PreviewsReply:
    """The previews of threads within `scope`."""
    shown = routes or Routes({})
    within = {
        id_: described(preview, addresses)
        for id_, preview in shown.previews.items()
        if scope.covers(Scope.of(preview.key))
    }
    default = shown.default if shown.default in within else None
    return PreviewsReply(previews=tuple(within.values()), default=default)


def outcome(preview: Preview, addresses: Addresses) -> tuple[PreviewReply, int]:
    """200 for one that can be seen, 202 for one that will be.

    Raises `Problem` with the preview where the site does not start.
    """
    told = described(preview, addresses)
    if preview.state is PreviewState.FAILED:
        raise Problem(422, not_shown(preview), more={"preview": told})
    return PreviewReply(preview=told), 200 if preview.state is PreviewState.READY else 202


def build_outcome(built: Built, addresses: Addresses) -> BuiltReply:
    """Raises `Problem` with what is wrong with a site that cannot be built."""
    seconds = round(built.seconds, 3)
    if built.preview is None:
        more = {"seconds": seconds, "errors": built.errors, "output": built.output}
        raise Problem(422, not_built(built), more=more)
    return BuiltReply(seconds=seconds, preview=described(built.preview, addresses))


def not_shown(preview: Preview) -> str:
    """Why a site does not start."""
    return f"cannot show the site: {preview.error or preview.reason}"


def not_built(built: Built) -> str:
    """The first mistake of a build, and how many more there are."""
    if not built.errors:
        return "cannot build the site: see its output"
    more = len(built.errors) - 1
    also = f"; and {more} more" if more else ""
    return f"cannot build the site: {built.errors[0]}{also}"
