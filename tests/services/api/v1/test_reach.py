"""A token reaches what it is for, and nothing that is shared with others."""

import pytest

from services.messages import (
    CommitChanges,
    Diff,
    Fetch,
    Fetched,
    FindProject,
    FindThread,
    ForkThread,
    GitState,
    ListProjects,
    Merged,
    MergeThread,
    Outcome,
    Pull,
    Push,
    Pushed,
    ReadDiff,
    ReadGit,
    ReadLog,
    RestoreCommit,
    Scope,
    SwitchBranch,
    Switched,
)
from supervisor.desk import NotFound
from tests.services.api.fakes import IDS, KEY
from tests.services.api.v1.test_threads import THREAD

AT = "/v1/threads/acme/ann/t1"
HASH = "0123456789abcdef0123456789abcdef01234567"
MERGED = Merged(Outcome.MERGED, "abc")

# What reaches beyond a thread: by its name, the project, or the thread of somebody else.
BEYOND = [
    ("POST", "/fork", {"threadId": "t2"}),
    ("POST", "/merge", {}),
    ("POST", "/push", {"defaultBranch": True}),
    ("PUT", "", {"repoUrl": "https://example.com/site"}),
    ("PUT", "", {"branch": "main"}),
    ("PUT", "", {"depth": 0}),
    ("PUT", "", {"empty": True}),
    ("PUT", "", {"site": ""}),
    ("POST", "/branch", {"branch": "thread-t2"}),
    ("POST", "/branch", {"branch": "other", "create": True}),
    ("POST", "/pull", {"branch": "thread-t2"}),
    ("POST", "/restore", {"commit": "thread-t2"}),
    ("POST", "/restore", {"commit": HASH[:12]}),
    ("GET", "/diff?base=thread-t2", None),
    ("GET", "/diff?target=thread-t2", None),
    ("GET", f"/log?before={HASH[:39]}", None),
]


@pytest.fixture
def answers(fakes):
    fakes._open(KEY)
    fakes.answers = {
        CommitChanges: None,
        FindThread: THREAD,
        ForkThread: fakes._open(KEY),
        MergeThread: MERGED,
        Pull: MERGED,
        Push: Pushed("main", "abc", new=False),
        ReadDiff: Diff(()),
        ReadLog: (),
        RestoreCommit: MERGED,
        SwitchBranch: Switched("thread-t1", "abc"),
    }


@pytest.mark.parametrize(("method", "path", "body"), BEYOND)
async def test_a_token_for_a_thread_does_not_reach_what_all_of_them_share(
    client, headers, fakes, answers, scoped, method, path, body
):
    scoped("thread:acme/ann/t1")
    reply = await client.open(AT + path, method=method, headers=headers, json=body)
    assert reply.status_code == 403
    assert "user:acme/ann" in (await reply.get_json())["detail"]
    assert fakes.asked == []
    assert fakes.activities() == []


@pytest.mark.parametrize(("method", "path", "body"), BEYOND)
@pytest.mark.parametrize("scope", ["user:acme/ann", "client:acme", "operator"])
async def test_a_token_for_the_user_does(
    client, headers, answers, scoped, scope, method, path, body
):
    scoped(scope)
    reply = await client.open(AT + path, method=method, headers=headers, json=body)
    assert reply.status_code in (200, 201)


# What is on this machine may be anybody's.
PATHS = ["/srv/site.git", "file:///srv/site.git", "FILE:/srv/site.git", "file://localhost/srv/site"]


@pytest.mark.parametrize("url", PATHS)
@pytest.mark.parametrize("scope", ["thread:acme/ann/t1", "user:acme/ann", "client:acme"])
async def test_a_path_of_this_machine_takes_the_operators_token(
    client, headers, fakes, answers, scoped, scope, url
):
    scoped(scope)
    reply = await client.put(AT, headers=headers, json={"repoUrl": url})
    originally = await client.post("/api/init", headers=headers, json=IDS | {"repoUrl": url})
    assert (reply.status_code, originally.status_code) == (403, 403)
    assert "operator" in (await reply.get_json())["detail"]
    assert fakes.asked == []
    scoped("operator")
    reply = await client.put(AT, headers=headers, json={"repoUrl": url})
    assert reply.status_code in (200, 201)


# The same by the original's routes, which have the thread at their end or in their body.
ORIGINALLY = [
    ("/api/init", IDS | {"repoUrl": "https://example.com/site"}),
    ("/api/init", IDS | {"branch": "main"}),
    ("/api/init", IDS | {"depth": 0}),
    ("/api/init", IDS | {"empty": True}),
    ("/api/init", IDS | {"site": ""}),
    ("/api/git/branch/acme/ann/t1", {"branch": "thread-t2"}),
    ("/api/git/branch/acme/ann/t1", {"branch": "other", "createNew": True}),
    ("/api/git/pull/acme/ann/t1", {"branch": "thread-t2"}),
]


@pytest.mark.parametrize(("path", "body"), ORIGINALLY)
async def test_nor_does_it_by_the_routes_of_the_original(
    client, headers, fakes, answers, scoped, path, body
):
    scoped("thread:acme/ann/t1")
    reply = await client.post(path, headers=headers, json=body)
    assert reply.status_code == 403
    assert "user:acme/ann" in (await reply.get_json())["error"]
    assert fakes.asked == []
    assert fakes.activities() == []
    scoped("user:acme/ann")
    reply = await client.post(path, headers=headers, json=body)
    assert reply.status_code == 200


async def test_a_token_for_a_thread_makes_no_project_by_init(
    client, headers, fakes, answers, scoped
):
    scoped("thread:acme/ann/t1")
    fakes.answers[FindProject] = NotFound("cannot find a workspace of acme/ann")
    assert (await client.post("/api/init", headers=headers, json=IDS)).status_code == 404
    assert fakes.asked == [FindProject("acme", "ann")]
    fakes.answers[FindProject] = None
    reply = await client.post("/api/init", headers=headers, json=IDS | {"title": "x"})
    assert reply.status_code == 200


@pytest.mark.parametrize(
    ("path", "where"),
    [("/api/git", ("git", "branches")), ("/api/status", ("status", "allBranches"))],
)
async def test_the_original_tells_a_token_for_a_thread_of_its_own_branch(
    client, headers, fakes, answers, scoped, path, where
):
    branches = ("main", "thread-t1", "thread-t2")
    fakes.git = GitState("thread-t1", branches)
    for scope, told in [("thread:acme/ann/t1", ["thread-t1"]), ("user:acme/ann", [*branches])]:
        scoped(scope)
        reply = await client.get(f"{path}/acme/ann/t1", headers=headers)
        outer, inner = where
        assert (await reply.get_json())[outer][inner] == told


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/branch", {"branch": "thread-t1"}),
        ("POST", "/pull", {}),
        ("POST", "/restore", {"commit": HASH}),
        ("POST", "/commit", {"message": "m"}),
        ("GET", f"/diff?base={HASH}&target=thread-t1", None),
        ("GET", f"/log?before={HASH}", None),
        ("GET", "/log", None),
        ("GET", "", None),
    ],
)
async def test_a_token_for_a_thread_reaches_all_of_that_thread(
    client, headers, answers, scoped, method, path, body
):
    scoped("thread:acme/ann/t1")
    reply = await client.open(AT + path, method=method, headers=headers, json=body)
    assert reply.status_code == 200


async def test_a_token_for_a_thread_is_told_of_its_own_branch(client, headers, fakes, scoped):
    branches = ("main", "thread-t1", "thread-t2")
    fakes.answers[ReadGit] = GitState("thread-t1", branches)
    for scope, told in [("thread:acme/ann/t1", ["thread-t1"]), ("user:acme/ann", [*branches])]:
        scoped(scope)
        reply = await client.get(f"{AT}/git", headers=headers)
        assert (await reply.get_json())["git"]["branches"] == told


@pytest.mark.parametrize("path", [f"{AT}/fetch", "/api/git/fetch/acme/ann/t1"])
async def test_a_fetch_tells_a_token_for_a_thread_of_its_own_branch(
    client, headers, fakes, scoped, path
):
    branches = ("main", "thread-t1", "thread-t2")
    fakes.answers[Fetch] = Fetched(branches)
    for scope, told in [("thread:acme/ann/t1", ["thread-t1"]), ("user:acme/ann", [*branches])]:
        scoped(scope)
        reply = await client.post(path, headers=headers)
        assert (await reply.get_json())["changed"] == told


async def test_a_token_for_a_thread_makes_no_project(client, headers, fakes, answers, scoped):
    scoped("thread:acme/ann/t1")
    fakes.answers[FindProject] = NotFound("cannot find a workspace of acme/ann")
    assert (await client.put(AT, headers=headers, json={})).status_code == 404
    assert fakes.asked == [FindProject("acme", "ann")]
    fakes.answers[FindProject] = None
    assert (await client.put(AT, headers=headers, json={"title": "x"})).status_code == 200


@pytest.mark.parametrize(
    "scope", ["operator", "client:acme", "user:acme/ann", "thread:acme/ann/t1"]
)
async def test_the_workspaces_within_the_scope_are_asked_for(client, headers, fakes, scoped, scope):
    scoped(scope)
    fakes.answers[ListProjects] = ()
    reply = await client.get("/v1/workspaces", headers=headers)
    assert await reply.get_json() == {"workspaces": []}
    assert fakes.asked == [ListProjects(Scope.parse(scope))]


async def test_a_self_test_is_of_a_thread_within_the_scope(client, headers, fakes, scoped):
    scoped("client:acme")
    for query in ("", "?thread=zoo/ann/t1", "?thread=nurseryd/doctor/doctor"):
        reply = await client.get(f"/v1/preview/selftest{query}", headers=headers)
        assert reply.status_code == 403
    assert fakes.asked == []
    await client.get("/v1/preview/selftest?thread=acme/ann/t1", headers=headers)
    assert len(fakes.asked) == 1
