import json
import time
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from services.api import Options
from services.messages import (
    AwaitTurn,
    BuildError,
    BuildSite,
    Built,
    FindWorkspace,
    Mode,
    Preview,
    PreviewState,
    RestartPreview,
    Routes,
    StartPreview,
    StartTurn,
    StopPreview,
)
from services.messages.tickets import read
from supervisor.desk import Gone, Refused
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import BEGUN, IDS, KEY, WRITE

AT = "/v1/threads/acme/ann/t1/preview"
RESTART, BUILD = "/api/astro/restart/acme/ann/t1", "/api/astro/build/acme/ann/t1"
PREVIEW = Preview(KEY.preview_id, KEY, PreviewState.READY, 20001)
BUILT = Preview(KEY.built_id, KEY, PreviewState.READY, 20002, built=1_700_000_000.5)
ERROR = BuildError("Unexpected token", "src/pages/index.astro", 3, 7, "  3 | <h1>{</h1>")
SHOWN = {
    "id": KEY.preview_id,
    "clientId": "acme",
    "userId": "ann",
    "threadId": "t1",
    "state": "ready",
    "reason": "",
    "error": None,
    "clients": 0,
    "memory": 0,
    "built": None,
    "url": f"https://{KEY.preview_id}.preview.example.com/",
}
SHOWN_BUILT = SHOWN | {
    "id": KEY.built_id,
    "built": "2023-11-14T22:13:20.500+00:00",
    "url": f"https://{KEY.built_id}.preview.example.com/",
}
SHOWN_ERROR = {
    "message": "Unexpected token",
    "file": "src/pages/index.astro",
    "line": 3,
    "column": 7,
    "frame": "  3 | <h1>{</h1>",
}
ASTRO = {
    "url": "https://preview.example.com/",
    "websocket": "wss://preview.example.com/",
    "running": True,
}


def show(fakes, *previews, default=None):
    board = {preview.id: preview for preview in previews}
    fakes.harness.channels.boards["routes"].set(Routes(board, default))


async def test_all_previews_are_listed(client, headers, fakes):
    reply = await client.get("/v1/previews", headers=headers)
    assert await reply.get_json() == {"success": True, "previews": [], "default": None}
    broken = replace(PREVIEW, error=ERROR, clients=2, memory=400_000_000)
    show(fakes, broken, BUILT, default=PREVIEW.id)
    reply = await client.get("/v1/previews", headers=headers)
    assert await reply.get_json() == {
        "success": True,
        "previews": [
            SHOWN | {"error": SHOWN_ERROR, "clients": 2, "memory": 400_000_000},
            SHOWN_BUILT,
        ],
        "default": PREVIEW.id,
    }
    assert fakes.asked == []


def event_of(data):
    name, text, *rest = data.decode().split("\n")
    assert name == "event: previews"
    assert rest == ["", ""]
    return json.loads(text.removeprefix("data: "))


async def test_previews_are_events_to_whoever_wants_those(client, headers, fakes):
    show(fakes, PREVIEW)
    fakes.harness.stopping.set()  # so that the stream ends
    reply = await client.get("/v1/previews", headers=headers | {"Accept": "text/event-stream"})
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert event_of(await reply.get_data()) == {"previews": [SHOWN], "default": None}
    assert fakes.activities() == []


async def test_a_threads_preview_is_shown_beside_its_build(client, headers, fakes):
    show(fakes, PREVIEW)
    reply = await client.get(AT, headers=headers)
    assert await reply.get_json() == {"success": True, "preview": SHOWN, "built": None}
    show(fakes, BUILT)
    reply = await client.get(AT, headers=headers)
    assert await reply.get_json() == {"success": True, "preview": None, "built": SHOWN_BUILT}
    assert fakes.asked == []


async def test_a_thread_without_a_preview_is_told_how_to_get_one(client, headers, fakes):
    reply = await client.get(AT, headers=headers)
    assert reply.status_code == 404
    assert "POST" in (await reply.get_json())["error"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (PreviewState.INSTALLING, 202),
        (PreviewState.STARTING, 202),
        (PreviewState.ASLEEP, 202),
        (PreviewState.READY, 200),
    ],
)
async def test_a_preview_is_started_and_its_state_said_at_once(
    client, headers, fakes, state, status
):
    workspace = fakes._open(KEY)
    fakes.preview = state
    reply = await client.post(AT, headers=headers)
    assert reply.status_code == status
    assert await reply.get_json() == {"success": True, "preview": SHOWN | {"state": state}}
    assert fakes.asked == [FindWorkspace(KEY), StartPreview(KEY, workspace.root)]


@pytest.mark.parametrize("path", [AT, f"{AT}/build", f"{AT}/link", RESTART, BUILD])
async def test_a_thread_that_was_never_opened_has_no_preview(client, headers, fakes, path):
    reply = await client.post(path, headers=headers)
    assert reply.status_code == 404
    assert "POST /api/init" in (await reply.get_json())["error"]
    assert fakes.asked == [FindWorkspace(KEY)]


async def test_a_preview_is_stopped(client, headers, fakes):
    reply = await client.delete(AT, headers=headers)
    assert await reply.get_json() == {"success": True}
    assert fakes.asked == [StopPreview(KEY)]


async def test_a_preview_is_restarted(client, headers, fakes):
    fakes.answers[RestartPreview] = PREVIEW
    reply = await client.post(f"{AT}/restart", headers=headers)
    assert await reply.get_json() == {"success": True, "preview": SHOWN}
    assert fakes.asked == [RestartPreview(KEY)]


async def test_a_preview_that_will_not_start_is_an_error_that_says_why(client, headers, fakes):
    failed = replace(PREVIEW, state=PreviewState.FAILED, reason="npm is out of disk")
    fakes.answers[RestartPreview] = failed
    reply = await client.post(f"{AT}/restart", headers=headers)
    assert reply.status_code == 422
    body = await reply.get_json()
    assert (body["success"], body["error"]) == (False, "cannot show the site: npm is out of disk")
    assert body["preview"]["state"] == "failed"
    fakes.answers[RestartPreview] = replace(failed, error=ERROR)
    body = await (await client.post(f"{AT}/restart", headers=headers)).get_json()
    assert body["error"].endswith("Unexpected token (src/pages/index.astro:3)")


async def test_what_cannot_be_restarted_is_refused(client, headers, fakes):
    fakes.answers[RestartPreview] = Refused("cannot restart: it is not open")
    assert (await client.post(f"{AT}/restart", headers=headers)).status_code == 409


async def test_a_site_is_built(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[BuildSite] = Built(BUILT, seconds=2.34567)
    reply = await client.post(f"{AT}/build", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {"success": True, "seconds": 2.346, "preview": SHOWN_BUILT}
    assert fakes.asked == [FindWorkspace(KEY), BuildSite(KEY)]


@pytest.mark.parametrize("path", [f"{AT}/build", BUILD])
@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        ((ERROR,), "cannot build the site: Unexpected token (src/pages/index.astro:3)"),
        ((ERROR, ERROR), "… (src/pages/index.astro:3); and 1 more"),
        ((), "cannot build the site: see its output"),
    ],
)
async def test_a_site_that_cannot_be_built_says_where_as_data(
    client, headers, fakes, path, errors, sentence
):
    fakes._open(KEY)
    fakes.answers[BuildSite] = Built(None, errors, 1.0, "the last lines")
    reply = await client.post(path, headers=headers)
    assert reply.status_code == 422
    body = await reply.get_json()
    assert body.pop("error").endswith(sentence.removeprefix("…"))
    assert body == {
        "success": False,
        "seconds": 1.0,
        "errors": [SHOWN_ERROR] * len(errors),
        "output": "the last lines",
    }


async def test_a_build_that_could_not_begin_is_refused(client, headers, fakes):
    fakes._open(KEY)
    for refusal, status in [(Refused("cannot build: one runs"), 409), (Gone("ended"), 503)]:
        fakes.answers[BuildSite] = refusal
        assert (await client.post(f"{AT}/build", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("sent", "preview", "seconds"),
    [
        ({}, KEY.preview_id, 3600),
        ({"json": {"seconds": 60}}, KEY.preview_id, 60),
        ({"json": {"seconds": 604800, "built": True}}, KEY.built_id, 604800),
    ],
)
async def test_a_link_shows_one_preview_for_a_time(client, headers, fakes, sent, preview, seconds):
    fakes._open(KEY)
    before = int(time.time())
    reply = await client.post(f"{AT}/link", headers=headers, **sent)
    after = int(time.time())
    assert reply.status_code == 200
    given = await reply.get_json()
    url = urlsplit(given["url"])
    assert (url.scheme, url.netloc, url.path) == ("https", f"{preview}.preview.example.com", "/")
    ticket = read(TOKEN, parse_qs(url.query)["nurseryd_ticket"][0], before)
    assert ticket is not None
    assert ticket[0] == preview
    assert before + seconds <= ticket[1] <= after + seconds
    assert datetime.fromisoformat(given["expires"]).timestamp() == ticket[1]
    assert fakes.activities() == []


@pytest.mark.parametrize(
    "body", [{"seconds": 0}, {"seconds": 604801}, {"seconds": 1.5}, {"built": "yes"}, {"days": 1}]
)
async def test_a_link_that_cannot_be_made_is_bad_input(client, headers, fakes, body):
    fakes._open(KEY)
    reply = await client.post(f"{AT}/link", headers=headers, json=body)
    assert reply.status_code == 400
    assert fakes.asked == []


async def test_commands_count_as_activity_and_looking_does_not(client, headers, fakes):
    fakes._open(KEY)
    for path in (AT, f"{AT}/restart", f"{AT}/build", RESTART, BUILD):
        await client.post(path, headers=headers)
    await client.delete(AT, headers=headers)
    assert fakes.activities() == [WRITE] * 6
    await client.get(AT, headers=headers)
    await client.get("/v1/previews", headers=headers)
    assert fakes.activities() == []


async def test_no_route_of_previews_is_open_to_everyone(client, fakes):
    for path in ("/v1/previews", AT):
        assert (await client.get(path)).status_code == 401
    for path in (AT, f"{AT}/restart", f"{AT}/build", f"{AT}/link", RESTART, BUILD):
        assert (await client.post(path)).status_code == 401
    assert (await client.delete(AT)).status_code == 401
    assert fakes.asked == []


async def test_the_originals_restart_says_where_the_site_is(client, headers, fakes):
    fakes._open(KEY)
    show(fakes, PREVIEW)
    fakes.answers[RestartPreview] = PREVIEW
    reply = await client.post(RESTART, headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {"success": True, "astro": ASTRO}
    assert fakes.asked[-1] == RestartPreview(KEY)


async def test_the_originals_restart_starts_a_site_that_does_not_run(client, headers, fakes):
    workspace = fakes._open(KEY)
    reply = await client.post(RESTART, headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {"success": True, "astro": ASTRO | {"running": False}}
    assert fakes.asked[-1] == StartPreview(KEY, workspace.root)


async def test_the_originals_restart_of_a_site_that_cannot_run_is_no_success(
    client, headers, fakes
):
    fakes._open(KEY)
    show(fakes, PREVIEW)
    failed = replace(PREVIEW, state=PreviewState.FAILED, reason="no such script")
    fakes.answers[RestartPreview] = failed
    reply = await client.post(RESTART, headers=headers)
    assert reply.status_code == 422
    body = await reply.get_json()
    assert (body["success"], body["astro"]["running"]) == (False, False)
    assert body["error"] == "cannot show the site: no such script"


async def test_the_originals_build_says_that_it_is_done(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[BuildSite] = Built(BUILT, seconds=1.0)
    body = await (await client.post(BUILD, headers=headers)).get_json()
    assert body["success"] is True
    assert body["message"] == "Build completed successfully"


async def test_a_sleeping_preview_wakes_when_a_turn_begins(client, headers, fakes):
    workspace = fakes._open(KEY)
    show(fakes, replace(PREVIEW, state=PreviewState.ASLEEP))
    await client.post("/api/execute", headers=headers, json=IDS | {"instruction": "Greet"})
    assert fakes.asked == [
        FindWorkspace(KEY),
        StartPreview(KEY, workspace.root),
        StartTurn(KEY, "Greet", Mode.EXECUTE),
        AwaitTurn(KEY, BEGUN.turn),
    ]


@pytest.mark.parametrize("state", [None, *(set(PreviewState) - {PreviewState.ASLEEP})])
async def test_a_turn_starts_no_preview_that_does_not_sleep(client, headers, fakes, state):
    fakes._open(KEY)
    show(fakes, *([replace(PREVIEW, state=state)] if state else []))
    await client.post("/api/execute", headers=headers, json=IDS | {"instruction": "Greet"})
    assert not any(isinstance(asked, StartPreview) for asked in fakes.asked)


class TestWithSignedLinks:
    @pytest.fixture
    def options(self):
        return Options(preview="https://preview.example.com/", access="signed")

    async def test_what_init_gives_to_open_is_a_link(self, client, headers, fakes):
        before = time.time()
        body = await (await client.post("/api/init", headers=headers, json=IDS)).get_json()
        url = urlsplit(body["astro"]["ownUrl"])
        assert url.netloc == f"{KEY.preview_id}.preview.example.com"
        [ticket] = parse_qs(url.query)["nurseryd_ticket"]
        assert read(TOKEN, ticket, before)[0] == KEY.preview_id
        assert body["astro"]["url"] == "https://preview.example.com/"

    async def test_a_list_hands_out_no_links(self, client, headers, fakes):
        show(fakes, PREVIEW)
        reply = await client.get("/v1/previews", headers=headers)
        assert b"nurseryd_ticket" not in await reply.get_data()
