"""Turns are begun, and waited for."""

import base64

import pytest
import trio
from msgspec.structs import replace

from services.messages import (
    AwaitTurn,
    BuildError,
    FindWorkspace,
    Image,
    Leftover,
    Mode,
    Reason,
    Selection,
    StartTurn,
    TurnState,
    Usage,
)
from supervisor.desk import Busy, Gone, Invalid, Refused
from tests.services.api.fakes import KEY, WRITE
from tests.services.api.v1.problems import problem

TURNS = "/v1/threads/acme/ann/t1/turns"
TURN = f"{TURNS}/turn-1"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
WEBP = b"RIFF" + bytes(4) + b"WEBP" + bytes(8)
NOTHING = {
    "model": "",
    "inputTokens": 0,
    "outputTokens": 0,
    "cacheReadTokens": 0,
    "cacheWriteTokens": 0,
    "cost": 0.0,
}


def image(data, kind="image/png"):
    return {"mediaType": kind, "data": base64.b64encode(data).decode()}


async def begin(client, headers, query="", **body):
    body = {"instruction": "Greet"} | body
    return await client.post(TURNS + query, headers=headers, json=body)


async def test_a_turn_is_begun_and_answered_before_it_ends(client, headers, fakes):
    fakes._open(KEY)
    reply = await begin(client, headers, instruction=" Say hello.\n")
    assert reply.status_code == 202
    assert reply.headers["Location"] == TURN
    assert await reply.get_json() == {
        "turn": {
            "id": "turn-1",
            "clientId": "acme",
            "userId": "ann",
            "threadId": "t1",
            "state": "queued",
            "ended": False,
            "instruction": "Say hello.",
            "mode": "execute",
            "backend": "",
            "output": "",
            "files": [],
            "base": None,
            "commit": None,
            "error": None,
            "reason": None,
            "saved": None,
            "leftover": None,
            "pages": [],
            "broken": [],
            "repairs": 0,
            "undone": False,
            "usage": NOTHING,
            "queued": "2023-11-14T22:13:20Z",
            "started": None,
            "finished": None,
            "firstEvent": 7,
        },
    }
    assert fakes.asked == [FindWorkspace(KEY), StartTurn(KEY, "Say hello.")]
    assert fakes.activities() == [WRITE]


async def test_all_that_a_turn_can_come_with_is_passed_on(client, headers, fakes):
    fakes._open(KEY)
    reply = await begin(
        client,
        headers | {"Idempotency-Key": "8e03978e-40d5"},
        mode="plan",
        backend="claude",
        model="some-model",
        selection={"file": "src/a.astro", "line": 3, "column": 5, "html": "<h1>Hi</h1>"},
        images=[image(PNG), image(WEBP, "image/webp")],
    )
    assert reply.status_code == 202
    assert fakes.asked[-1] == StartTurn(
        KEY,
        "Greet",
        Mode.PLAN,
        "claude",
        "some-model",
        Selection("src/a.astro", 3, 5, "<h1>Hi</h1>"),
        (Image("image/png", PNG), Image("image/webp", WEBP)),
        "8e03978e-40d5",
    )


async def test_a_selection_may_name_its_file_as_astro_does(client, headers, fakes):
    workspace = fakes._open(KEY)
    selection = {"file": str(workspace.root / "src/a.astro")}
    assert (await begin(client, headers, selection=selection)).status_code == 202
    assert fakes.asked[-1].selection == Selection("src/a.astro")


@pytest.mark.parametrize("file", ["/etc/passwd", "../a", "src/../../a", "a\0b", ".", ""])
async def test_a_selection_outside_of_the_site_is_bad_input(client, headers, fakes, file):
    fakes._open(KEY)
    reply = await begin(client, headers, selection={"file": file})
    assert reply.status_code == 400
    assert not any(isinstance(asked, StartTurn) for asked in fakes.asked)


async def test_who_waits_is_answered_with_the_turn_as_it_ended(client, headers, fakes):
    fakes._open(KEY)
    usage = Usage("some-model", 10, 20, 30, 40, 0.1 + 0.2)
    broken = BuildError("no such tag", "src/a.astro", 1, 2, "frame")
    fakes.turn = replace(fakes.turn, usage=usage, broken=(broken,), pages=("/",), repairs=1)
    reply = await begin(client, headers, "?wait=1")
    assert reply.status_code == 200
    assert reply.headers["Location"] == TURN
    turn = (await reply.get_json())["turn"]
    assert (turn["state"], turn["ended"], turn["commit"]) == ("committed", True, "abc")
    assert turn["started"] == "2023-11-14T22:13:21Z"
    assert turn["finished"] == "2023-11-14T22:13:22.500000Z"
    assert turn["usage"] == {
        "model": "some-model",
        "inputTokens": 10,
        "outputTokens": 20,
        "cacheReadTokens": 30,
        "cacheWriteTokens": 40,
        "cost": 0.3,
    }
    assert (turn["pages"], turn["repairs"]) == (["/"], 1)
    assert turn["broken"] == [
        {"message": "no such tag", "file": "src/a.astro", "line": 1, "column": 2, "frame": "frame"}
    ]
    assert fakes.asked[-1] == AwaitTurn(KEY, "turn-1")


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (TurnState.FAILED, Reason.BUDGET),
        (TurnState.FAILED, Reason.TIMEOUT),
        (TurnState.CANCELLED, None),
        (TurnState.INTERRUPTED, None),
    ],
)
async def test_who_waits_for_a_turn_that_did_not_end_is_told(client, headers, fakes, state, reason):
    fakes._open(KEY)
    fakes.turn = replace(fakes.turn, state=state, reason=reason, leftover=Leftover.OFFERED)
    reply = await begin(client, headers, "?wait=1")
    assert reply.status_code == 422
    body = await reply.get_json()
    assert (body["status"], body["reason"]) == (422, reason)
    assert body["detail"] == f"cannot carry this out: the turn was {state}"
    assert (body["turn"]["state"], body["turn"]["leftover"]) == (state, "offered")


async def test_a_turn_that_had_ended_already_is_not_waited_for(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[StartTurn] = fakes.turn
    headers |= {"Idempotency-Key": "again"}
    for query in ("", "?wait=1"):
        reply = await begin(client, headers, query)
        assert reply.status_code == 200
        assert (await reply.get_json())["turn"]["state"] == "committed"
    assert not any(isinstance(asked, AwaitTurn) for asked in fakes.asked)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"instruction": " "}, "empty instruction"),
        ({"instruction": "x" * 20_001}, "20000 at most"),
        ({"mode": "destroy"}, "mode (optional) = execute | plan | analyze"),
        ({"selection": {"file": "a", "line": 0}}, "$.selection.line"),
        ({"selection": {"file": "a", "html": "x" * 20_001}}, "$.selection.html"),
        ({"model": "x" * 201}, "$.model"),
        ({"images": [{"mediaType": "image/png", "data": "?"}]}, "base64"),
        ({"wait": True}, "unknown field `wait`"),
    ],
)
async def test_what_cannot_be_a_turn_says_why(client, headers, fakes, body, said):
    reply = await begin(client, headers, **body)
    assert reply.status_code == 400
    assert said in (await reply.get_json())["detail"]
    assert fakes.asked == []
    assert fakes.activities() == []


@pytest.mark.parametrize("key", ["", "x" * 129, "grün"])
async def test_an_idempotency_key_that_cannot_be_used_is_bad_input(client, headers, fakes, key):
    reply = await begin(client, headers | {"Idempotency-Key": key})
    assert reply.status_code == 400
    assert "Idempotency-Key" in (await reply.get_json())["detail"]
    assert fakes.asked == []


async def test_four_large_images_fit_and_no_more_than_that(client, headers, fakes):
    fakes._open(KEY)
    large = image(PNG + bytes(5 * 1024 * 1024 - len(PNG)))
    assert (await begin(client, headers, images=[large] * 4)).status_code == 202
    reply = await begin(client, headers, images=[large] * 5)
    assert reply.status_code == 413
    assert "28 MB" in (await reply.get_json())["detail"]


async def test_a_thread_that_was_never_opened_has_no_turns(client, headers, fakes):
    reply = await begin(client, headers)
    assert reply.status_code == 404
    assert f"PUT /v1/threads/{KEY}" in (await reply.get_json())["detail"]
    assert fakes.asked == [FindWorkspace(KEY)]


@pytest.mark.parametrize(
    ("refusal", "status", "retry"),
    [
        (Busy("16 turns wait"), 429, "5"),
        (Refused("the agent is stopping"), 409, None),
        (Invalid("cannot take this image: it is no image/png"), 400, None),
        (Gone("the agent ended"), 503, None),
    ],
)
async def test_a_refusal_to_begin_says_whether_to_come_again(
    client, headers, fakes, refusal, status, retry
):
    fakes._open(KEY)
    fakes.answers[StartTurn] = refusal
    reply = await begin(client, headers)
    assert reply.status_code == status
    assert reply.headers.get("Retry-After") == retry
    assert await reply.get_json() == problem(status, str(refusal))


async def test_a_stop_while_somebody_waits_tells_which_turn_it_was(
    client, headers, fakes, autojump_clock
):
    fakes._open(KEY)
    fakes.gate = trio.Event()
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def wait():
            reply = await begin(client, headers, "?wait=1")
            assert reply.status_code == 503
            body = await reply.get_json()
            assert (body["status"], body["turn"]["id"]) == (503, "turn-1")

        await fakes.executing.wait()
        fakes.harness.stopping.set()
