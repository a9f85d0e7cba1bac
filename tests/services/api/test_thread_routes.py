import pytest

from services.messages import (
    ArchiveThread,
    Deleted,
    DeleteThread,
    ForkThread,
    ListThreads,
    OpenWorkspace,
    RenameThread,
    StopPreview,
    Thread,
    ThreadKey,
)
from supervisor.desk import NotFound
from tests.services.api.fakes import KEY, WRITE

AT = "/v1/threads/acme/ann/t1"
THREAD = Thread(
    KEY,
    "A new header",
    "thread-t1",
    "abc",
    created="2026-01-01T00:00:00.000+00:00",
    updated="2026-01-02T00:00:00.000+00:00",
    ahead=1,
)
SHOWN = {
    "threadId": "t1",
    "title": "A new header",
    "branch": "thread-t1",
    "head": "abc",
    "created": "2026-01-01T00:00:00.000+00:00",
    "updated": "2026-01-02T00:00:00.000+00:00",
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
    assert await reply.get_json() == {"success": True, "threads": [SHOWN]}
    assert fakes.asked == [ListThreads("acme", "ann", archived)]


@pytest.mark.parametrize(
    "path", ["/v1/threads/acme/..%2f", "/v1/threads/.x/ann", "/v1/threads/acme/ann?archived=maybe"]
)
async def test_a_list_that_cannot_be_meant_is_bad_input(client, headers, fakes, path):
    reply = await client.get(path, headers=headers)
    assert reply.status_code in (400, 404)
    assert (await reply.get_json())["success"] is False
    assert fakes.asked == []


async def test_a_thread_is_renamed(client, headers, fakes):
    fakes.answers[RenameThread] = THREAD
    reply = await client.patch(AT, headers=headers, json={"title": "A new header"})
    assert await reply.get_json() == {"success": True, "thread": SHOWN}
    assert fakes.asked == [RenameThread(KEY, "A new header")]


async def test_a_thread_is_renamed_and_archived_in_one(client, headers, fakes):
    fakes.answers = {RenameThread: THREAD, ArchiveThread: THREAD}
    reply = await client.patch(AT, headers=headers, json={"title": "x", "archived": True})
    assert reply.status_code == 200
    assert fakes.asked == [RenameThread(KEY, "x"), ArchiveThread(KEY), StopPreview(KEY)]


async def test_a_thread_that_is_not_archived_any_more_is_opened(client, headers, fakes):
    archived = Thread(KEY, "t", "thread-t1", "abc", "then", "then", archived=True)
    fakes.answers[ListThreads] = (archived,)
    reply = await client.patch(AT, headers=headers, json={"archived": False})
    assert reply.status_code == 200
    assert OpenWorkspace(KEY) in fakes.asked


async def test_a_thread_that_is_open_stays_so(client, headers, fakes):
    fakes.answers[ListThreads] = (THREAD,)
    reply = await client.patch(AT, headers=headers, json={"archived": False})
    assert await reply.get_json() == {"success": True, "thread": SHOWN}
    assert fakes.asked == [ListThreads("acme", "ann")]


async def test_unarchiving_makes_no_thread(client, headers, fakes):
    fakes.answers[ListThreads] = ()
    reply = await client.patch(AT, headers=headers, json={"archived": False})
    assert reply.status_code == 404
    assert not any(isinstance(asked, OpenWorkspace) for asked in fakes.asked)


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
    fakes.answers[DeleteThread] = Deleted("abc", "def", branch_kept=not branch)
    reply = await client.delete(f"{AT}{query}", headers=headers)
    assert await reply.get_json() == {
        "success": True,
        "deleted": {"head": "abc", "saved": "def", "branchKept": not branch},
    }
    assert fakes.asked == [DeleteThread(KEY, branch), StopPreview(KEY)]


async def test_deleting_what_is_not_there_is_not_found(client, headers, fakes):
    fakes.answers[DeleteThread] = NotFound("cannot find the thread acme/ann/t1")
    reply = await client.delete(AT, headers=headers)
    assert reply.status_code == 404


async def test_a_thread_is_forked_at_a_point_of_it(client, headers, fakes, tmp_path):
    fakes.answers[ForkThread] = fakes._open(ThreadKey("acme", "ann", "t2"))
    reply = await client.post(
        f"{AT}/fork", headers=headers, json={"threadId": "t2", "commit": "abc", "title": "Other"}
    )
    assert reply.status_code == 201
    assert await reply.get_json() == {
        "success": True,
        "workspace": {
            "threadId": "t2",
            "projectPath": str(tmp_path / "acme/ann/threads/t2"),
            "branch": "thread-t2",
            "head": "abc",
            "resumed": False,
        },
    }
    assert fakes.asked == [ForkThread(KEY, "t2", "abc", "Other")]


@pytest.mark.parametrize("body", [{}, {"threadId": "../t2"}, {"threadId": ""}])
async def test_a_fork_needs_an_id_that_can_be_used(client, headers, fakes, body):
    reply = await client.post(f"{AT}/fork", headers=headers, json=body)
    assert reply.status_code == 400
    assert "threadId" in (await reply.get_json())["error"]
    assert fakes.asked == []


async def test_changes_of_threads_count_as_activity_and_lists_do_not(client, headers, fakes):
    await client.patch(AT, headers=headers, json={"title": "x"})
    await client.delete(AT, headers=headers)
    await client.post(f"{AT}/fork", headers=headers, json={"threadId": "t2"})
    assert fakes.activities() == [WRITE] * 3
    await client.get("/v1/threads/acme/ann", headers=headers)
    assert fakes.activities() == []


async def test_no_route_of_threads_is_open_to_everyone(client, fakes):
    assert (await client.get("/v1/threads/acme/ann")).status_code == 401
    assert (await client.delete(AT)).status_code == 401
    assert fakes.asked == []
