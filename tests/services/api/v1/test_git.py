"""A thread's files under git, and its remote."""

import pytest

from services.messages import (
    Commit,
    CommitChanges,
    Conflict,
    DropChanges,
    Fetch,
    Fetched,
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
from supervisor.desk import Refused
from tests.services.api.fakes import KEY, WRITE
from tests.services.api.v1.problems import problem

AT = "/v1/threads/acme/ann/t1"


async def post(client, headers, verb, body=None):
    return await client.post(f"{AT}/{verb}", headers=headers, json=body or {})


async def test_all_that_git_says_is_told(client, headers, fakes):
    fakes.answers[ReadGit] = GitState(
        "thread-t1",
        ("main", "thread-t1"),
        added=("a",),
        modified=("m",),
        deleted=("d",),
        untracked=("u",),
        head="abc",
        default="main",
        upstream="origin/thread-t1",
        ahead=1,
        behind=2,
        can_push=True,
        kept=("def",),
    )
    reply = await client.get(f"{AT}/git", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "git": {
            "branch": "thread-t1",
            "head": "abc",
            "clean": False,
            "added": ["a"],
            "modified": ["m"],
            "deleted": ["d"],
            "untracked": ["u"],
            "branches": ["main", "thread-t1"],
            "default": "main",
            "upstream": "origin/thread-t1",
            "ahead": 1,
            "behind": 2,
            "canPush": True,
            "kept": ["def"],
        }
    }
    assert fakes.asked == [ReadGit(KEY)]
    assert fakes.activities() == []


@pytest.mark.parametrize(
    ("body", "paths"),
    [({}, ()), ({"paths": None}, ()), ({"paths": ["src", "a b.md"]}, ("src", "a b.md"))],
)
async def test_changes_are_committed(client, headers, fakes, body, paths):
    fakes.answers[CommitChanges] = Commit("abc", ("src/a.md",))
    reply = await post(client, headers, "commit", {"message": "A header"} | body)
    assert await reply.get_json() == {"commit": {"hash": "abc", "files": ["src/a.md"]}}
    assert fakes.asked == [CommitChanges(KEY, "A header", paths=paths)]


async def test_nothing_to_commit_is_no_error(client, headers, fakes):
    fakes.answers[CommitChanges] = None
    reply = await post(client, headers, "commit", {"message": "A header"})
    assert (reply.status_code, await reply.get_json()) == (200, {"commit": None})


@pytest.mark.parametrize("body", [{}, {"message": "m", "paths": []}, {"message": "m", "all": 1}])
async def test_a_commit_that_cannot_be_meant_is_bad_input(client, headers, fakes, body):
    assert (await post(client, headers, "commit", body)).status_code == 400
    assert fakes.asked == []


async def test_what_is_discarded_is_found_again_and_the_preview_told(client, headers, fakes):
    fakes.answers[DropChanges] = "def"
    reply = await post(client, headers, "discard")
    assert await reply.get_json() == {"saved": "def"}
    assert fakes.asked == [DropChanges(KEY), RefreshPreview(KEY)]


async def test_a_thread_is_pushed(client, headers, fakes):
    page = "https://example.com/compare"
    fakes.answers[Push] = Pushed("thread-t1", "abc", new=True, compare=page)
    reply = await post(client, headers, "push")
    told = {"branch": "thread-t1", "head": "abc", "new": True, "compare": page}
    assert await reply.get_json() == told
    await post(client, headers, "push", {"force": True})
    await post(client, headers, "push", {"defaultBranch": True})
    assert fakes.asked == [Push(KEY), Push(KEY, force=True), Push(KEY, default=True)]


async def test_a_branch_is_pulled_and_the_preview_told(client, headers, fakes):
    fakes.answers[Pull] = Merged(Outcome.FAST_FORWARD, "abc")
    reply = await post(client, headers, "pull")
    assert await reply.get_json() == {"outcome": "fast-forward", "head": "abc"}
    assert fakes.asked == [Pull(KEY), RefreshPreview(KEY)]
    await post(client, headers, "pull", {"branch": "next", "fastForwardOnly": True})
    assert fakes.asked[2] == Pull(KEY, "next", fast_forward_only=True)


async def test_a_pull_with_conflicts_changes_nothing_and_has_them_as_data(client, headers, fakes):
    conflict = Conflict("a.md", "uncommitted", "<<<<<<<")
    fakes.answers[Pull] = Merged(Outcome.CONFLICTS, "abc", (conflict,))
    reply = await post(client, headers, "pull")
    assert reply.status_code == 409
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert await reply.get_json() == problem(
        409,
        "cannot pull the default branch, and nothing was changed: it would undo what is not"
        " committed in a.md; commit that first; then try again",
        outcome="conflicts",
        head="abc",
        conflicts=[{"path": "a.md", "with": "uncommitted", "text": "<<<<<<<"}],
    )
    assert fakes.asked == [Pull(KEY)]


async def test_the_remote_is_looked_at(client, headers, fakes):
    fakes.answers[Fetch] = Fetched(("main", "next"))
    reply = await post(client, headers, "fetch")
    assert await reply.get_json() == {"changed": ["main", "next"]}
    assert fakes.asked == [Fetch(KEY)]


async def test_a_thread_goes_on_with_another_branch(client, headers, fakes):
    fakes.answers[SwitchBranch] = Switched("next", "abc", saved="def")
    reply = await post(client, headers, "branch", {"branch": "next", "create": True})
    told = {"branch": "next", "head": "abc", "saved": "def", "restored": None}
    assert await reply.get_json() == told
    assert fakes.asked == [SwitchBranch(KEY, "next", create=True), RefreshPreview(KEY)]


VERBS = {
    "commit": {"message": "m"},
    "discard": {},
    "push": {},
    "pull": {},
    "fetch": {},
    "branch": {"branch": "next"},
}


@pytest.mark.parametrize(("verb", "body"), VERBS.items())
async def test_a_refusal_is_passed_on_and_was_activity_all_the_same(
    client, headers, fakes, verb, body
):
    fakes.refusal = Refused("cannot do this while a turn runs")
    reply = await post(client, headers, verb, body)
    assert reply.status_code == 409
    assert await reply.get_json() == problem(409, "cannot do this while a turn runs")
    assert len(fakes.asked) == 1
    assert fakes.activities() == [WRITE]


@pytest.mark.parametrize("verb", VERBS)
async def test_unknown_fields_are_named(client, headers, fakes, verb):
    reply = await post(client, headers, verb, VERBS[verb] | {"colour": "red"})
    assert reply.status_code == 400
    assert "`colour`" in (await reply.get_json())["detail"]
    assert fakes.asked == []
