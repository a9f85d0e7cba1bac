import os

import pytest
import trio
from msgspec.structs import replace

from services.messages import (
    Activity,
    AwaitTurn,
    FindWorkspace,
    GitState,
    Mode,
    OpenWorkspace,
    PreviewState,
    Reason,
    Scope,
    StartPreview,
    StartTurn,
    TurnState,
)
from services.messages.tokens import Grant, sign
from supervisor.desk import Gone, Refused
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import IDS, KEY, WRITE


async def test_init_opens_the_workspace_and_starts_its_preview(client, headers, fakes, tmp_path):
    reply = await client.post(
        "/api/init", headers=headers, json=IDS | {"repoUrl": "https://git.example.com/a.git"}
    )
    root = tmp_path / "acme/ann/threads/t1"
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "workspace": {"projectPath": str(root), "branch": "thread-t1", "resumed": False},
        "astro": {
            "url": "https://preview.example.com/",
            "ownUrl": f"https://{KEY.preview_id}.preview.example.com/",
            "websocket": "wss://preview.example.com/",
            "running": False,
        },
    }
    assert fakes.asked == [
        OpenWorkspace(KEY, "https://git.example.com/a.git"),
        StartPreview(KEY, root),
    ]


async def test_init_again_says_resumed_and_that_the_preview_runs(client, headers, fakes):
    await client.post("/api/init", headers=headers, json=IDS)
    fakes.preview = PreviewState.READY
    reply = await (await client.post("/api/init", headers=headers, json=IDS)).get_json()
    assert reply["workspace"]["resumed"] is True
    assert reply["astro"]["running"] is True


async def test_what_people_wrote_is_readable_in_the_answer(client, headers, fakes):
    fakes._open(KEY)
    fakes.turn = replace(fakes.turn, output="Grüß Gott")
    body = IDS | {"instruction": "Greet"}
    reply = await client.post("/api/execute", headers=headers, json=body)
    assert "Grüß Gott".encode() in await reply.get_data()


async def test_a_turn_that_ran_to_its_end_is_a_success(client, headers, fakes):
    fakes._open(KEY)
    reply = await client.post(
        "/api/execute",
        headers=headers,
        json=IDS | {"instruction": "  Say hello. ", "mode": "plan"},
    )
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "result": {
            "output": "Done.",
            "filesChanged": ["src/a.md"],
            "error": None,
            "turnId": "turn-1",
            "commit": "abc",
            "state": "committed",
        },
    }
    assert fakes.asked[-2:] == [StartTurn(KEY, "Say hello.", Mode.PLAN), AwaitTurn(KEY, "turn-1")]


@pytest.mark.parametrize(
    ("state", "error", "reason", "said"),
    [
        (TurnState.FAILED, "cannot build", Reason.BROKEN, "cannot build"),
        (TurnState.FAILED, "the turn is paid for", Reason.BUDGET, "the turn is paid for"),
        (TurnState.INTERRUPTED, None, None, "cannot carry this out: the turn was interrupted"),
        (TurnState.CANCELLED, None, None, "cannot carry this out: the turn was cancelled"),
    ],
)
async def test_a_turn_that_did_not_end_is_an_error_with_its_result(
    client, headers, fakes, state, error, reason, said
):
    fakes._open(KEY)
    fakes.turn = replace(fakes.turn, state=state, error=error, reason=reason, commit=None)
    reply = await client.post("/api/execute", headers=headers, json=IDS | {"instruction": "x"})
    assert reply.status_code == 422
    assert await reply.get_json() == {
        "success": False,
        "error": said,
        "reason": reason,
        "result": {
            "output": "Done.",
            "filesChanged": ["src/a.md"],
            "error": error,
            "turnId": "turn-1",
            "commit": None,
            "state": state,
        },
    }


async def test_an_idempotency_key_is_passed_on(client, headers, fakes):
    fakes._open(KEY)
    body = IDS | {"instruction": "x"}
    again = headers | {"Idempotency-Key": "8e03978e-40d5"}
    assert (await client.post("/api/execute", headers=again, json=body)).status_code == 200
    (begun,) = [asked for asked in fakes.asked if isinstance(asked, StartTurn)]
    assert begun.idempotency_key == "8e03978e-40d5"


async def test_whoever_hangs_up_ends_no_turn(client, headers, fakes):
    fakes._open(KEY)
    fakes.gate = trio.Event()
    body = IDS | {"instruction": "x"}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: client.post("/api/execute", headers=headers, json=body))
        await fakes.executing.wait()
        nursery.cancel_scope.cancel()
    assert [type(asked) for asked in fakes.asked] == [FindWorkspace, StartTurn, AwaitTurn]


async def test_executing_without_a_workspace_says_to_init_first(client, headers, fakes):
    reply = await client.post("/api/execute", headers=headers, json=IDS | {"instruction": "x"})
    assert reply.status_code == 404
    assert "POST /api/init" in (await reply.get_json())["error"]
    assert fakes.asked == [FindWorkspace(KEY)]


async def test_status_says_what_git_says_and_when_the_thread_was_last_touched(
    client, headers, fakes
):
    workspace = fakes._open(KEY)
    fakes.git = GitState(
        "thread-t1",
        ("main", "thread-t1"),
        added=("b.md",),
        modified=("a.md",),
        deleted=("c.md",),
        untracked=("0.md",),
    )
    workspace.history.parent.mkdir(parents=True)
    workspace.history.touch()
    os.utime(workspace.history, ns=(0, 1_700_000_000_123_000_000))
    reply = await client.get("/api/status/acme/ann/t1", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "status": {
            "workingDirectory": str(workspace.root),
            "gitStatus": " M a.md\nA  b.md\n D c.md\n?? 0.md",
            "lastActivity": 1_700_000_000_123,
            "currentBranch": "thread-t1",
            "allBranches": ["main", "thread-t1"],
            "projectPath": str(workspace.root),
        },
    }


async def test_status_of_an_unknown_thread_is_not_found_and_makes_nothing(client, headers, fakes):
    reply = await client.get("/api/status/acme/ann/t1", headers=headers)
    assert reply.status_code == 404
    assert fakes.asked == [FindWorkspace(KEY)]


async def test_writes_count_as_activity_and_looking_does_not(client, headers, fakes):
    await client.post("/api/init", headers=headers, json=IDS)
    assert fakes.activities() == [WRITE]
    await client.post("/api/execute", headers=headers, json=IDS | {"instruction": "x"})
    assert fakes.activities() == [WRITE]
    await client.get("/api/status/acme/ann/t1", headers=headers)
    await client.get("/health")
    await client.get("/", headers=headers)
    await client.post("/api/init", json=IDS)
    assert fakes.activities() == []


async def test_a_full_activity_channel_holds_nobody_up(client, headers, fakes):
    send = fakes.harness.context(None).sender("activity", Activity)
    for _ in range(256):
        send.send_nowait(WRITE)
    with pytest.raises(trio.WouldBlock):
        send.send_nowait(WRITE)
    reply = await client.post("/api/init", headers=headers, json=IDS)
    assert reply.status_code == 200


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(Refused("cannot do it now"), 409), (Gone("workspaces ended"), 503)],
)
async def test_what_a_service_refuses_is_passed_on(client, headers, fakes, refusal, status):
    fakes.refusal = refusal
    reply = await client.post("/api/init", headers=headers, json=IDS)
    assert reply.status_code == status
    assert await reply.get_json() == {"success": False, "error": str(refusal)}


async def test_a_request_that_outlives_the_grace_of_a_stop_is_told(
    client, headers, fakes, autojump_clock
):
    fakes._open(KEY)
    fakes.gate = trio.Event()
    async with trio.open_nursery() as nursery:
        began = trio.current_time()

        @nursery.start_soon
        async def execute():
            reply = await client.post(
                "/api/execute", headers=headers, json=IDS | {"instruction": "x"}
            )
            assert reply.status_code == 503
            body = await reply.get_json()
            assert "the server is stopping" in body["error"]
            assert (body["turn"]["id"], body["turn"]["state"]) == ("turn-1", "queued")

        await fakes.executing.wait()
        await trio.sleep(60)
        fakes.harness.stopping.set()
    assert trio.current_time() - began == pytest.approx(63)


async def test_init_says_how_a_project_is_made(client, headers, fakes):
    more = {"repoUrl": "", "branch": "trunk", "depth": 1, "empty": True, "title": "New header"}
    more["site"] = "apps/web"
    await client.post("/api/init", headers=headers, json=IDS | more)
    assert fakes.asked[0] == OpenWorkspace(KEY, None, "trunk", 1, True, "New header", "apps/web")


async def test_a_depth_below_none_is_bad_input(client, headers, fakes):
    reply = await client.post("/api/init", headers=headers, json=IDS | {"depth": -1})
    assert reply.status_code == 400
    assert "depth" in (await reply.get_json())["error"]
    assert fakes.asked == []


@pytest.mark.parametrize("path", ["/api/init", "/api/execute"])
@pytest.mark.parametrize(
    "scope", [Scope("other"), Scope("acme", "bob"), Scope("acme", "ann", "t2")], ids=str
)
async def test_whose_thread_it_is_is_in_the_body_and_checked(client, fakes, path, scope):
    headers = {"Authorization": f"Bearer {sign(TOKEN, Grant(scope))}"}
    body = IDS | ({"instruction": "x"} if path == "/api/execute" else {})
    reply = await client.post(path, headers=headers, json=body)
    assert reply.status_code == 403
    assert "thread:acme/ann/t1" in (await reply.get_json())["error"]
    assert (fakes.asked, fakes.activities()) == ([], [])
