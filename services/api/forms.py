"""Forms with files (multipart/form-data), received onto the disk and not into memory."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

import trio
from quart import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from services.api.errors import Problem
from services.api.limits import MB
from services.messages import Upload

TYPE = "multipart/form-data"
MOST_BOUNDARY = 200  # bytes
MOST_FIELD = 4096  # bytes, as of a path
MOST_HEAD = 64 * 1024  # bytes of what is between two parts
PIECE = 32 * 1024  # bytes that are looked at in one step


@dataclass(frozen=True, slots=True)
class Limits:
    """`files` and `fields` are the names that parts with and without a file may have."""

    files: str
    fields: tuple[str, ...]
    most_files: int
    largest: int  # bytes of a file
    total: int  # bytes of the body
    within: float  # seconds for all of it


@dataclass(frozen=True, slots=True)
class Form:
    fields: Mapping[str, str]
    files: Sequence[Upload]


@asynccontextmanager
async def received(request: Request, limits: Limits) -> AsyncGenerator[Form]:
    """The form that a request brings along, whose files are there within this block alone.

    They have no names, so nothing is left of them however this ends. Raises `Problem`.
    """
    decoder = MultipartDecoder(_boundary(request.mimetype, request.mimetype_params), MOST_HEAD)
    with ExitStack() as open_files:
        receiving = _Receiving(limits, decoder, open_files)
        try:
            with trio.fail_after(limits.within):
                form = await receiving.all_of(request.body)
        except trio.TooSlowError:
            why = f"cannot wait for this any longer than {limits.within:g} seconds; send less"
            raise Problem(408, why) from None
        yield form


def _boundary(mimetype: str, parameters: Mapping[str, str]) -> bytes:
    if mimetype != TYPE:
        raise Problem(415, f"cannot use this body: send {TYPE}, as a form with files does")
    boundary = parameters.get("boundary", "")
    if not (boundary.isascii() and 0 < len(boundary) <= MOST_BOUNDARY):
        raise Problem(400, "cannot read this form: its Content-Type has no usable boundary")
    return boundary.encode()


@dataclass(slots=True)
class _Receiving:
    limits: Limits
    decoder: MultipartDecoder
    open_files: ExitStack
    files: list[Upload] = field(default_factory=list[Upload])
    texts: dict[str, bytes] = field(default_factory=dict[str, bytes])
    part: Upload | str = ""  # the one that comes in: a file, or the name of a field
    length: int = 0  # of it

    async def all_of(self, body: AsyncIterator[bytes]) -> Form:
        total = 0
        try:
            async for data in body:
                total += len(data)
                if total > self.limits.total:
                    raise _too_large("this body", self.limits.total)
                for at in range(0, len(data), PIECE):
                    self.decoder.receive_data(data[at : at + PIECE])
                    await self._look()
            self.decoder.receive_data(None)
            await self._look()
            return Form({name: text.decode() for name, text in self.texts.items()}, self.files)
        except RequestEntityTooLarge:  # as the decoder says it; a body's own is by its length
            raise _too_large("this form, or a head in it", self.limits.total) from None
        except ValueError as error:
            raise Problem(400, f"cannot read this form: {error}") from error

    async def _look(self) -> None:
        while not isinstance(event := self.decoder.next_event(), NeedData | Epilogue):
            match event:
                case File():
                    await self._begin_file(event)
                case Field():
                    self._begin_field(event.name)
                case Data():
                    await self._take(event.data)
                case _:
                    pass

    async def _begin_file(self, event: File) -> None:
        if event.name != self.limits.files:
            raise Problem(400, self._unknown(event.name))
        if len(self.files) == self.limits.most_files:
            raise Problem(400, f"cannot take more than {self.limits.most_files} files at once")
        file: BinaryIO = await trio.to_thread.run_sync(tempfile.TemporaryFile)
        self.open_files.enter_context(file)
        self.part, self.length = Upload(event.filename, file), 0
        self.files.append(self.part)

    def _begin_field(self, name: str | None) -> None:
        if name is None or name not in self.limits.fields:
            raise Problem(400, self._unknown(name))
        if name in self.texts:
            raise Problem(400, f"cannot use the field {name} more than once")
        self.part, self.length = name, 0
        self.texts[name] = b""

    async def _take(self, data: bytes) -> None:
        self.length += len(data)
        if isinstance(self.part, Upload):
            if self.length > self.limits.largest:
                raise _too_large(f"{self.part.name!r}", self.limits.largest)
            if data:
                await trio.to_thread.run_sync(self.part.file.write, data)
            return
        if self.length > MOST_FIELD:
            raise Problem(400, f"cannot use the field {self.part}: {MOST_FIELD} bytes at most")
        self.texts[self.part] += data

    def _unknown(self, name: str | None) -> str:
        fields = ", ".join(f"{field} (text)" for field in self.limits.fields)
        return f"cannot use the part {name!r}: there may be {self.limits.files} (files), {fields}"


def _too_large(what: str, most: int) -> Problem:
    return Problem(413, f"cannot take {what}: {most // MB} MB at most")
