"""The original's routes against the table of what its clients know."""

import pytest
from msgspec.structs import replace

from services.messages import (
    BuildError,
    BuildSite,
    Built,
    Commit,
    CommitChanges,
    Conflict,
    Fetch,
    Fetched,
    FindWorkspace,
    GitState,
    Merged,
    Outcome,
    Preview,
    PreviewState,
    Pull,
    Push,
    Pushed,
    ReadGit,
    RestartPreview,
    Routes,
    SwitchBranch,
    Switched,
    TurnState,
)
from supervisor.desk import Busy, Gone, NotFound, Refused
from supervisor.model import ServiceStatus, State
from tests.services.api.fakes import KEY
from tests.services.api.original.contract import ROUTES, mismatches

PREVIEW = Preview(KEY.preview_id, KEY, PreviewState.READY, 20001)
COMPARE = "https://github.com/acme/site/compare/main...thread-t1?expand=1"
GOOD = {
    BuildSite: Built(PREVIEW, seconds=1.5),
    CommitChanges: Commit("abc123", ("a.md",)),
    Fetch: Fetched(("main",)),
    Pull: Merged(Outcome.FAST_FORWARD, "abc"),
    Push: Pushed("thread-t1", "abc", True, COMPARE),
    RestartPreview: PREVIEW,
    SwitchBranch: Switched("other", "abc"),
}
LOOKS = (FindWorkspace, ReadGit)
EVERY = [
    pytest.param(route, body, id=f"{name}-{place}")
    for name, route in ROUTES.items()
    for place, body in enumerate(route.bodies)
]
IN_A_THREAD = [name for name, route in ROUTES.items() if route.path.endswith("/acme/ann/t1")]


@pytest.fixture
def open_thread(fakes):
    """A thread with a preview, at services that do what they are asked to."""
    fakes._open(KEY)
    fakes.answers |= GOOD
    fakes.git = GitState("thread-t1", ("main", "thread-t1"), modified=("a.md",), default="main")
    fakes.harness.channels.boards["routes"].set(Routes({PREVIEW.id: PREVIEW}, PREVIEW.id))
    fakes.harness.events.publish(
        ServiceStatus(name="api", kind="task", state=State.RUNNING, essential=True)
    )
    return fakes


async def asked(client, headers, route, body=None):
    """What a route answers: its status, and the body."""
    more = {} if body is None else {"json": body}
    reply = await client.open(route.path, method=route.method, headers=headers, **more)
    assert reply.content_type == "application/json"
    return reply.status_code, await reply.get_json()


@pytest.mark.parametrize(("route", "body"), EVERY)
async def test_each_key_is_there_with_its_type(client, headers, open_thread, route, body):
    status, reply = await asked(client, headers, route, body)
    assert status == 200, reply
    assert [*mismatches(reply, route.reply)] == []


@pytest.mark.parametrize(
    ("name", "status", "answers"),
    [
        ("build", 422, {BuildSite: Built(None, (BuildError("Unexpected token", "a.astro", 3),))}),
        ("build", 422, {BuildSite: Built(None, output="npm error")}),
        ("restart", 422, {RestartPreview: replace(PREVIEW, state=PreviewState.FAILED)}),
        ("push", 409, {Push: Refused("cannot push main: it is protected")}),
        ("pull", 409, {Pull: Merged(Outcome.CONFLICTS, "abc", (Conflict("a.md", text="<<<"),))}),
        ("pull", 409, {Pull: Merged(Outcome.CONFLICTS, "abc", (Conflict("a.md", "ignored"),))}),
    ],
)
async def test_what_did_not_work_out_says_so_beside_what_there_is(
    client, headers, open_thread, name, status, answers
):
    open_thread.answers |= answers
    route = ROUTES[name]
    got, reply = await asked(client, headers, route, route.bodies[0])
    assert got == status
    assert [*mismatches(reply, route.failures[status])] == []


@pytest.mark.parametrize("state", [TurnState.FAILED, TurnState.CANCELLED, TurnState.INTERRUPTED])
async def test_an_instruction_that_was_not_carried_out_is_told_with_its_result(
    client, headers, open_thread, state
):
    open_thread.turn = replace(open_thread.turn, state=state, commit=None)
    route = ROUTES["execute"]
    got, reply = await asked(client, headers, route, route.bodies[0])
    assert got == 422
    assert [*mismatches(reply, route.failures[422])] == []


def test_a_table_that_does_not_fit_is_noticed():
    shape = ROUTES["git"].reply
    good = {"success": True, "git": {"status": "", "currentBranch": "a", "branches": ["a"]}}
    assert [*mismatches(good, shape)] == []
    for at, value in (("status", None), ("branches", [1]), ("branches", "a"), ("more", 1)):
        assert [*mismatches(good | {"git": good["git"] | {at: value}}, shape)]
    assert [*mismatches({"success": True}, shape)] == ["$.git is missing"]
    assert [*mismatches(good | {"success": 1}, shape)] == ["$.success is 1, and not True"]


async def test_the_table_has_every_route_of_the_original_and_no_other(app):
    served = {
        (method, rule.rule.replace("<client>/<user>/<thread>", "acme/ann/t1"))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") or rule.rule == "/health"
    }
    assert served == {(route.method, route.path) for route in ROUTES.values()}
    assert len(ROUTES) == 13


# What was wrong with the original, as far as an API can have it.


@pytest.mark.parametrize("name", [name for name in IN_A_THREAD if ROUTES[name].method == "GET"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_asks_for_nothing_that_changes_anything(
    client, headers, open_thread, name, method
):
    reply = await client.open(ROUTES[name].path, method=method, headers=headers)
    assert reply.status_code == 200
    assert open_thread.asked
    assert {type(asked) for asked in open_thread.asked} <= set(LOOKS)
    assert open_thread.activities() == []


async def test_a_restart_starts_no_second_server(client, headers, open_thread):
    for _ in range(2):
        assert (await asked(client, headers, ROUTES["restart"]))[0] == 200
    assert open_thread.asked == [FindWorkspace(KEY), RestartPreview(KEY)] * 2


async def test_an_instruction_is_committed_once_by_its_turn_alone(client, headers, open_thread):
    route = ROUTES["execute"]
    assert (await asked(client, headers, route, route.bodies[0]))[0] == 200
    assert not any(isinstance(one, CommitChanges) for one in open_thread.asked)


TRAVERSAL = ["../../etc", "..", ".git", "a/b", "a\\b", "a\0b", "-x", "$(id)", "a b", "ä", "x" * 65]


@pytest.mark.parametrize("which", ["clientId", "userId", "threadId"])
@pytest.mark.parametrize("name", ["init", "execute"])
async def test_ids_in_a_body_lead_nowhere_else(client, headers, fakes, name, which):
    route = ROUTES[name]
    for value in TRAVERSAL:
        status, reply = await asked(client, headers, route, route.bodies[0] | {which: value})
        assert (status, reply["success"]) == (400, False)
        assert which in reply["error"]
    assert fakes.asked == []


@pytest.mark.parametrize("name", IN_A_THREAD)
async def test_ids_in_a_path_lead_nowhere_else(client, headers, fakes, name):
    route = ROUTES[name]
    for place in range(3):
        for value in ("%2e%2e", "..%2f..", ".git", "-x", "%24%28id%29", "a%00b"):
            ids = ["acme", "ann", "t1"]
            ids[place] = value
            path = route.path.replace("acme/ann/t1", "/".join(ids))
            reply = await client.open(
                path, method=route.method, headers=headers, json=route.bodies[0]
            )
            assert reply.status_code in (400, 404), path
            assert (await reply.get_json())["success"] is False
    assert fakes.asked == []


@pytest.mark.parametrize(
    ("name", "missing"),
    [(name, missing) for name, route in ROUTES.items() for missing in route.required],
)
async def test_what_is_missing_is_bad_input_and_named(client, headers, fakes, name, missing):
    route = ROUTES[name]
    body = {key: value for key, value in route.bodies[0].items() if key != missing}
    status, reply = await asked(client, headers, route, body)
    assert (status, reply.keys()) == (400, {"success", "error"})
    assert f"`{missing}`" in reply["error"]
    assert fakes.asked == []


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotFound("cannot find it"), 404),
        (Refused("cannot do it now"), 409),
        (Busy("too many wait"), 429),
        (Gone("workspaces ended"), 503),
    ],
)
async def test_a_failure_has_the_status_that_says_what_it_is(
    client, headers, fakes, refusal, status
):
    fakes.refusal = refusal
    for name in ROUTES.keys() - {"health"}:
        route = ROUTES[name]
        got, reply = await asked(client, headers, route, route.bodies[-1])
        assert (got, reply) == (status, {"success": False, "error": reply["error"]}), name
