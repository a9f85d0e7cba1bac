"""A thread's files over HTTP: what is asked of the workspaces, and how it is answered."""

from __future__ import annotations

import pytest

from services.api.v1.content_types import headers_for
from services.messages import (
    Content,
    Differs,
    Entry,
    ListFiles,
    Listing,
    MoveFile,
    ReadFile,
    RemoveFile,
    WriteFile,
)
from supervisor.desk import Invalid, NotFound, Refused
from tests.services.api.fakes import KEY, WRITE

THREAD = "/v1/threads/acme/ann/t1"
FILE = f"{THREAD}/files/src/a.md"
HASH = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
ENTRY = Entry("src/a.md", "file", 6, HASH)
DESCRIBED = {
    "path": "src/a.md",
    "type": "file",
    "size": 6,
    "hash": HASH,
    "executable": False,
}


@pytest.fixture
def answers(fakes):
    fakes.answers |= {
        ListFiles: Listing((Entry("src", "folder"), ENTRY), truncated=True),
        ReadFile: Content(ENTRY, b"Hello\n"),
        WriteFile: ENTRY,
        RemoveFile: None,
        MoveFile: ENTRY,
    }
    return fakes


async def test_a_tree_is_listed(client, headers, answers):
    reply = await client.get(f"{THREAD}/tree", headers=headers)
    assert reply.status_code == 200
    folder = {"path": "src", "type": "folder", "size": None, "hash": None, "executable": False}
    assert await reply.get_json() == {"entries": [folder, DESCRIBED], "truncated": True}
    await client.get(f"{THREAD}/tree?path=src/x&depth=2&limit=7", headers=headers)
    assert answers.asked == [ListFiles(KEY), ListFiles(KEY, "src/x", 2, 7)]
    assert answers.activities() == []


@pytest.mark.parametrize("query", ["depth=0", "limit=0", "limit=5001", "depth=x", "deep=1"])
async def test_a_tree_is_not_asked_for_in_other_ways(client, headers, answers, query):
    reply = await client.get(f"{THREAD}/tree?{query}", headers=headers)
    assert reply.status_code == 400
    assert answers.asked == []


async def test_a_file_comes_with_its_hash_and_not_again_to_who_has_it(client, headers, answers):
    reply = await client.get(FILE, headers=headers)
    assert (reply.status_code, await reply.get_data()) == (200, b"Hello\n")
    assert reply.headers["ETag"] == f'"{HASH}"'
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    for known in (f'"{HASH}"', f'W/"{HASH}"', f'"{OTHER}", "{HASH}"', "*"):
        again = await client.get(FILE, headers={**headers, "If-None-Match": known})
        assert (again.status_code, await again.get_data()) == (304, b"")
        assert again.headers["ETag"] == f'"{HASH}"'
    changed = await client.get(FILE, headers={**headers, "If-None-Match": f'"{OTHER}"'})
    assert changed.status_code == 200
    assert answers.asked == [ReadFile(KEY, "src/a.md")] * 6
    assert answers.activities() == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("src/Gr%C3%BC%C3%9Fe%201.md", "src/Grüße 1.md"),
        ("%5Bslug%5D.astro", "[slug].astro"),
        ("a%23b%3Fc", "a#b?c"),
        ("src%2Fa.md", "src/a.md"),
        ("%FF.md", "\ufffd.md"),
        ("../../x", "../../x"),
        ("%2e%2e/x", "../x"),
        ("a//b", "a//b"),
        ("a/", "a/"),
        ("a%00b", "a\0b"),
    ],
)
async def test_a_path_is_passed_on_as_it_is_meant(client, headers, answers, given, path):
    await client.get(f"{THREAD}/files/{given}", headers=headers)
    assert answers.asked == [ReadFile(KEY, path)]


@pytest.mark.parametrize("given", ["", "/", "/etc/passwd", "//x"])
async def test_no_path_is_no_route(client, headers, answers, given):
    reply = await client.get(f"{THREAD}/files/{given}", headers=headers)
    assert reply.status_code == 404
    assert answers.asked == []


@pytest.mark.parametrize(
    ("path", "data", "kind", "kept"),
    [
        ("a.astro", b"<html>", "text/plain; charset=utf-8", False),
        ("a.js", b"alert(1)", "text/plain; charset=utf-8", False),
        ("a.css", b"a{}", "text/plain; charset=utf-8", False),
        ("Makefile", "Grüß".encode(), "text/plain; charset=utf-8", False),
        ("a", b"\xff", "application/octet-stream", False),
        ("a", b"a\0b", "application/octet-stream", False),
        ("a.PNG", b"<html>", "image/png", False),
        ("a.json", b"{}", "application/json", False),
        ("a.html", b"<script>", "text/html; charset=utf-8", True),
        ("a.svg", b"<svg>", "image/svg+xml", True),
        ('x/Gr\u00fc\u00df"\r\n.SVG', b"<svg>", "image/svg+xml", True),
    ],
)
def test_nothing_of_a_site_runs_where_the_api_is(path, data, kind, kept):
    headers = headers_for(path, data)
    assert headers["Content-Type"] == kind
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ("Content-Disposition" in headers) is kept
    if kept:
        assert headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert all(char.isprintable() and char.isascii() for char in "".join(headers.values()))


async def test_a_new_file_is_written(client, headers, answers):
    reply = await client.put(FILE, headers={**headers, "If-None-Match": "*"}, data=b"\xff\0\n")
    assert reply.status_code == 201
    assert reply.headers["ETag"] == f'"{HASH}"'
    assert await reply.get_json() == {"file": DESCRIBED}
    assert answers.asked == [WriteFile(KEY, "src/a.md", b"\xff\0\n", None)]
    assert answers.activities() == [WRITE]


async def test_a_known_file_is_replaced(client, headers, answers):
    reply = await client.put(FILE, headers={**headers, "If-Match": f'"{OTHER}"'}, data=b"")
    assert reply.status_code == 200
    assert reply.headers["ETag"] == f'"{HASH}"'
    assert answers.asked == [WriteFile(KEY, "src/a.md", b"", OTHER)]


@pytest.mark.parametrize("current", [OTHER, None])
async def test_a_file_that_is_another_is_told_with_its_hash(client, headers, answers, current):
    known = {**headers, "If-Match": f'"{HASH}"'}
    for kind in (WriteFile, RemoveFile, MoveFile):
        answers.answers[kind] = Differs("cannot change src/a.md: read it again", current)
    move = {"from": "src/a.md", "to": "b.md", "expected": HASH}
    for reply in (
        await client.put(FILE, headers=known, data=b"x"),
        await client.delete(FILE, headers=known),
        await client.post(f"{THREAD}/move", headers=headers, json=move),
    ):
        assert reply.status_code == 412
        problem = await reply.get_json()
        assert problem["current"] == current
        assert problem["detail"] == "cannot change src/a.md: read it again"


@pytest.mark.parametrize(
    ("method", "given", "status"),
    [
        *((method, {}, 428) for method in ("PUT", "DELETE")),
        *((method, {"If-Match": "*"}, 428) for method in ("PUT", "DELETE")),
        *((method, {"If-Match": HASH}, 400) for method in ("PUT", "DELETE")),
        *((method, {"If-Match": f'W/"{HASH}"'}, 400) for method in ("PUT", "DELETE")),
        *((method, {"If-Match": f'"{HASH}", "{OTHER}"'}, 400) for method in ("PUT", "DELETE")),
        ("DELETE", {"If-None-Match": "*"}, 428),
        ("PUT", {"If-None-Match": f'"{HASH}"'}, 400),
        ("PUT", {"If-None-Match": "*", "If-Match": f'"{HASH}"'}, 400),
        ("PUT", {"If-None-Match": "*", "Content-Range": "bytes 0-1/2"}, 400),
        ("PUT", {"If-None-Match": "*", "Content-Encoding": "gzip"}, 400),
    ],
)
async def test_nobody_overwrites_unseen(client, headers, answers, method, given, status):
    reply = await client.open(FILE, method=method, headers={**headers, **given}, data=b"x")
    assert reply.status_code == status
    assert "cannot" in (await reply.get_json())["detail"]
    assert answers.asked == answers.activities() == []


async def test_a_file_that_is_too_large_is_not_taken(client, headers, answers):
    new = {**headers, "If-None-Match": "*"}
    reply = await client.put(FILE, headers=new, data=bytes(10 * 1024 * 1024 + 1))
    assert reply.status_code == 413
    assert answers.asked == []


async def test_a_file_is_removed(client, headers, answers):
    reply = await client.delete(FILE, headers={**headers, "If-Match": f'"{HASH}"'})
    assert (reply.status_code, await reply.get_data()) == (204, b"")
    assert answers.asked == [RemoveFile(KEY, "src/a.md", HASH)]
    assert answers.activities() == [WRITE]


async def test_a_file_is_moved(client, headers, answers):
    body = {"from": "b.md", "to": "src/a.md", "expected": HASH}
    reply = await client.post(f"{THREAD}/move", headers=headers, json=body)
    assert (reply.status_code, await reply.get_json()) == (200, {"file": DESCRIBED})
    assert reply.headers["ETag"] == f'"{HASH}"'
    assert answers.asked == [MoveFile(KEY, "b.md", "src/a.md", HASH)]
    assert answers.activities() == [WRITE]
    for wrong in ({"expected": "x"}, {"to": None}, {"target": "x"}):
        reply = await client.post(f"{THREAD}/move", headers=headers, json=body | wrong)
        assert reply.status_code == 400


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(Invalid("cannot"), 400), (NotFound("cannot"), 404), (Refused("cannot"), 409)],
)
async def test_a_refusal_has_its_status(client, headers, answers, refusal, status):
    answers.refusal = refusal
    new, known = {**headers, "If-None-Match": "*"}, {**headers, "If-Match": f'"{HASH}"'}
    move = {"from": "src/a.md", "to": "b.md", "expected": HASH}
    for reply in (
        await client.get(f"{THREAD}/tree", headers=headers),
        await client.get(FILE, headers=headers),
        await client.put(FILE, headers=new, data=b"x"),
        await client.delete(FILE, headers=known),
        await client.post(f"{THREAD}/move", headers=headers, json=move),
    ):
        assert reply.status_code == status
        assert reply.headers["Content-Type"] == "application/problem+json"


async def test_the_description_says_what_travels(client):
    document = await (await client.get("/openapi.json")).get_json()
    path = document["paths"]["/v1/threads/{client}/{user}/{thread}/files/{path}"]
    assert set(path) == {"get", "put", "delete"}
    assert path["put"]["requestBody"] == {
        "content": {"application/octet-stream": {"schema": {}}},
        "required": True,
    }
    assert path["get"]["responses"]["200"]["content"] == {"*/*": {"schema": {}}}
    assert "ETag" in path["put"]["responses"]["201"]["headers"]
    assert {"200", "201", "400", "404", "409", "412", "413", "428"} <= set(path["put"]["responses"])
    assert path["get"]["responses"]["304"] == {"description": "Not Modified"}
    parameters = path["put"]["parameters"]
    ids = [{"$ref": f"#/components/parameters/{name}"} for name in ("client", "user", "thread")]
    assert parameters[:3] == ids
    assert {parameter["name"] for parameter in parameters[3:]} == {
        *("path", "If-Match", "If-None-Match")
    }
    body = document["components"]["schemas"]["MoveBody"]
    assert set(body["required"]) == {"from", "to", "expected"}
