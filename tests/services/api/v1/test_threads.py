import pytest
from msgspec.structs import replace

from services.messages import (
    ArchiveThread,
    Deleted,
    DeleteThread,
    FindThread,
    FindWorkspace,
    ForkThread,
    ListThreads,
    ListTurns,
    OpenWorkspace,
    RenameThread,
    StartPreview,
    StopPreview,
    Thread,
    ThreadKey,
)
from supervisor.desk import NotFound, Refused
from tests.services.api.fakes import BEGUN, KEY, WRITE
from tests.services.api.v1.shown import PREVIEW, show

AT = "/v1/threads/acme/ann/t1"
THREAD = Thread(
    KEY,
    "A new header",
    "thread-t1",
    "abc",
    created="2026-01-01T00:00:00.000+00:00",
    updated="2026-01-02T00:00:00.500+00:00",
    ahead=1,
)
SHOWN = {
    "clientId": "acme",
    "userId": "ann",
    "threadId": "t1",
    "title": "A new header",
    "branch": "thread-t1",
    "head": "abc",
    "created": "2026-01-01T00:00:00Z",
    "updated": "2026-01-02T00:00:00.500000Z",
    "archived": False,
    "ahead": 1,
    "behind": 0,
    "saved": None,
}


@pytest.mark.parametrize(
    ("query", "archived"),
    [("", False), ("?archived=0", False), ("?archived=1", True), ("?archived=TRUE", True)],
)
async def test_a_users_threads_are_listed(client, headers, fakes, query, archived):
    fakes.answers[ListThreads] = (THREAD,)
    reply = await client.get(f"/v1/threads/acme/ann{query}", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {"threads": [SHOWN]}
    assert fakes.asked == [ListThreads("acme", "ann", archived)]


@pytest.mark.parametrize(
    "path", ["/v1/threads/acme/..%2f", "/v1/threads/.x/ann", "/v1/threads/acme/ann?archived=maybe"]
)
async def test_a_list_that_cannot_be_meant_is_bad_input(client, headers, fakes, path):
    reply = await client.get(path, headers=headers)
    assert reply.status_code in (400, 404)
    assert (await reply.get_json())["status"] == reply.status_code
    assert fakes.asked == []


async def test_a_thread_is_shown_with_its_files_and_its_preview(client, headers, fakes):
    workspace = fakes._open(KEY)
    fakes.answers[FindThread] = THREAD
    reply = await client.get(AT, headers=headers)
    assert reply.status_code == 200
    placed = {
        "path": str(workspace.root),
        "branch": "thread-t1",
        "head": "abc",
        "site": "",
        "resumed": False,
    }
    assert await reply.get_json() == {"thread": SHOWN, "workspace": placed, "preview": None}
    assert fakes.asked == [FindThread(KEY), FindWorkspace(KEY)]
    show(fakes, PREVIEW)
    reply = await client.get(AT, headers=headers)
    assert (await reply.get_json())["preview"]["state"] == "ready"
    assert fakes.activities() == []


async def test_a_thread_without_files_is_shown_without(client, headers, fakes):
    for thread in (THREAD, replace(THREAD, archived=True)):
        fakes.answers[FindThread] = thread
        reply = await client.get(AT, headers=headers)
        assert (await reply.get_json())["workspace"] is None
    fakes.answers[FindThread] = NotFound("cannot find it")
    assert (await client.get(AT, headers=headers)).status_code == 404


@pytest.mark.parametrize(("new", "status"), [(True, 201), (False, 200)])
async def test_a_thread_is_opened_or_was_there(client, headers, fakes, new, status):
    fakes.answers[FindThread] = THREAD
    fakes.answers[OpenWorkspace] = replace(fakes._open(KEY), new=new)
    reply = await client.put(AT, headers=headers)
    assert reply.status_code == status
    body = await reply.get_json()
    assert body["thread"] == SHOWN
    assert body["workspace"]["branch"] == "thread-t1"
    assert body["preview"] is None
    assert fakes.asked == [OpenWorkspace(KEY), FindThread(KEY)]
    assert fakes.activities() == [WRITE]


async def test_a_thread_is_opened_as_it_is_to_be_and_its_preview_started(client, headers, fakes):
    fakes.answers[FindThread] = THREAD
    said = {
        "repoUrl": "https://example.com/site",
        "branch": "trunk",
        "depth": 0,
        "empty": True,
        "title": "A new header",
        "site": "",
        "preview": True,
    }
    reply = await client.put(AT, headers=headers, json=said)
    assert (await reply.get_json())["preview"]["state"] == "starting"
    assert fakes.asked == [
        OpenWorkspace(
            KEY, "https://example.com/site", "trunk", 0, empty=True, title="A new header", site=""
        ),
        StartPreview(KEY, fakes.workspaces[KEY].root),
        FindThread(KEY),
    ]


@pytest.mark.parametrize("body", [{"depth": -1}, {"preview": 1}, {"threadId": "t1"}, []])
async def test_a_thread_that_cannot_be_meant_is_not_opened(client, headers, fakes, body):
    reply = await client.put(AT, headers=headers, json=body)
    assert reply.status_code == 400
    assert fakes.asked == []
    assert fakes.activities() == []


async def test_a_thread_is_renamed(client, headers, fakes):
    fakes.answers = {FindThread: THREAD, RenameThread: THREAD}
    reply = await client.patch(AT, headers=headers, json={"title": "A new header"})
    assert await reply.get_json() == {"thread": SHOWN}
    assert fakes.asked == [FindThread(KEY), RenameThread(KEY, "A new header")]


async def test_a_thread_is_renamed_and_archived_in_one(client, headers, fakes):
    fakes.answers = dict.fromkeys((FindThread, RenameThread, ArchiveThread), THREAD)
    reply = await client.patch(AT, headers=headers, json={"title": "x", "archived": True})
    assert reply.status_code == 200
    assert fakes.asked[1:] == [
        RenameThread(KEY, "x"),
        ListTurns(KEY, 1),
        StopPreview(KEY),
        ArchiveThread(KEY),
    ]


async def test_a_thread_that_is_not_archived_any_more_is_opened(client, headers, fakes):
    fakes.answers[FindThread] = replace(THREAD, archived=True)
    reply = await client.patch(AT, headers=headers, json={"archived": False})
    assert reply.status_code == 200
    assert fakes.asked == [FindThread(KEY), OpenWorkspace(KEY), FindThread(KEY)]


async def test_a_thread_that_is_open_stays_so(client, headers, fakes):
    fakes.answers[FindThread] = THREAD
    reply = await client.patch(AT, headers=headers, json={"archived": False})
    assert await reply.get_json() == {"thread": SHOWN}
    assert fakes.asked == [FindThread(KEY)]


async def test_a_change_makes_no_thread(client, headers, fakes):
    fakes.answers[FindThread] = NotFound("cannot find it")
    for change in ({"archived": False}, {"archived": True}, {"title": "x"}):
        reply = await client.patch(AT, headers=headers, json=change)
        assert reply.status_code == 404
    assert {type(asked) for asked in fakes.asked} == {FindThread}


@pytest.mark.parametrize("body", [b"", b"{}", b'{"title": 1}', b'{"name": "x"}'])
async def test_a_change_of_nothing_is_bad_input(client, headers, fakes, body):
    reply = await client.patch(AT, headers=headers, data=body)
    assert reply.status_code == 400
    assert fakes.asked == []
    assert fakes.activities() == []


@pytest.mark.parametrize(("query", "branch"), [("", False), ("?branch=1", True)])
async def test_a_deleted_thread_says_how_its_work_is_found_again(
    client, headers, fakes, query, branch
):
    fakes.answers = {FindThread: THREAD, DeleteThread: Deleted("abc", "def", not branch)}
    reply = await client.delete(f"{AT}{query}", headers=headers)
    assert await reply.get_json() == {
        "deleted": {"head": "abc", "saved": "def", "branchKept": not branch}
    }
    # Who hangs up between the two leaves no server in a folder that is gone.
    assert fakes.asked[2:] == [StopPreview(KEY), DeleteThread(KEY, branch)]


@pytest.mark.parametrize(("ended", "status"), [(False, 409), (True, 200)])
async def test_a_turn_that_runs_keeps_its_thread_and_the_preview_that_it_looks_at(
    client, headers, fakes, ended, status
):
    fakes.answers = dict.fromkeys((FindThread, ArchiveThread), THREAD)
    fakes.answers[DeleteThread] = Deleted("abc", None, branch_kept=True)
    fakes.answers[ListTurns] = (fakes.turn if ended else BEGUN,)
    show(fakes, PREVIEW)
    assert (await client.delete(AT, headers=headers)).status_code == status
    archive = await client.patch(AT, headers=headers, json={"archived": True})
    assert archive.status_code == status
    assert any(isinstance(asked, StopPreview) for asked in fakes.asked) is ended


async def test_deleting_what_is_not_there_is_not_found(client, headers, fakes):
    fakes.answers[FindThread] = NotFound("cannot find the thread acme/ann/t1")
    reply = await client.delete(AT, headers=headers)
    assert reply.status_code == 404
    assert fakes.asked == [FindThread(KEY)]


@pytest.mark.parametrize("open_", [True, False])
async def test_a_thread_that_may_not_go_keeps_the_preview_that_it_had(
    client, headers, fakes, open_
):
    workspace = fakes._open(KEY)
    fakes.answers = {FindThread: THREAD, DeleteThread: Refused("cannot: a turn runs")}
    if open_:
        show(fakes, PREVIEW)
    reply = await client.delete(AT, headers=headers)
    assert (reply.status_code, (await reply.get_json())["detail"]) == (409, "cannot: a turn runs")
    assert (fakes.asked[-1] == StartPreview(KEY, workspace.root)) is open_


async def test_a_thread_is_forked_at_a_point_of_it(client, headers, fakes, tmp_path):
    other = ThreadKey("acme", "ann", "t2")
    fakes.answers = {ForkThread: fakes._open(other), FindThread: replace(THREAD, key=other)}
    reply = await client.post(
        f"{AT}/fork", headers=headers, json={"threadId": "t2", "commit": "abc", "title": "Other"}
    )
    assert reply.status_code == 201
    assert reply.headers["Location"] == "/v1/threads/acme/ann/t2"
    assert await reply.get_json() == {
        "thread": SHOWN | {"threadId": "t2"},
        "workspace": {
            "path": str(tmp_path / "acme/ann/threads/t2"),
            "branch": "thread-t2",
            "head": "abc",
            "site": "",
            "resumed": False,
        },
        "preview": None,
    }
    assert fakes.asked == [ForkThread(KEY, "t2", "abc", "Other"), FindThread(other)]


@pytest.mark.parametrize("body", [{}, {"threadId": "../t2"}, {"threadId": ""}])
async def test_a_fork_needs_an_id_that_can_be_used(client, headers, fakes, body):
    reply = await client.post(f"{AT}/fork", headers=headers, json=body)
    assert reply.status_code == 400
    assert "threadId" in (await reply.get_json())["detail"]
    assert fakes.asked == []


async def test_changes_of_threads_count_as_activity_and_lists_do_not(client, headers, fakes):
    await client.put(AT, headers=headers)
    await client.patch(AT, headers=headers, json={"title": "x"})
    await client.delete(AT, headers=headers)
    await client.post(f"{AT}/fork", headers=headers, json={"threadId": "t2"})
    assert fakes.activities() == [WRITE] * 4
    await client.get("/v1/threads/acme/ann", headers=headers)
    assert fakes.activities() == []


async def test_no_route_of_threads_is_open_to_everyone(client, fakes):
    assert (await client.get("/v1/threads/acme/ann")).status_code == 401
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert (await client.open(AT, method=method)).status_code == 401
    assert fakes.asked == []
