"""Tokens and tickets that are made with others."""

import time
from datetime import datetime

import pytest

from services.keyring.ring import Keyring
from services.messages import EVERYTHING, Scope
from services.messages.tokens import Access, Grant, read_grant, sign, verify
from tests.services.api.conftest import TOKEN

STATUS = "/api/status/acme/ann/t1"
YEAR = 366 * 24 * 3600


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def user_token(seconds=None, signer=TOKEN):
    expires = None if seconds is None else int(time.time()) + seconds
    return sign(signer, Grant(Scope("acme", "ann"), Access.FULL, expires))


async def make(client, token, what="tokens", **body):
    reply = await client.post(f"/v1/{what}", headers=bearer(token), json=body)
    return reply.status_code, await reply.get_json()


@pytest.fixture
def keyring(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\nolder\n")
    return Keyring(file=tmp_path / "token")


SCOPES = ["operator", "client:acme", "user:acme/ann", "thread:acme/ann/t1"]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("access", ["full", "read"])
async def test_the_operator_makes_tokens_for_anything(client, scope, access):
    before = int(time.time())
    status, made = await make(client, TOKEN, scope=scope, access=access, seconds=60)
    assert status == 201
    assert made.keys() == {"token", "scope", "access", "expires"}
    assert (made["scope"], made["access"]) == (scope, access)
    grant = verify([TOKEN], made["token"], before).grant
    assert (grant.scope, grant.access) == (Scope.parse(scope), access)
    assert before + 60 <= grant.expires <= int(time.time()) + 60
    assert datetime.fromisoformat(made["expires"]).timestamp() == grant.expires
    assert (await client.get(STATUS, headers=bearer(made["token"]))).status_code == 404


async def test_where_nothing_is_said_it_may_do_all_and_lasts_eight_hours(client):
    _, made = await make(client, TOKEN, scope="client:acme")
    grant = read_grant(made["token"])
    assert grant.access is Access.FULL
    assert abs(grant.expires - time.time() - 8 * 3600) < 5


async def test_who_has_a_token_makes_others_that_reach_less_far(client):
    for scope in ("user:acme/ann", "thread:acme/ann/t1"):
        status, made = await make(client, user_token(), scope=scope)
        assert status == 201
        assert verify([TOKEN], made["token"], time.time()).grant.scope == Scope.parse(scope)


@pytest.mark.parametrize("what", ["tokens", "tickets"])
@pytest.mark.parametrize("scope", ["operator", "client:acme", "user:acme/bob", "thread:x/ann/t1"])
async def test_and_none_that_reach_further(client, what, scope):
    status, problem = await make(client, user_token(), what, scope=scope)
    assert status == 403
    assert problem["detail"].endswith(f"it takes one for {scope}")


@pytest.mark.parametrize("what", ["tokens", "tickets"])
async def test_none_lasts_longer_than_the_one_it_was_made_with(client, what):
    short = user_token(seconds=30)
    _, made = await make(client, short, what, scope="user:acme/ann", seconds=600)
    [token] = [made[name] for name in ("token", "ticket") if name in made]
    assert read_grant(token).expires == read_grant(short).expires


async def test_a_token_ends_with_the_operators_that_its_own_hangs_on(client):
    """Else one that is signed by a token about to be retired could outlive it."""
    _, made = await make(client, user_token(signer="older"), scope="thread:acme/ann/t1")
    _, own = await make(client, "older", scope="thread:acme/ann/t1")
    for token in (made["token"], own["token"]):
        assert verify([TOKEN, "older"], token, 0).signer == "older"


async def test_a_ticket_stands_in_an_address_for_a_while_and_only_looks(client):
    status, made = await make(client, user_token(), "tickets", scope="thread:acme/ann/t1")
    assert status == 201
    assert made.keys() == {"ticket", "scope", "expires"}
    grant = read_grant(made["ticket"])
    assert (grant.scope, grant.access) == (Scope("acme", "ann", "t1"), Access.TICKET)
    assert abs(grant.expires - time.time() - 600) < 5
    given = {"ticket": made["ticket"]}
    assert (await client.get(STATUS, query_string=given)).status_code == 404
    assert (await client.post("/api/init", query_string=given, json={})).status_code == 401
    status, _ = await make(client, made["ticket"], "tickets", scope="thread:acme/ann/t1")
    assert status == 403


@pytest.mark.parametrize(
    ("what", "body", "said"),
    [
        ("tokens", {}, "missing required field `scope`"),
        ("tokens", {"scope": "everything"}, "it is operator, client:CLIENT"),
        ("tokens", {"scope": "client:.x"}, "clientId"),
        ("tokens", {"scope": "user:acme"}, "it is operator, client:CLIENT"),
        ("tokens", {"scope": "operator", "access": "write"}, "$.access"),
        ("tokens", {"scope": "operator", "access": "ticket"}, "$.access"),
        ("tokens", {"scope": "operator", "seconds": 0}, "$.seconds"),
        ("tokens", {"scope": "operator", "seconds": YEAR + 1}, "$.seconds"),
        ("tickets", {"scope": "operator", "seconds": 3601}, "$.seconds"),
        ("tickets", {"scope": "operator", "access": "full"}, "unknown field `access`"),
    ],
)
async def test_what_cannot_be_made_says_why(client, what, body, said):
    status, problem = await make(client, TOKEN, what, **body)
    assert status == 400
    assert said in problem["detail"]


async def test_a_token_that_may_only_read_makes_none(client):
    reading = sign(TOKEN, Grant(EVERYTHING, Access.READ))
    for what in ("tokens", "tickets"):
        status, _ = await make(client, reading, what, scope="client:acme")
        assert status == 403
