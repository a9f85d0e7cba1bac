"""Images in a form: onto the disk piece by piece, to the workspaces, and gone afterwards."""

from __future__ import annotations

import os
import tempfile
import threading
from typing import Any

import pytest
import trio
import trio.testing

from services.api import forms
from services.api.pacing import ROOM
from services.messages import LARGEST_FILE, Entry, Stored, StoreImages
from supervisor.desk import Invalid, Refused
from tests.services.api.fakes import KEY, WRITE

UPLOADS = "/v1/threads/acme/ann/t1/uploads"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
STORED = Stored(
    Entry("public/uploads/a.png", "file", 7, "0" * 40), "image/png", "/uploads/a.png", 5, 3
)


def part(data: bytes | str, name: str = "images", filename: str | None = "a.png") -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + (data.encode() if isinstance(data, str) else data) + b"\r\n"


END = b"--b--\r\n"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every temporary file that is opened from now on."""
    opened: list[Any] = []
    make = tempfile.TemporaryFile

    def noted() -> Any:
        opened.append(make())
        return opened[-1]

    monkeypatch.setattr(forms.tempfile, "TemporaryFile", noted)
    return opened


@pytest.fixture
def sent(fakes) -> list[tuple[str, bytes]]:
    """What arrives at the workspaces, read while it can be."""
    fakes._open(KEY)
    arrived: list[tuple[str, bytes]] = []

    def read(request: StoreImages) -> tuple[Stored, ...]:
        for image in request.images:
            image.file.seek(0)
            arrived.append((image.name, image.file.read()))
        return (STORED,) * len(request.images)

    fakes.answers[StoreImages] = read
    return arrived


async def post(client, headers, body: bytes, **more: str):
    return await client.post(UPLOADS, headers={**headers, **MULTIPART, **more}, data=body)


def scope(headers: dict[str, str]) -> dict[str, Any]:
    """A request as a server has it, for who plays one."""
    return {
        "type": "http",
        "asgi": {},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": UPLOADS,
        "raw_path": UPLOADS.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in {**headers, **MULTIPART, "Host": "localhost"}.items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "extensions": {},
        "state": {},
    }


async def unanswered(message: Any) -> None:
    raise AssertionError(message)


async def until_blocked() -> None:
    """Wait until nothing goes on, in the worker threads neither."""
    await trio.testing.wait_all_tasks_blocked(0.2)


async def test_images_arrive_whole_and_are_described(client, headers, fakes, sent, files):
    large = os.urandom(LARGEST_FILE)
    body = part(large) + part(b"\r\n--a", filename="Grüße.png") + part("a/b", "folder", None) + END
    reply = await post(client, headers, body)
    assert reply.status_code == 201, await reply.get_data()
    described = {
        "path": "public/uploads/a.png",
        "address": "/uploads/a.png",
        "type": "image/png",
        "width": 5,
        "height": 3,
        "size": 7,
        "hash": "0" * 40,
    }
    assert await reply.get_json() == {"uploads": [described] * 2}
    assert sent == [("a.png", large), ("Grüße.png", b"\r\n--a")]
    asked = fakes.asked[-1]
    assert (asked.key, asked.folder) == (KEY, "a/b")
    assert fakes.activities() == [WRITE]
    assert all(file.closed for file in files)


async def test_without_a_folder_the_workspaces_choose(client, headers, fakes, sent):
    await post(client, headers, part("x") + part("", "folder", None) + END)
    assert fakes.asked[-1].folder is None


@pytest.mark.parametrize(
    ("body", "more", "status", "why"),
    [
        (b"{}", {"Content-Type": "application/json"}, 415, "multipart/form-data"),
        (END, {"Content-Type": "multipart/form-data"}, 400, "boundary"),
        (END, {"Content-Type": "multipart/form-data; boundary=\u00fc"}, 400, "boundary"),
        (b"", {}, 400, "cannot read this form"),
        (b"hello", {}, 400, "cannot read this form"),
        (part("x"), {}, 400, "cannot read this form"),
        (part("x") + b"--b\r\n\r\n\r\nx\r\n" + END, {}, 400, "Content-Disposition"),
        (part("x", "image") + END, {}, 400, "there may be images"),
        (part("x", "images", None) + END, {}, 400, "there may be images"),
        (part("x", "folder") + END, {}, 400, "there may be images"),
        (part("x", "other", None) + END, {}, 400, "there may be images"),
        (part("a", "folder", None) * 2 + END, {}, 400, "more than once"),
        (part("a" * 5000, "folder", None) + END, {}, 400, "4096 bytes"),
        (part(b"\xff", "folder", None) + END, {}, 400, "cannot read this form"),
        (part("x") * 21 + END, {}, 400, "20 files"),
        (part(bytes(LARGEST_FILE + 1)) + END, {}, 413, "10 MB"),
        (b"--b\r\nX: " + b"x" * 100_000 + b"\r\n\r\n" + END, {}, 413, "head"),
        (part(bytes(9 * 1024 * 1024)) * 6 + END, {}, 413, "50 MB"),
    ],
)
async def test_what_is_no_such_form_is_refused(
    client, headers, fakes, sent, files, body, more, status, why
):
    reply = await post(client, headers, body, **more)
    assert reply.status_code == status
    assert why in (await reply.get_json())["detail"]
    assert not sent
    assert fakes.activities() == []
    assert all(file.closed for file in files)


async def test_a_body_of_no_said_length_has_a_limit_too(client, headers, fakes, sent, files):
    connection = client.request(UPLOADS, method="POST", headers={**headers, **MULTIPART})
    async with connection:
        for _ in range(6):
            await connection.send(part(bytes(9 * 1024 * 1024)))
        await connection.send(END)
        await connection.send_complete()
        reply = await connection.as_response()
    assert reply.status_code == 413
    assert all(file.closed for file in files)


@pytest.mark.parametrize(
    ("refusal", "status"), [(Invalid("cannot take it"), 400), (Refused("cannot: a turn runs"), 409)]
)
async def test_a_refusal_leaves_nothing(client, headers, fakes, files, refusal, status):
    fakes._open(KEY)
    fakes.answers[StoreImages] = refusal
    reply = await post(client, headers, part("x") + END)
    assert reply.status_code == status
    assert len(files) == 1
    assert files[0].closed


async def test_nothing_is_received_for_a_thread_that_is_not_there(client, headers, fakes, files):
    reply = await post(client, headers, part("x") + END)
    assert reply.status_code == 404
    assert files == []


async def test_what_breaks_off_leaves_nothing(client, headers, fakes, sent, files):
    gone = trio.Event()
    messages = [{"type": "http.request", "body": part("x" * 100_000)[:-10], "more_body": True}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.app, scope(headers), receive, unanswered)
        with trio.fail_after(10):
            while not files:
                await until_blocked()
        assert [file.closed for file in files] == [False]
        gone.set()
    assert [file.closed for file in files] == [True]
    assert not sent


async def test_a_stop_ends_an_upload_that_does_not_end(
    client, headers, fakes, sent, files, autojump_clock
):
    connection = client.request(UPLOADS, method="POST", headers={**headers, **MULTIPART})
    async with connection:
        await connection.send(part("x")[:-10])
        fakes.harness.stopping.set()
        reply = await connection.as_response()
    assert reply.status_code == 503
    assert all(file.closed for file in files)


async def test_an_upload_that_trickles_has_ten_minutes_in_all(
    client, headers, fakes, sent, files, autojump_clock
):
    async def receive() -> Any:
        await trio.sleep(10)
        return {"type": "http.request", "body": part("x")[:-10], "more_body": True}

    replies: list[Any] = []

    async def send(message: Any) -> None:
        replies.append(message)

    await client.app(scope(headers), receive, send)
    assert trio.current_time() == pytest.approx(600, abs=1)
    assert replies[0]["status"] == 408
    assert all(file.closed for file in files)


async def test_who_sends_faster_than_the_disk_writes_waits(
    client, headers, fakes, sent, monkeypatch
):
    go_on, given, total = threading.Event(), 0, 200
    make = tempfile.TemporaryFile

    def slow() -> Any:
        go_on.wait()
        return make()

    monkeypatch.setattr(forms.tempfile, "TemporaryFile", slow)
    piece = bytes(32 * 1024)
    replies: list[Any] = []

    async def receive() -> Any:
        nonlocal given
        given += 1
        if given == 1:
            return {"type": "http.request", "body": part("")[:-2], "more_body": True}
        if given <= total:
            return {"type": "http.request", "body": piece, "more_body": True}
        if given == total + 1:
            return {"type": "http.request", "body": b"\r\n" + END, "more_body": False}
        await trio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        replies.append(message)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.app, scope(headers), receive, send)
        await until_blocked()
        held = given * len(piece)
        go_on.set()
    # As much may be in the hands of who writes it.
    assert held <= 2 * ROOM + 4 * len(piece)
    assert replies[0]["status"] == 201
    assert len(sent[0][1]) == (total - 1) * len(piece)


async def test_the_description_says_that_it_is_a_form(client):
    document = await (await client.get("/openapi.json")).get_json()
    operation = document["paths"]["/v1/threads/{client}/{user}/{thread}/uploads"]["post"]
    schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(schema["properties"]) == {"images", "folder"}
    assert {"201", "400", "404", "409", "413", "415"} <= set(operation["responses"])
