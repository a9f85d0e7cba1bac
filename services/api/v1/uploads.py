"""The route for images that a person puts into the site."""

from __future__ import annotations

from quart import Blueprint, request

from services.api.asking import Asking
from services.api.forms import TYPE, Limits, received
from services.api.limits import UPLOAD_LIMIT
from services.api.operation import operation
from services.api.shapes import Media, Reply
from services.api.v1.paths import THREAD
from services.messages import LARGEST_FILE, MOST_IMAGES, Stored, StoreImages, ThreadKey

UPLOADS = f"{THREAD}/uploads"
LIMITS = Limits(
    files="images",
    fields=("folder",),
    most_files=MOST_IMAGES,
    largest=LARGEST_FILE,
    total=UPLOAD_LIMIT,
    within=600.0,
)
FORM = Media(
    TYPE,
    {
        "type": "object",
        "properties": {
            "images": {
                "type": "array",
                "items": {"type": "string", "format": "binary"},
                "minItems": 1,
                "maxItems": MOST_IMAGES,
            },
            "folder": {"type": "string", "description": "in place of public/uploads"},
        },
        "required": ["images"],
        "additionalProperties": False,
    },
)


class UploadDescription(Reply, frozen=True, kw_only=True):
    """An image as it is in the site.

    `path` is relative to the repository. `address` is where the site serves it, without the
    `base` of its configuration; null where it is not in the folder that is served as it is.
    `width` and `height` are in pixels, null for an SVG. `hash` is as in the list of files.
    """

    path: str
    address: str | None
    type: str
    width: int | None
    height: int | None
    size: int
    hash: str


class UploadsReply(Reply, frozen=True, kw_only=True):
    """The images, in the order in which they came."""

    uploads: tuple[UploadDescription, ...]


def upload_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("uploads", __name__)

    @routes.post(UPLOADS)
    @operation("uploadImages", (201, UploadsReply), body=FORM, problems=(408, 415))
    async def upload(key: ThreadKey) -> tuple[UploadsReply, int]:
        """Put images into the site, all of them or none.

        A form with up to 20 `images`: PNG, JPEG, GIF, WebP and AVIF, told by their content, of
        10 MB and 100 megapixels each, 50 MB together. They get safe names that are free, in
        `public/uploads` or in the `folder` that the form names. Refused with 409 while a turn runs
        in the thread.
        """
        await asking.workspace(key)
        async with received(request, LIMITS) as form:
            asking.note_write()
            wanted = StoreImages(key, tuple(form.files), form.fields.get("folder") or None)
            stored = await asking.ask("workspaces", wanted)
        return UploadsReply(uploads=tuple(_described(one) for one in stored)), 201

    return routes


def _described(stored: Stored) -> UploadDescription:
    return UploadDescription(
        path=stored.entry.path,
        address=stored.address,
        type=stored.media_type,
        width=stored.width,
        height=stored.height,
        size=stored.entry.size or 0,
        hash=stored.entry.hash or "",
    )
