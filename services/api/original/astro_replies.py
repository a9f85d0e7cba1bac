"""What the original's routes say of the site itself."""

from __future__ import annotations

from services.api.addresses import Addresses
from services.api.shapes import Failure, Reply, Success
from services.api.v1.preview_replies import not_built, not_shown
from services.messages import BuildError, Built, Preview, PreviewState


class OriginalAstro(Reply, frozen=True, kw_only=True):
    """Where the site is shown, the address of its HMR socket, and whether it can be seen now."""

    url: str
    websocket: str
    running: bool


class OriginalRestartReply(Success, frozen=True, kw_only=True):
    """The preview, which may still be starting."""

    astro: OriginalAstro


class OriginalRestartFailure(Failure, frozen=True, kw_only=True):
    """The site does not start."""

    astro: OriginalAstro


class OriginalBuildReply(Success, frozen=True, kw_only=True):
    """The site was built; `seconds` is how long that took."""

    message: str
    seconds: float


class OriginalBuildFailure(Failure, frozen=True, kw_only=True):
    """What is wrong with the site; `output` are the last lines of its build."""

    errors: tuple[BuildError, ...]
    output: str
    seconds: float


def astro(preview: Preview, addresses: Addresses) -> OriginalAstro:
    """A preview as the original has it."""
    return OriginalAstro(
        url=addresses.public,
        websocket=addresses.websocket,
        running=preview.state is PreviewState.READY,
    )


def restart_reply(
    preview: Preview, addresses: Addresses
) -> tuple[OriginalRestartReply | OriginalRestartFailure, int]:
    """A preview that starts is a success, 422 one whose site cannot be started."""
    shown = astro(preview, addresses)
    if preview.state is not PreviewState.FAILED:
        return OriginalRestartReply(astro=shown), 200
    return OriginalRestartFailure(error=not_shown(preview), astro=shown), 422


def build_reply(built: Built) -> tuple[OriginalBuildReply | OriginalBuildFailure, int]:
    """422 with what is wrong where the site cannot be built."""
    seconds = round(built.seconds, 3)
    if built.preview is not None:
        return OriginalBuildReply(message="Build completed successfully", seconds=seconds), 200
    failure = OriginalBuildFailure(
        error=not_built(built), errors=built.errors, output=built.output, seconds=seconds
    )
    return failure, 422
