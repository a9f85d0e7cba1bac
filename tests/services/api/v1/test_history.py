import pytest

from services.messages import (
    Conflict,
    Diff,
    FileDiff,
    LogEntry,
    Merged,
    MergeThread,
    OpenPullRequest,
    Outcome,
    PullRequest,
    ReadDiff,
    ReadLog,
    RefreshPreview,
    RestoreCommit,
)
from supervisor.desk import Refused
from tests.services.api.fakes import KEY, WRITE

AT = "/v1/threads/acme/ann/t1"
PATCH = "diff --git a/a.md b/a.md\n--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-hello\n+größer\n"
DIFF = Diff(
    (
        FileDiff("a.md", "modified", added=1, deleted=1, patch=PATCH),
        FileDiff("c.png", "renamed", old_path="b.png", binary=True),
    )
)


async def test_a_diff_is_files_with_their_patches(client, headers, fakes):
    fakes.answers[ReadDiff] = DIFF
    reply = await client.get(f"{AT}/diff", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "diff": {
            "files": [
                {
                    "path": "a.md",
                    "oldPath": None,
                    "change": "modified",
                    "binary": False,
                    "added": 1,
                    "deleted": 1,
                    "patch": PATCH,
                },
                {
                    "path": "c.png",
                    "oldPath": "b.png",
                    "change": "renamed",
                    "binary": True,
                    "added": 0,
                    "deleted": 0,
                    "patch": "",
                },
            ],
            "truncated": False,
        },
    }
    assert fakes.asked == [ReadDiff(KEY)]


async def test_a_diff_may_be_had_as_text_that_git_applies(client, headers, fakes):
    fakes.answers[ReadDiff] = DIFF
    reply = await client.get(f"{AT}/diff", headers=headers | {"Accept": "text/x-diff"})
    assert reply.headers["Content-Type"] == "text/x-diff; charset=utf-8"
    assert reply.headers["X-Truncated"] == "0"
    assert await reply.get_data() == PATCH.encode()


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/x-diff;q=0.5, application/json", "text/html"]
)
async def test_a_diff_is_json_unless_text_is_wanted_more(client, headers, fakes, accept):
    fakes.answers[ReadDiff] = DIFF
    reply = await client.get(f"{AT}/diff", headers=headers | {"Accept": accept})
    assert reply.headers["Content-Type"] == "application/json"


async def test_a_diff_is_between_two_points_of_some_paths(client, headers, fakes):
    fakes.answers[ReadDiff] = DIFF
    query = "base=main&target=thread-t1&path=src&path=a%20b.md&context=0"
    await client.get(f"{AT}/diff?{query}", headers=headers)
    assert fakes.asked == [ReadDiff(KEY, "main", "thread-t1", ("src", "a b.md"), 0)]


@pytest.mark.parametrize(
    "path",
    ["diff?context=x", "diff?context=-1", "diff?context=1001", "log?limit=0", "log?limit=1001"],
)
async def test_a_number_that_cannot_be_used_is_bad_input(client, headers, fakes, path):
    reply = await client.get(f"{AT}/{path}", headers=headers)
    assert reply.status_code == 400
    assert path.partition("?")[2].partition("=")[0] in (await reply.get_json())["detail"]
    assert fakes.asked == []


async def test_the_log_is_a_threads_commits(client, headers, fakes):
    entry = LogEntry("abc", ("def",), "Ann", "ann@x", 1700000000, "s", "s\n\nb", "t1", "turn-1")
    fakes.answers[ReadLog] = (entry,)
    reply = await client.get(f"{AT}/log?limit=7&before=def", headers=headers)
    assert await reply.get_json() == {
        "commits": [
            {
                "hash": "abc",
                "parents": ["def"],
                "author": "Ann",
                "email": "ann@x",
                "time": "2023-11-14T22:13:20Z",
                "subject": "s",
                "message": "s\n\nb",
                "threadId": "t1",
                "turnId": "turn-1",
            }
        ],
    }
    assert fakes.asked == [ReadLog(KEY, 7, "def")]


async def test_a_commit_is_restored_by_another_one(client, headers, fakes):
    fakes.answers[RestoreCommit] = Merged(Outcome.RESTORED, "new")
    reply = await client.post(
        f"{AT}/restore", headers=headers, json={"commit": "abc", "expectedHead": "def"}
    )
    assert await reply.get_json() == {"outcome": "restored", "head": "new"}
    assert fakes.asked == [RestoreCommit(KEY, "abc", "def"), RefreshPreview(KEY)]


async def test_a_thread_is_merged_into_the_default_branch(client, headers, fakes):
    fakes.answers[MergeThread] = Merged(Outcome.MERGED, "new")
    reply = await client.post(f"{AT}/merge", headers=headers, json={"message": "Publish"})
    assert await reply.get_json() == {"outcome": "merged", "head": "new"}
    assert fakes.asked == [MergeThread(KEY, "Publish")]
    await client.post(f"{AT}/merge", headers=headers)
    assert fakes.asked[-1] == MergeThread(KEY)


@pytest.mark.parametrize(
    ("route", "kind", "body"),
    [("merge", MergeThread, {}), ("restore", RestoreCommit, {"commit": "abc"})],
)
async def test_conflicts_are_data(client, headers, fakes, route, kind, body):
    fakes.answers[kind] = Merged(Outcome.CONFLICTS, "abc", (Conflict("a.md", text="<<<<<<<"),))
    reply = await client.post(f"{AT}/{route}", headers=headers, json=body)
    assert reply.status_code == 409
    answer = await reply.get_json()
    assert answer["detail"].startswith(f"cannot {route}")
    assert (answer["outcome"], answer["head"]) == ("conflicts", "abc")
    assert answer["conflicts"] == [{"path": "a.md", "with": "commit", "text": "<<<<<<<"}]
    assert not any(isinstance(asked, RefreshPreview) for asked in fakes.asked)


async def test_lines_that_went_apart_are_told(client, headers, fakes):
    fakes.answers[MergeThread] = Merged(Outcome.DIVERGED, "abc")
    reply = await client.post(f"{AT}/merge", headers=headers)
    assert reply.status_code == 409
    assert "both sides have commits of their own" in (await reply.get_json())["detail"]


@pytest.mark.parametrize(("existing", "status"), [(False, 201), (True, 200)])
async def test_a_pull_request_is_opened_or_found(client, headers, fakes, existing, status):
    page = "https://github.com/acme/site/pull/7"
    fakes.answers[OpenPullRequest] = PullRequest(7, page, existing)
    reply = await client.post(
        f"{AT}/pull-request", headers=headers, json={"title": "T", "body": "B", "draft": True}
    )
    assert reply.status_code == status
    assert await reply.get_json() == {
        "pullRequest": {"number": 7, "url": page, "existing": existing},
    }
    assert fakes.asked == [OpenPullRequest(KEY, "T", "B", draft=True)]


async def test_what_a_forge_refuses_is_passed_on(client, headers, fakes):
    fakes.answers[OpenPullRequest] = Refused("cannot open a pull request: push it first")
    reply = await client.post(f"{AT}/pull-request", headers=headers, json={"title": "T"})
    assert reply.status_code == 409
    assert "push it first" in (await reply.get_json())["detail"]


@pytest.mark.parametrize("route", ["restore", "pull-request"])
async def test_what_is_missing_is_named(client, headers, fakes, route):
    reply = await client.post(f"{AT}/{route}", headers=headers)
    assert reply.status_code == 400
    assert fakes.asked == []


async def test_changes_count_as_activity_and_looking_does_not(client, headers, fakes):
    await client.post(f"{AT}/restore", headers=headers, json={"commit": "abc"})
    await client.post(f"{AT}/merge", headers=headers)
    await client.post(f"{AT}/pull-request", headers=headers, json={"title": "T"})
    assert fakes.activities() == [WRITE] * 3
    await client.get(f"{AT}/diff", headers=headers)
    await client.get(f"{AT}/log", headers=headers)
    assert fakes.activities() == []
