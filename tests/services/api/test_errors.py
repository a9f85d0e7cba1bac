import pytest
from structlog.testing import capture_logs

from tests.services.api.fakes import IDS


async def error_of(reply, status):
    assert reply.status_code == status
    body = await reply.get_json()
    assert body.keys() == {"success", "error"}
    assert body["success"] is False
    return body["error"]


async def test_an_unknown_route_is_named(client, headers):
    reply = await client.delete("/api/nothing", headers=headers)
    assert await error_of(reply, 404) == "Route not found: DELETE /api/nothing"


async def test_a_wrong_method_is_told_the_right_one(client, headers):
    reply = await client.put("/api/init", headers=headers)
    assert await error_of(reply, 405) == "cannot PUT /api/init: it takes OPTIONS, POST"
    assert reply.headers["Allow"] == "OPTIONS, POST"


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
    ],
)
async def test_a_body_that_cannot_be_used_says_why(client, headers, fakes, body, said):
    error = await error_of(await client.post("/api/init", headers=headers, data=body), 400)
    assert said in error
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
    assert fakes.asked == []


async def test_a_body_beyond_the_limit_is_refused(client, headers, fakes):
    data = b" " * (10 * 1024 * 1024 + 1)
    reply = await client.post("/api/init", headers=headers, data=data)
    assert "10 MB" in await error_of(reply, 413)
    assert fakes.asked == []


async def test_a_bug_is_logged_and_tells_the_requester_nothing(client, headers, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("services.api.editing_routes.thread_key", broken)
    with capture_logs() as logs:
        reply = await client.get("/api/status/acme/ann/t1", headers=headers)
    error = await error_of(reply, 500)
    assert "secret" not in error
    assert "ZeroDivision" not in error
    [record] = logs
    assert record["event"] == "request failed"
    assert record["path"] == "/api/status/acme/ann/t1"
    assert isinstance(record["exc_info"], ZeroDivisionError)
