"""Turns are looked at, stopped, settled, taken back, and answered."""

import pytest
from msgspec.structs import replace

from services.messages import (
    AnswerPermission,
    CancelTurn,
    EventPage,
    FindTurn,
    Leftover,
    ListTurns,
    OthersToo,
    ReadEvents,
    Reason,
    RedoTurn,
    SettleTurn,
    TurnState,
    Undone,
    UndoTurn,
)
from supervisor.desk import NotFound, Refused
from tests.services.api.fakes import BEGUN, KEY, WRITE
from tests.services.api.v1.problems import problem

TURNS = "/v1/threads/acme/ann/t1/turns"
TURN = f"{TURNS}/turn-1"


async def test_a_list_has_the_event_to_read_on_from(client, headers, fakes):
    fakes.answers[ReadEvents] = EventPage((), 42)
    fakes.answers[ListTurns] = (fakes.turn, BEGUN)
    reply = await client.get(f"{TURNS}?limit=2&before=turn-9", headers=headers)
    assert reply.status_code == 200
    body = await reply.get_json()
    assert [turn["state"] for turn in body["turns"]] == ["committed", "queued"]
    assert body["lastEvent"] == 42
    # Were the turns read first, an event between the two would be in neither.
    assert [type(asked) for asked in fakes.asked] == [ReadEvents, ListTurns]
    assert fakes.asked[1] == ListTurns(KEY, 2, "turn-9")
    assert fakes.activities() == []


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
async def test_a_limit_that_cannot_be_used_is_bad_input(client, headers, fakes, limit):
    reply = await client.get(f"{TURNS}?limit={limit}", headers=headers)
    assert reply.status_code == 400
    assert fakes.asked == []


async def test_a_turn_is_looked_at(client, headers, fakes):
    failed = replace(fakes.turn, state=TurnState.FAILED, error="no", reason=Reason.BACKEND)
    fakes.answers[FindTurn] = failed
    reply = await client.get(TURN, headers=headers)
    assert reply.status_code == 200
    turn = (await reply.get_json())["turn"]
    assert (turn["state"], turn["error"], turn["reason"]) == ("failed", "no", "backend_failed")
    assert fakes.asked == [FindTurn(KEY, "turn-1")]
    assert fakes.activities() == []


async def test_a_turn_is_cancelled_and_what_it_left_is_kept_or_dropped(client, headers, fakes):
    cancelled = replace(fakes.turn, state=TurnState.CANCELLED, leftover=Leftover.OFFERED)
    fakes.answers[CancelTurn] = cancelled
    fakes.answers[SettleTurn] = replace(cancelled, leftover=Leftover.KEPT)
    body = await (await client.post(f"{TURN}/cancel", headers=headers)).get_json()
    assert (body["turn"]["state"], body["turn"]["leftover"]) == ("cancelled", "offered")
    body = await (await client.post(f"{TURN}/keep", headers=headers)).get_json()
    assert body["turn"]["leftover"] == "kept"
    assert (await client.post(f"{TURN}/drop", headers=headers)).status_code == 200
    assert fakes.asked == [
        CancelTurn(KEY, "turn-1"),
        SettleTurn(KEY, "turn-1", keep=True),
        SettleTurn(KEY, "turn-1", keep=False),
    ]
    assert fakes.activities() == [WRITE] * 3


@pytest.mark.parametrize(("verb", "what"), [("undo", UndoTurn), ("redo", RedoTurn)])
async def test_a_turn_is_taken_back_and_brought_back(client, headers, fakes, verb, what):
    fakes.answers[what] = Undone("def", "def", ("turn-2", "turn-1"))
    reply = await client.post(f"{TURN}/{verb}", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "head": "def",
        "commit": "def",
        "turns": ["turn-2", "turn-1"],
    }
    body = {"expectedHead": "abc", "others": True}
    await client.post(f"{TURN}/{verb}", headers=headers, json=body)
    assert fakes.asked == [what(KEY, "turn-1"), what(KEY, "turn-1", "abc", True)]
    assert fakes.activities() == [WRITE] * 2


async def test_an_undo_that_would_undo_others_names_them(client, headers, fakes):
    fakes.answers[UndoTurn] = OthersToo("cannot undo it alone", ("turn-3", "turn-2"))
    reply = await client.post(f"{TURN}/undo", headers=headers)
    assert reply.status_code == 409
    others = ["turn-3", "turn-2"]
    assert await reply.get_json() == problem(409, "cannot undo it alone", others=others)


@pytest.mark.parametrize("body", [{"others": 1}, {"head": "abc"}, []])
async def test_an_undo_that_cannot_be_used_is_bad_input(client, headers, fakes, body):
    reply = await client.post(f"{TURN}/undo", headers=headers, json=body)
    assert reply.status_code == 400
    assert fakes.asked == []


async def test_a_permission_is_given_or_not(client, headers, fakes):
    fakes.answers[AnswerPermission] = None
    path = f"{TURN}/permissions/p-1"
    reply = await client.post(path, headers=headers, json={"allow": True})
    assert (reply.status_code, await reply.get_data()) == (204, b"")
    body = {"allow": False, "reason": "leave the header alone"}
    assert (await client.post(path, headers=headers, json=body)).status_code == 204
    assert fakes.asked == [
        AnswerPermission(KEY, "turn-1", "p-1", True),
        AnswerPermission(KEY, "turn-1", "p-1", False, "leave the header alone"),
    ]
    assert fakes.activities() == [WRITE] * 2


@pytest.mark.parametrize("body", [{}, {"allow": "yes"}, {"allow": True, "reason": "x" * 2001}])
async def test_a_permission_that_cannot_be_used_is_bad_input(client, headers, fakes, body):
    reply = await client.post(f"{TURN}/permissions/p-1", headers=headers, json=body)
    assert reply.status_code == 400
    assert fakes.asked == []


@pytest.mark.parametrize("verb", ["cancel", "keep", "drop", "undo", "redo"])
@pytest.mark.parametrize(("refusal", "status"), [(NotFound("no"), 404), (Refused("no"), 409)])
async def test_what_cannot_be_done_to_a_turn_is_passed_on(
    client, headers, fakes, verb, refusal, status
):
    fakes.refusal = refusal
    reply = await client.post(f"{TURN}/{verb}", headers=headers)
    assert reply.status_code == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert await reply.get_json() == problem(status, "no")


async def test_no_route_of_turns_is_open_to_everyone(client, fakes):
    for path in (TURNS, TURN, "/v1/threads/acme/ann/t1/events", "/v1/usage/acme/ann"):
        assert (await client.get(path)).status_code == 401
    for verb in ("", "/cancel", "/keep", "/drop", "/undo", "/redo", "/permissions/p"):
        path = TURNS if not verb else TURN + verb
        assert (await client.post(path)).status_code == 401
    assert fakes.asked == []


async def test_bad_ids_are_bad_input_wherever_they_stand(client, headers, fakes):
    bad = "/v1/threads/acme/ann/.git"
    for path in (f"{bad}/turns", f"{bad}/turns/t", f"{bad}/events", "/v1/usage/acme/.git"):
        assert (await client.get(path, headers=headers)).status_code == 400
    for verb in ("cancel", "keep", "drop", "undo", "redo"):
        reply = await client.post(f"{bad}/turns/t/{verb}", headers=headers)
        assert reply.status_code == 400
    assert fakes.asked == []
