"""What the bodies of requests about turns look like."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated

from msgspec import Meta

from services.api.errors import Problem
from services.api.shapes import Body, checked_instruction
from services.messages import Image, Mode, Selection, StartTurn, ThreadKey

_Place = Annotated[int, Meta(ge=1)]


class SelectionBody(Body, frozen=True, kw_only=True):
    """What was pointed at, as Astro's dev server says where an element comes from."""

    file: Annotated[str, Meta(min_length=1, max_length=4096)]
    line: _Place | None = None
    column: _Place | None = None
    html: Annotated[str, Meta(max_length=20_000)] = ""

    def within(self, root: Path) -> Selection:
        """The same with the file relative to the worktree `root`; raises `Problem` outside of it.

        Astro writes absolute paths into its pages, so they are taken as well.
        """
        file = PurePosixPath(self.file)
        if file.is_relative_to(root):
            file = file.relative_to(root)
        if file.is_absolute() or ".." in file.parts or "\0" in self.file or not file.parts:
            raise Problem(
                400, "cannot use this selection: its file is one of the site, relative to its root"
            )
        return Selection(str(file), self.line, self.column, self.html)


class ImageBody(Body, frozen=True, kw_only=True):
    """An image that comes with an instruction: PNG, JPEG, GIF or WebP, its bytes in base64."""

    media_type: str
    data: bytes


class TurnBody(Body, frozen=True, kw_only=True):
    """An instruction, and how it is carried out.

    `mode` is `plan` or `analyze` where no file may change. `backend` and `model`, where they are
    not named, are those that were named last in the thread, or else the deployment's. `selection`
    is what a person points at, `images` are four of 5 MB at most.
    """

    instruction: str
    mode: Mode = Mode.EXECUTE
    backend: str | None = None
    model: Annotated[str, Meta(max_length=200)] | None = None
    selection: SelectionBody | None = None
    images: tuple[ImageBody, ...] = ()

    def request(self, key: ThreadKey, idempotency_key: str | None) -> StartTurn:
        """What it asks for, but for the selection; raises `Problem` for what cannot be used."""
        return StartTurn(
            key,
            checked_instruction(self.instruction),
            self.mode,
            self.backend or None,
            self.model or None,
            images=tuple(Image(image.media_type, image.data) for image in self.images),
            idempotency_key=idempotency_key,
        )


class UndoBody(Body, frozen=True, kw_only=True):
    """Whether `others` may be taken along; with `expectedHead`, only if the branch is there."""

    expected_head: str | None = None
    others: bool = False


class PermissionBody(Body, frozen=True, kw_only=True):
    """Whether the agent may do what it asked for; the `reason` is what it is told."""

    allow: bool
    reason: Annotated[str, Meta(max_length=2000)] = ""


def checked_key(given: str | None) -> str | None:
    """The value of an `Idempotency-Key` header; raises `Problem` for one that cannot be used."""
    if given is None or (0 < len(given) <= 128 and given.isascii() and given.isprintable()):
        return given
    raise Problem(400, "cannot use this Idempotency-Key: it is 1 to 128 characters of ASCII")
