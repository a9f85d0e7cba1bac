from datetime import UTC, datetime

import msgspec
import pytest
from msgspec import UNSET

from services.client import models
from services.client.calls import Call, decoded
from services.client.following import Position
from services.client.problems import Problem, Unreachable, problem_of
from services.client.retrying import Retries
from services.client.sse import Sent

NO_ANSWERS = [b"<html>", b"\xff", b'"\xff"', b'{"a": ' + b"[" * 100_000]


def test_what_is_not_said_is_not_sent():
    call = Call(
        "POST",
        "/v1/{client}/turns",
        path={"client": "acme"},
        query={"wait": UNSET, "limit": 3, "path": ("a", "b"), "since": None, "all": False},
        headers={"Idempotency-Key": "mine", "If-Match": UNSET},
        body=models.TurnBody(instruction="Hello"),
    )
    assert call.address == "/v1/acme/turns"
    assert call.parameters == {"limit": ["3"], "path": ["a", "b"], "all": ["false"]}
    assert not call.waits
    assert call.prepared() == (
        {
            "Accept": "application/json",
            "Idempotency-Key": "mine",
            "Content-Type": "application/json",
        },
        b'{"instruction":"Hello"}',
    )


def test_what_is_in_a_path_leads_nowhere_else():
    call = Call(
        "GET",
        "/v1/{client}/files/{path}",
        path={"client": "../a?b#c", "path": "src/a b.astro"},
    )
    assert call.address == "/v1/..%2Fa%3Fb%23c/files/src/a%20b.astro"


@pytest.mark.parametrize(
    "path",
    [
        {"path": "../../other"},
        {"path": "src/./a.astro"},
        {"path": ".."},
        {"client": ".."},
        {"client": "."},
    ],
)
def test_nothing_is_sent_that_a_step_up_would_lead_to_another_route(path):
    call = Call("DELETE", "/v1/{client}/files/{path}", path={"client": "a", "path": "b", **path})
    with pytest.raises(Problem, match=f"400: cannot use this {next(iter(path))}"):
        _ = call.address


def test_dots_in_names_are_no_steps():
    call = Call("GET", "/{name}/{path}", path={"name": "..a", "path": ".env.d/[...slug].astro"})
    assert call.address == "/..a/.env.d/%5B...slug%5D.astro"


def test_bytes_are_sent_as_they_are():
    call = Call("PUT", "/file", content=b"\x00\xff", content_type="application/octet-stream")
    headers, body = call.prepared()
    assert body == b"\x00\xff"
    assert headers["Content-Type"] == "application/octet-stream"


def test_a_moment_is_sent_as_iso_8601():
    call = Call("GET", "/", query={"since": datetime(2026, 1, 31, tzinfo=UTC)})
    assert call.parameters == {"since": ["2026-01-31T00:00:00+00:00"]}


def test_a_key_is_made_up_once_for_all_attempts_at_a_call():
    call = Call("POST", "/", headers={"Idempotency-Key": UNSET})
    one, other = (call.prepared()[0]["Idempotency-Key"] for _ in range(2))
    assert one != other
    assert len(one) == 32


def test_a_newer_server_is_understood():
    class Answer(msgspec.Struct):
        state: models.TurnState

    answer = decoded(b'{"state": "dreaming", "depth": 3}', Answer)
    assert answer.state == "dreaming"


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_what_is_no_answer_is_none(answer):
    with pytest.raises(Unreachable, match="cannot read the answer"):
        decoded(answer, models.TurnReply)


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_a_refusal_may_be_anything(answer):
    problem = problem_of(502, answer, None)
    assert problem.detail == answer[:500].decode(errors="replace")


@pytest.mark.parametrize("kind", ["turn", "moon.rose"])
@pytest.mark.parametrize("data", ["<html>", '{"a": ' + "[" * 100_000])
def test_an_event_that_makes_no_sense_is_none(kind, data):
    position = Position(Call("GET", "/"), {"turn": models.TurnReply}, Retries())
    with pytest.raises(Unreachable, match="cannot read an event"):
        position.take(Sent(kind, data, "1", None))


def test_what_has_not_changed_is_told_so():
    problem = problem_of(304, b"", None)
    assert (problem.status, problem.detail.partition(":")[0]) == (304, "not changed")
