"""Images from outside, put into a site: told by their content, named anew, all of them or none."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Container
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from services.messages import LARGEST_FILE, MOST_IMAGES, Entry, Stored, StoreImages, Upload
from services.site.images import ENDINGS, HEAD, is_svg, media_type_of
from services.site.measuring import Size, size_of
from services.site.opening import drafted, finish, folder_at, prune
from services.workspaces.finding import existing
from services.workspaces.hashing import head_of
from services.workspaces.meaning import meant, told
from services.workspaces.records import read_metadata
from services.workspaces.settings import Settings
from supervisor.desk import Invalid, Refused

MOST_PIXELS = 100_000_000  # a browser takes four bytes for each, and Astro as many to scale it
MOST_NAME = 80  # characters
PUBLIC = "public"  # the folder of a site that is served as it is
FOLDER = f"{PUBLIC}/uploads"
MODE = 0o644
PIECE = 256 * 1024  # bytes that are copied at once
SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Image:
    """What was found out about an upload: `length` in bytes, `size` in pixels."""

    stem: str
    media_type: str
    length: int
    size: Size | None


@dataclass(frozen=True, slots=True)
class Uploading:
    """For one caller at a time for each user. Raises `Refused`, `GitFailed` and `OSError`."""

    settings: Settings

    def store(self, request: StoreImages) -> tuple[Stored, ...]:
        layout = existing(self.settings, request.key)
        if not 1 <= len(request.images) <= MOST_IMAGES:
            raise Invalid(f"cannot take {len(request.images)} images at once: 1 to {MOST_IMAGES}")
        metadata = read_metadata(layout.metadata)
        site = metadata.site if metadata else ""
        folder = request.folder or str(PurePosixPath(site, FOLDER))
        meant(layout, request.key, f"{folder}/image", to_write=True)
        try:
            images = [examined(upload, svg=self.settings.svg) for upload in request.images]
            with told(folder):
                entries = _placed(
                    layout.worktree(request.key.thread), folder, images, request.images
                )
        except ValueError as error:  # a file of an upload that was closed meanwhile
            raise Refused("cannot store these images: who sent them is gone") from error
        return tuple(
            Stored(
                entry=entry,
                media_type=image.media_type,
                address=address(site, entry.path),
                width=image.size.width if image.size else None,
                height=image.size.height if image.size else None,
            )
            for image, entry in zip(images, entries, strict=True)
        )


def examined(upload: Upload, *, svg: bool) -> Image:
    """What an upload is. Raises `Invalid` for what may be none of the site's images."""
    name = upload.name
    length = upload.file.seek(0, os.SEEK_END)
    if length > LARGEST_FILE:
        raise Invalid(f"cannot take {name!r}: {LARGEST_FILE} bytes at most; scale it down")
    upload.file.seek(0)
    head = upload.file.read(HEAD)
    media_type = media_type_of(head)
    if media_type is None:
        if is_svg(head) and svg:
            return Image(safe_stem(name), SVG, length, None)
        why = ", an SVG not, since it can run code" if is_svg(head) else ""
        raise Invalid(f"cannot take {name!r}: use a PNG, JPEG, GIF, WebP or AVIF image{why}")
    size = size_of(upload.file, media_type)
    if size is None:
        raise Invalid(f"cannot take {name!r}: it is a broken {media_type}")
    if size.width * size.height > MOST_PIXELS:
        raise Invalid(
            f"cannot take {name!r}: it has {size.width} x {size.height} pixels,"
            f" {MOST_PIXELS} at most; scale it down"
        )
    return Image(safe_stem(name), media_type, length, size)


def safe_stem(name: str) -> str:
    """What a file may be called whose sender calls it so: letters of ASCII, digits and '-'."""
    last = re.split(r"[/\\]", name)[-1]
    stem = PurePosixPath(last).stem if last.strip(". ") else ""
    plain = unicodedata.normalize("NFKD", stem.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:MOST_NAME].strip("-") or "image"


def free_name(stem: str, ending: str, taken: Container[str]) -> str:
    """The first of `stem.png`, `stem-2.png` and so on that is not taken."""
    number = 1
    while (name := f"{stem}{f'-{number}' if number > 1 else ''}{ending}") in taken:
        number += 1
    return name


def address(site: str, path: str) -> str | None:
    """Where a site in the folder `site` serves a file; None where it is not served as it is."""
    public = PurePosixPath(site, PUBLIC)
    if not PurePosixPath(path).is_relative_to(public):
        return None
    return f"/{quote(str(PurePosixPath(path).relative_to(public)))}"


def _placed(
    root: Path, folder: str, images: list[Image], uploads: tuple[Upload, ...]
) -> list[Entry]:
    """Copies into a folder, none of which has its name before all of them are there."""
    try:
        with folder_at(root, folder, make=True) as handle, ExitStack() as undone:
            drafts = [
                _copied(handle, image, upload.file, undone)
                for image, upload in zip(images, uploads, strict=True)
            ]
            names: list[str] = []
            # As those see them who open the site where upper and lower case are one.
            taken = {name.lower() for name in os.listdir(handle)}
            for image, (draft, _) in zip(images, drafts, strict=True):
                name = free_name(image.stem, ENDINGS[image.media_type], taken)
                os.rename(draft, name, src_dir_fd=handle, dst_dir_fd=handle)
                undone.callback(os.unlink, name, dir_fd=handle)
                taken.add(name)
                names.append(name)
            undone.pop_all()  # there is no draft any more, and what was placed stays
    except BaseException:
        prune(root, f"{folder}/image")
        raise
    return [
        Entry(f"{folder}/{name}", "file", image.length, digest)
        for name, image, (_, digest) in zip(names, images, drafts, strict=True)
    ]


def _copied(folder: int, image: Image, source: BinaryIO, undone: ExitStack) -> tuple[str, str]:
    """The name of a copy that has no other yet, and its hash."""
    draft, handle = undone.enter_context(drafted(folder))
    digest = hashlib.sha1(head_of(image.length), usedforsecurity=False)
    source.seek(0)
    with open(handle, "wb") as copy:
        while piece := source.read(PIECE):
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        finish(copy.fileno(), MODE, durable=True)
    return draft, digest.hexdigest()
