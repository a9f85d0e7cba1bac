from http import HTTPStatus

import pytest
from structlog.testing import capture_logs

from services.api.limits import BODY_LIMIT, TURN_LIMIT
from tests.services.api.fakes import IDS, KEY

TURNS = "/v1/threads/acme/ann/t1/turns"


async def error_of(reply, status):
    """The text of an error as clients of the original know it."""
    assert reply.status_code == status
    assert reply.content_type == "application/json"
    body = await reply.get_json()
    assert body.keys() == {"success", "error"}
    assert body["success"] is False
    return body["error"]


async def problem_of(reply, status):
    """The text of an error everywhere else."""
    assert reply.status_code == status
    assert reply.content_type == "application/problem+json"
    body = await reply.get_json()
    assert body.keys() == {"type", "title", "status", "detail"}
    title = HTTPStatus(status).phrase
    assert (body["type"], body["title"], body["status"]) == ("about:blank", title, status)
    return body["detail"]


async def test_an_unknown_route_is_named(client, headers):
    reply = await client.delete("/api/nothing", headers=headers)
    assert await error_of(reply, 404) == "Route not found: DELETE /api/nothing"
    reply = await client.get("/v1/nothing", headers=headers)
    assert await problem_of(reply, 404) == "cannot find GET /v1/nothing: see /docs"


async def test_a_wrong_method_is_told_the_right_one(client, headers):
    reply = await client.put("/api/init", headers=headers)
    assert await error_of(reply, 405) == "cannot PUT /api/init: it takes OPTIONS, POST"
    assert reply.headers["Allow"] == "OPTIONS, POST"
    reply = await client.post("/health", headers=headers)
    said = await problem_of(reply, 405)
    assert said == "cannot POST /health: it takes GET, HEAD, OPTIONS"
    assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b'{"clientId": "\xff"}', "utf-8"),
        (b"[]", "Expected `object`"),
        (b'{"clientId": "a", "userId": "b"}', "missing required field `threadId`"),
        (b'{"clientId": 1, "userId": "b", "threadId": "c"}', "$.clientId"),
        (
            b'{"clientId": "a", "userId": "b", "threadId": "c", "repo": "d"}',
            "unknown field `repo`",
        ),
        (b'{"clientId": "../a", "userId": "b", "threadId": "c"}', "clientId"),
        (b'{"clientId": "a", "userId": "", "threadId": "c"}', "userId"),
        (b"[" * 100_000, "Expected `object`"),
    ],
)
async def test_a_body_that_cannot_be_used_says_why(client, headers, fakes, body, said):
    error = await error_of(await client.post("/api/init", headers=headers, data=body), 400)
    assert said in error
    assert fakes.asked == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "truncated"),
        (b"\x00\xff", "invalid"),
        (b'{"instruction": "x", "colour": "red"}', "unknown field `colour`"),
        (b'{"instruction": "x", "images": [{"mediaType": "image/png"}]}', "$.images[0]"),
    ],
)
async def test_so_does_one_of_ours_as_a_problem(client, headers, fakes, body, said):
    reply = await client.post(TURNS, headers=headers, data=body)
    assert said in await problem_of(reply, 400)
    assert fakes.asked == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "missing required field `instruction`"),
        ({"instruction": " \n"}, "empty instruction"),
        ({"instruction": "x" * 20_001}, "20000 at most"),
        ({"instruction": "x", "mode": "destroy"}, "mode (optional) = execute | plan | analyze"),
    ],
)
async def test_an_instruction_that_cannot_be_used_says_why(client, headers, fakes, more, said):
    reply = await client.post("/api/execute", headers=headers, json=IDS | more)
    assert said in await error_of(reply, 400)
    assert fakes.asked == []


async def test_bad_ids_in_a_path_are_bad_input(client, headers, fakes):
    reply = await client.get("/api/status/acme/ann/.git", headers=headers)
    assert "threadId" in await error_of(reply, 400)
    reply = await client.get("/v1/threads/acme/.ann/t1/turns", headers=headers)
    assert "userId" in await problem_of(reply, 400)
    assert fakes.asked == []


async def test_a_body_beyond_the_limit_is_refused(client, headers, fakes):
    reply = await client.post("/api/init", headers=headers, data=b" " * (BODY_LIMIT + 1))
    assert "10 MB" in await error_of(reply, 413)
    reply = await client.post(TURNS, headers=headers, data=b" " * (TURN_LIMIT + 1))
    assert "28 MB" in await problem_of(reply, 413)
    assert fakes.asked == []


async def test_a_bug_is_logged_and_tells_the_requester_nothing(client, headers, fakes, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("secret detail")

    fakes._open(KEY)
    monkeypatch.setattr("services.api.original.editing.last_touched", broken)
    monkeypatch.setattr("services.api.v1.turns.described", broken)
    with capture_logs() as logs:
        original = await client.get("/api/status/acme/ann/t1", headers=headers)
        ours = await client.post(TURNS, headers=headers, json={"instruction": "x"})
    for error in (
        await error_of(original, 500),
        await problem_of(ours, 500),
    ):
        assert error == "cannot do this: an error of the server, see its log"
    assert [record["event"] for record in logs] == ["request failed"] * 2
    assert [record["path"] for record in logs] == ["/api/status/acme/ann/t1", TURNS]
    assert all(isinstance(record["exc_info"], ZeroDivisionError) for record in logs)


@pytest.mark.parametrize("path", ["/health", "/openapi.json", "/docs"])
async def test_a_method_of_what_is_open_is_told_to_everybody(client, path):
    reply = await client.delete(path)
    assert reply.status_code == 405
    assert "DELETE" not in reply.headers["Allow"]
