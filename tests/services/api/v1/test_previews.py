import json
import time
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import trio
from msgspec.structs import replace

from services.api import Options
from services.api.streams.sse import GOODBYE, HEARTBEAT, NOTHING_NEW
from services.messages import (
    BuildError,
    BuildSite,
    Built,
    FindWorkspace,
    Preview,
    PreviewState,
    RestartPreview,
    Scope,
    StartPreview,
    StartTurn,
    StopPreview,
    ThreadKey,
)
from services.messages.tickets import read
from services.messages.tokens import Grant, sign
from supervisor.desk import Gone, Refused
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import IDS, KEY, WRITE
from tests.services.api.test_service import start as start
from tests.services.api.v1.shown import BUILT, PREVIEW, SHOWN, SHOWN_BUILT, show

AT = "/v1/threads/acme/ann/t1/preview"
TURNS = "/v1/threads/acme/ann/t1/turns"
ERROR = BuildError("Unexpected token", "src/pages/index.astro", 3, 7, "  3 | <h1>{</h1>")
SIBLING, *OTHERS = (
    Preview(key.preview_id, key, PreviewState.READY, 20003)
    for key in (
        ThreadKey("acme", "ann", "t2"),
        ThreadKey("acme", "bob", "t1"),
        ThreadKey("zoo", "ann", "t1"),
    )
)
SHOWN_ERROR = {
    "message": "Unexpected token",
    "file": "src/pages/index.astro",
    "line": 3,
    "column": 7,
    "frame": "  3 | <h1>{</h1>",
}


async def test_all_previews_are_listed(client, headers, fakes):
    reply = await client.get("/v1/previews", headers=headers)
    assert await reply.get_json() == {"previews": [], "default": None}
    broken = replace(PREVIEW, error=ERROR, clients=2, memory=400_000_000)
    show(fakes, broken, BUILT, default=PREVIEW.id)
    reply = await client.get("/v1/previews", headers=headers)
    assert await reply.get_json() == {
        "previews": [
            SHOWN | {"error": SHOWN_ERROR, "clients": 2, "memory": 400_000_000},
            SHOWN_BUILT,
        ],
        "default": PREVIEW.id,
    }
    assert fakes.asked == []


def event_of(data):
    """The one event of a stream, before the goodbye of a server that stops."""
    event, goodbye, rest = data.decode().split("\n\n")
    assert (goodbye, rest) == ("retry: 3000", "")
    name, text = event.split("\n")
    assert name == "event: previews"
    return json.loads(text.removeprefix("data: "))


async def test_previews_are_events_to_whoever_wants_those(client, headers, fakes):
    show(fakes, PREVIEW)
    fakes.harness.stopping.set()  # so that the stream ends
    reply = await client.get("/v1/previews", headers=headers | {"Accept": "text/event-stream"})
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert event_of(await reply.get_data()) == {"previews": [SHOWN], "default": None}
    assert fakes.activities() == []


@pytest.mark.parametrize(
    ("scope", "seen", "default"),
    [
        ("operator", ["t1", "t2", "t1", "t1"], OTHERS[1].id),
        ("client:acme", ["t1", "t2", "t1"], None),
        ("user:acme/ann", ["t1", "t2"], None),
        ("thread:acme/ann/t1", ["t1"], None),
    ],
)
async def test_a_token_sees_the_previews_of_the_threads_that_it_is_for(
    client, headers, fakes, scoped, scope, seen, default
):
    scoped(scope)
    show(fakes, PREVIEW, SIBLING, *OTHERS, default=OTHERS[1].id)
    reply = await client.get("/v1/previews", headers=headers)
    shown = await reply.get_json()
    assert [preview["threadId"] for preview in shown["previews"]] == seen
    assert shown["default"] == default
    fakes.harness.stopping.set()  # so that the stream ends
    reply = await client.get("/v1/previews", headers=headers | {"Accept": "text/event-stream"})
    assert event_of(await reply.get_data()) == shown


async def test_a_stream_of_previews_ends_within_a_heartbeat_of_its_token(
    client, headers, fakes, autojump_clock, monkeypatch
):
    start = time.time() - trio.current_time()
    monkeypatch.setattr(time, "time", lambda: start + trio.current_time())
    expires = int(time.time() + HEARTBEAT * 1.5)
    headers["Authorization"] = f"Bearer {sign(TOKEN, Grant(Scope('acme'), expires=expires))}"
    began = trio.current_time()
    with trio.fail_after(HEARTBEAT * 10):
        reply = await client.get("/v1/previews", headers=headers | {"Accept": "text/event-stream"})
        told = await reply.get_data()
    assert told.endswith(b"\n\n" + NOTHING_NEW + GOODBYE)
    assert trio.current_time() - began == pytest.approx(2 * HEARTBEAT)


@pytest.mark.parametrize("path", ["/v1/previews", "/v1/transfers"])
async def test_who_listens_to_a_board_takes_a_place_of_those_who_listen(path, start, fakes):
    api = await start(streams_each=1)
    asked = api.request("GET", path, b"", "Accept: text/event-stream\r\nConnection: close")
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(asked)
        got = b""
        while b"event: " not in got:
            got += await stream.receive_some()
        status, body = await api.exchange(asked)
    assert status == 429
    assert b"cannot listen to one more stream" in body


async def test_a_threads_preview_is_shown_beside_its_build(client, headers, fakes):
    show(fakes, PREVIEW)
    reply = await client.get(AT, headers=headers)
    assert await reply.get_json() == {"preview": SHOWN, "built": None}
    show(fakes, BUILT)
    reply = await client.get(AT, headers=headers)
    assert await reply.get_json() == {"preview": None, "built": SHOWN_BUILT}
    assert fakes.asked == []


async def test_a_thread_without_a_preview_is_told_how_to_get_one(client, headers, fakes):
    reply = await client.get(AT, headers=headers)
    assert reply.status_code == 404
    assert "POST" in (await reply.get_json())["detail"]


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
    assert await reply.get_json() == {"preview": SHOWN | {"state": state}}
    assert fakes.asked == [FindWorkspace(KEY), StartPreview(KEY, workspace.root)]


@pytest.mark.parametrize("path", [AT, f"{AT}/build", f"{AT}/link"])
async def test_a_thread_that_was_never_opened_has_no_preview(client, headers, fakes, path):
    reply = await client.post(path, headers=headers)
    assert reply.status_code == 404
    assert "POST /api/init" in await reply.get_data(as_text=True)
    assert fakes.asked == [FindWorkspace(KEY)]


async def test_a_preview_is_stopped(client, headers, fakes):
    reply = await client.delete(AT, headers=headers)
    assert (reply.status_code, await reply.get_data()) == (204, b"")
    assert fakes.asked == [StopPreview(KEY)]


async def test_a_preview_is_restarted(client, headers, fakes):
    fakes.answers[RestartPreview] = PREVIEW
    reply = await client.post(f"{AT}/restart", headers=headers)
    assert await reply.get_json() == {"preview": SHOWN}
    assert fakes.asked == [RestartPreview(KEY)]


async def test_a_preview_that_will_not_start_is_an_error_that_says_why(client, headers, fakes):
    failed = replace(PREVIEW, state=PreviewState.FAILED, reason="npm is out of disk")
    fakes.answers[RestartPreview] = failed
    reply = await client.post(f"{AT}/restart", headers=headers)
    assert reply.status_code == 422
    body = await reply.get_json()
    assert body["detail"] == "cannot show the site: npm is out of disk"
    assert body["preview"]["state"] == "failed"
    fakes.answers[RestartPreview] = replace(failed, error=ERROR)
    body = await (await client.post(f"{AT}/restart", headers=headers)).get_json()
    assert body["detail"].endswith("Unexpected token (src/pages/index.astro:3)")


async def test_what_cannot_be_restarted_is_refused(client, headers, fakes):
    fakes.answers[RestartPreview] = Refused("cannot restart: it is not open")
    assert (await client.post(f"{AT}/restart", headers=headers)).status_code == 409


async def test_a_site_is_built(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[BuildSite] = Built(BUILT, seconds=2.34567)
    reply = await client.post(f"{AT}/build", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {"seconds": 2.346, "preview": SHOWN_BUILT}
    assert fakes.asked == [FindWorkspace(KEY), BuildSite(KEY)]


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        ((ERROR,), "cannot build the site: Unexpected token (src/pages/index.astro:3)"),
        ((ERROR, ERROR), "… (src/pages/index.astro:3); and 1 more"),
        ((), "cannot build the site: see its output"),
    ],
)
async def test_a_site_that_cannot_be_built_says_where_as_data(
    client, headers, fakes, errors, sentence
):
    fakes._open(KEY)
    fakes.answers[BuildSite] = Built(None, errors, 1.0, "the last lines")
    reply = await client.post(f"{AT}/build", headers=headers)
    assert reply.status_code == 422
    body = await reply.get_json()
    assert body["detail"].endswith(sentence.removeprefix("…"))
    assert (body["seconds"], body["output"]) == (1.0, "the last lines")
    assert body["errors"] == [SHOWN_ERROR] * len(errors)


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
    ticket = read([TOKEN], parse_qs(url.query)["nurseryd_ticket"][0], before)
    assert ticket is not None
    assert ticket[0] == preview
    assert before + seconds <= ticket[1] <= after + seconds
    assert datetime.fromisoformat(given["expires"]).timestamp() == ticket[1]
    assert fakes.activities() == []


async def test_a_link_ends_with_the_token_that_it_was_asked_for_with(client, headers, fakes):
    fakes._open(KEY)
    expires = int(time.time()) + 90
    headers["Authorization"] = f"Bearer {sign(TOKEN, Grant(Scope.of(KEY), expires=expires))}"
    given = await (await client.post(f"{AT}/link", headers=headers)).get_json()
    [ticket] = parse_qs(urlsplit(given["url"]).query)["nurseryd_ticket"]
    assert read([TOKEN], ticket, time.time()) == (KEY.preview_id, expires)
    assert datetime.fromisoformat(given["expires"]).timestamp() == expires


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
    for path in (AT, f"{AT}/restart", f"{AT}/build"):
        await client.post(path, headers=headers)
    await client.delete(AT, headers=headers)
    assert fakes.activities() == [WRITE] * 4
    await client.get(AT, headers=headers)
    await client.get("/v1/previews", headers=headers)
    assert fakes.activities() == []


async def test_no_route_of_previews_is_open_to_everyone(client, fakes):
    for path in ("/v1/previews", AT):
        assert (await client.get(path)).status_code == 401
    for path in (AT, f"{AT}/restart", f"{AT}/build", f"{AT}/link"):
        assert (await client.post(path)).status_code == 401
    assert (await client.delete(AT)).status_code == 401
    assert fakes.asked == []


async def test_a_sleeping_preview_wakes_when_a_turn_begins(client, headers, fakes):
    workspace = fakes._open(KEY)
    show(fakes, replace(PREVIEW, state=PreviewState.ASLEEP))
    await client.post(TURNS, headers=headers, json={"instruction": "Greet"})
    assert fakes.asked == [
        FindWorkspace(KEY),
        StartPreview(KEY, workspace.root),
        StartTurn(KEY, "Greet"),
    ]


@pytest.mark.parametrize(
    "state", [None, *(it for it in PreviewState if it is not PreviewState.ASLEEP)]
)
async def test_a_turn_starts_no_preview_that_does_not_sleep(client, headers, fakes, state):
    fakes._open(KEY)
    show(fakes, *([replace(PREVIEW, state=state)] if state else []))
    await client.post(TURNS, headers=headers, json={"instruction": "Greet"})
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
        assert read([TOKEN], ticket, before)[0] == KEY.preview_id
        assert body["astro"]["url"] == "https://preview.example.com/"

    async def test_a_list_hands_out_no_links(self, client, headers, fakes):
        show(fakes, PREVIEW)
        reply = await client.get("/v1/previews", headers=headers)
        assert b"nurseryd_ticket" not in await reply.get_data()
