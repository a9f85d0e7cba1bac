import pytest

from services.messages import (
    Commit,
    CommitChanges,
    Conflict,
    Fetch,
    Fetched,
    FindWorkspace,
    GitState,
    Merged,
    Outcome,
    Pull,
    Push,
    Pushed,
    ReadGit,
    RefreshPreview,
    SwitchBranch,
    Switched,
)
from supervisor.desk import Gone, NotFound, Refused
from tests.services.api.fakes import KEY, WRITE

AT = "acme/ann/t1"


async def test_git_says_what_git_status_says_and_which_branches_there_are(client, headers, fakes):
    fakes.git = GitState("thread-t1", ("main", "thread-t1"), modified=("a.md",))
    reply = await client.get(f"/api/git/{AT}", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "git": {
            "status": " M a.md",
            "currentBranch": "thread-t1",
            "branches": ["main", "thread-t1"],
        },
    }
    assert fakes.asked == [ReadGit(KEY)]


async def test_git_status_lists_the_changes_and_counts_commits(client, headers, fakes):
    fakes.git = GitState(
        "thread-t1",
        ("main", "thread-t1"),
        added=("b.md",),
        modified=("a.md",),
        deleted=("c.md",),
        untracked=("0.md",),
        ahead=2,
        behind=1,
        can_push=True,
    )
    reply = await client.get(f"/api/git/status/{AT}", headers=headers)
    assert await reply.get_json() == {
        "success": True,
        "status": {
            "branch": "thread-t1",
            "clean": False,
            "ahead": 2,
            "behind": 1,
            "changes": {
                "added": ["b.md"],
                "modified": ["a.md"],
                "deleted": ["c.md"],
                "untracked": ["0.md"],
            },
            "canPush": True,
        },
    }


async def test_a_commit_says_its_hash_and_that_nothing_was_pushed(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[CommitChanges] = Commit("abc123", ("a.md",))
    reply = await client.post(
        f"/api/git/commit/{AT}", headers=headers, json={"message": 'Say "hi"; $(rm -rf /)'}
    )
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "result": {
            "success": True,
            "commitHash": "abc123",
            "branch": "thread-t1",
            "pushed": False,
        },
    }
    assert fakes.asked[-1] == CommitChanges(KEY, 'Say "hi"; $(rm -rf /)')


async def test_a_commit_is_pushed_where_commits_are(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[CommitChanges] = Commit("abc123", ("a.md",), pushing=True)
    fakes.answers[Push] = Pushed("thread-t1", "abc123", True, PAGE)
    reply = await client.post(f"/api/git/commit/{AT}", headers=headers, json={"message": "m"})
    result = (await reply.get_json())["result"]
    assert (result["pushed"], result["prUrl"]) == (True, PAGE)
    assert fakes.asked[-1] == Push(KEY)


async def test_a_commit_that_cannot_be_pushed_is_a_commit(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[CommitChanges] = Commit("abc123", ("a.md",), pushing=True)
    fakes.answers[Push] = Refused("cannot push main: it is protected")
    reply = await client.post(f"/api/git/commit/{AT}", headers=headers, json={"message": "m"})
    assert reply.status_code == 200
    result = (await reply.get_json())["result"]
    assert (result["success"], result["pushed"], "prUrl" in result) == (True, False, False)


async def test_a_commit_of_some_paths_is_of_those_alone(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[CommitChanges] = Commit("abc123", ("a.md",))
    body = {"message": "m", "paths": ["a.md"]}
    assert (
        await client.post(f"/api/git/commit/{AT}", headers=headers, json=body)
    ).status_code == 200
    assert fakes.asked[-1] == CommitChanges(KEY, "m", paths=("a.md",))


async def test_a_commit_of_no_paths_at_all_is_not_one_of_everything(client, headers, fakes):
    fakes._open(KEY)
    body = {"message": "m", "paths": []}
    reply = await client.post(f"/api/git/commit/{AT}", headers=headers, json=body)
    assert reply.status_code == 400
    assert "cannot commit no paths: name some" in (await reply.get_json())["error"]
    assert fakes.asked == []


async def test_nothing_to_commit_is_no_error_and_no_success_within(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[CommitChanges] = None
    reply = await client.post(f"/api/git/commit/{AT}", headers=headers, json={"message": "m"})
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "result": {
            "success": False,
            "message": "No changes to commit",
            "branch": "thread-t1",
            "pushed": False,
        },
    }


PAGE = "https://github.com/acme/site/compare/main...thread-t1?expand=1"


@pytest.mark.parametrize(
    ("compare", "more"),
    [(PAGE, {"prUrl": PAGE}), (None, {})],
)
@pytest.mark.parametrize(("body", "force"), [(b"", False), (b"{}", False), (b'{"force":1}', None)])
async def test_a_push_says_where_to_ask_for_the_merge(
    client, headers, fakes, compare, more, body, force
):
    fakes._open(KEY)
    fakes.answers[Push] = Pushed("thread-t1", "abc", True, compare)
    reply = await client.post(f"/api/git/push/{AT}", headers=headers, data=body)
    if force is None:
        assert reply.status_code == 400
        return
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "result": {"success": True, "branch": "thread-t1", **more},
    }
    assert fakes.asked == [FindWorkspace(KEY), Push(KEY, force)]


async def test_a_push_may_be_forced(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[Push] = Pushed("thread-t1", "abc", False)
    await client.post(f"/api/git/push/{AT}", headers=headers, json={"force": True})
    assert fakes.asked[-1] == Push(KEY, force=True)


async def test_a_push_that_is_refused_says_so_in_the_result_too(client, headers, fakes):
    fakes._open(KEY)
    fakes.answers[Push] = Refused("cannot push main: it is protected")
    reply = await client.post(f"/api/git/push/{AT}", headers=headers)
    assert reply.status_code == 409
    error = "cannot push main: it is protected"
    assert await reply.get_json() == {
        "success": False,
        "error": error,
        "result": {"success": False, "branch": "thread-t1", "error": error},
    }


@pytest.mark.parametrize(
    ("refusal", "status"), [(Gone("workspaces ended"), 503), (NotFound("no such branch"), 404)]
)
async def test_a_push_of_which_nothing_is_known_is_an_error_as_any(
    client, headers, fakes, refusal, status
):
    fakes._open(KEY)
    fakes.answers[Push] = refusal
    reply = await client.post(f"/api/git/push/{AT}", headers=headers)
    assert reply.status_code == status
    assert await reply.get_json() == {"success": False, "error": str(refusal)}


@pytest.mark.parametrize(
    ("body", "asked", "branch"),
    [
        ({"branch": "release"}, Pull(KEY, "release"), "release"),
        ({}, Pull(KEY), "trunk"),
        ({"branch": ""}, Pull(KEY), "trunk"),
    ],
)
async def test_a_pull_says_what_it_pulled(client, headers, fakes, body, asked, branch):
    fakes.git = GitState("thread-t1", ("thread-t1", "trunk"), default="trunk")
    fakes.answers[Pull] = Merged(Outcome.FAST_FORWARD, "abc")
    reply = await client.post(f"/api/git/pull/{AT}", headers=headers, json=body)
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "success": True,
        "outcome": "fast-forward",
        "head": "abc",
        "message": f"Successfully pulled from {branch}",
    }
    assert fakes.asked[-2:] == [asked, RefreshPreview(KEY)]


async def test_conflicts_of_a_pull_are_data(client, headers, fakes):
    fakes.answers[Pull] = Merged(
        Outcome.CONFLICTS,
        "abc",
        (
            Conflict("a.md", text="<<<<<<< ours"),
            Conflict("b.png", "uncommitted"),
            Conflict("c.log", "ignored"),
        ),
    )
    reply = await client.post(f"/api/git/pull/{AT}", headers=headers, json={"branch": "main"})
    assert reply.status_code == 409
    body = await reply.get_json()
    assert body.pop("error") == (
        "cannot pull main, and nothing was changed: both sides changed a.md; bring them in line,"
        " and it would undo what is not committed in b.png; commit that first,"
        " and c.log, which git ignores, is in the way; move it; then try again"
    )
    assert body == {
        "success": False,
        "outcome": "conflicts",
        "head": "abc",
        "conflicts": [
            {"path": "a.md", "with": "commit", "text": "<<<<<<< ours"},
            {"path": "b.png", "with": "uncommitted", "text": None},
            {"path": "c.log", "with": "ignored", "text": None},
        ],
    }


async def test_many_conflicts_are_counted_in_the_error_and_listed_beside_it(client, headers, fakes):
    many = tuple(Conflict(f"{number}.md") for number in range(9))
    fakes.answers[Pull] = Merged(Outcome.CONFLICTS, "abc", many)
    reply = await client.post(f"/api/git/pull/{AT}", headers=headers, json={"branch": "main"})
    body = await reply.get_json()
    assert "0.md, 1.md, 2.md, 3.md, 4.md and 4 more" in body["error"]
    assert len(body["conflicts"]) == 9


async def test_a_fetch_says_which_branches_moved(client, headers, fakes):
    fakes.answers[Fetch] = Fetched(("main",))
    reply = await client.post(f"/api/git/fetch/{AT}", headers=headers)
    assert await reply.get_json() == {
        "success": True,
        "message": "Successfully fetched from remote",
        "changed": ["main"],
    }


@pytest.mark.parametrize("create", [False, True])
async def test_a_thread_is_put_on_another_branch(client, headers, fakes, create):
    fakes.answers[SwitchBranch] = Switched("new-header", "abc")
    reply = await client.post(
        f"/api/git/branch/{AT}", headers=headers, json={"branch": "new-header", "createNew": create}
    )
    assert await reply.get_json() == {
        "success": True,
        "message": "Successfully switched to branch: new-header",
        "branch": "new-header",
    }
    assert fakes.asked == [SwitchBranch(KEY, "new-header", create), RefreshPreview(KEY)]


@pytest.mark.parametrize(("route", "field"), [("commit", "message"), ("branch", "branch")])
async def test_what_is_missing_in_a_body_is_named(client, headers, fakes, route, field):
    for data in (b"", b"{}"):
        reply = await client.post(f"/api/git/{route}/{AT}", headers=headers, data=data)
        assert reply.status_code == 400
        assert field in (await reply.get_json())["error"]
    assert fakes.asked == []


@pytest.mark.parametrize("route", ["commit", "push", "pull", "fetch", "branch"])
async def test_a_key_that_no_route_knows_is_named(client, headers, fakes, route):
    body = {"message": "m", "branch": "b", "colour": "red"}
    reply = await client.post(f"/api/git/{route}/{AT}", headers=headers, json=body)
    assert reply.status_code == 400
    assert "unknown field" in (await reply.get_json())["error"]


async def test_changes_count_as_activity_and_looking_does_not(client, headers, fakes):
    fakes._open(KEY)
    for route in ("commit", "push", "pull", "fetch", "branch"):
        body = {"commit": {"message": "m"}, "branch": {"branch": "b"}}.get(route, {})
        await client.post(f"/api/git/{route}/{AT}", headers=headers, json=body)
        assert fakes.activities() == [WRITE], route
    await client.get(f"/api/git/{AT}", headers=headers)
    await client.get(f"/api/git/status/{AT}", headers=headers)
    await client.post(f"/api/git/commit/{AT}", headers=headers, json={})
    assert fakes.activities() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/git/acme/ann/.git"),
        ("GET", "/api/git/status/acme/an n/t1"),
        ("POST", "/api/git/push/acme/ann/-t1"),
    ],
)
async def test_bad_ids_are_bad_input(client, headers, fakes, method, path):
    reply = await client.open(path, method=method, headers=headers)
    assert reply.status_code == 400
    assert fakes.asked == []


async def test_no_git_route_is_open_to_everyone(client, fakes):
    assert (await client.get(f"/api/git/{AT}")).status_code == 401
    assert (await client.post(f"/api/git/push/{AT}")).status_code == 401
    assert fakes.asked == []
