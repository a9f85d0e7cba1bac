"""Who is signed in, in a browser or by a token."""

import time
from datetime import UTC, datetime

import pytest

from services.api import Options
from services.api.v1.session import first_thread
from services.messages import TOKEN_COOKIES, Scope, ThreadKey
from services.messages.tokens import Access, Grant, sign
from tests.services.api.conftest import TOKEN

SESSION = "/v1/session"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def bearer(scope="user:acme/ann", access=Access.FULL, expires=None):
    expires = expires or int(time.time()) + 60
    token = sign(TOKEN, Grant(Scope.parse(scope), access, expires))
    return {"Authorization": f"Bearer {token}"}


async def test_it_says_what_the_token_is_good_for(client, headers, fakes):
    end = int(time.time()) + 60
    reply = await client.get(SESSION, headers=bearer(access=Access.READ, expires=end))
    found = await reply.get_json()
    assert datetime.fromisoformat(found.pop("expires")) == datetime.fromtimestamp(end, UTC)
    first = {"clientId": "acme", "userId": "ann", "threadId": "first"}
    assert found == {"scope": "user:acme/ann", "access": "read", "first": first}
    own = await (await client.get(SESSION, headers=headers)).get_json()
    first = {"clientId": "demo", "userId": "me", "threadId": "first"}
    assert own == {"scope": "operator", "access": "full", "expires": None, "first": first}
    assert fakes.asked == fakes.activities() == []


@pytest.mark.parametrize(
    ("scope", "own", "first"),
    [
        ("operator", (None, None, None), ("demo", "me", "first")),
        ("operator", ("acme", None, None), ("acme", "me", "first")),
        ("operator", ("acme", "ann", "t1"), ("acme", "ann", "t1")),
        ("operator", ("acme", None, "t1"), ("acme", "me", "first")),
        ("client:acme", ("acme", "ann", None), ("acme", "ann", "first")),
        ("client:other", ("acme", "ann", "t1"), ("other", "me", "first")),
        ("user:acme/bob", ("acme", "ann", "t1"), ("acme", "bob", "first")),
        ("user:acme/ann", ("acme", "ann", "t1"), ("acme", "ann", "t1")),
        ("thread:acme/ann/t2", ("acme", "ann", "t1"), ("acme", "ann", "t2")),
    ],
)
def test_one_begins_in_the_scope_of_the_token_and_where_the_container_is_for(scope, own, first):
    assert first_thread(Scope.parse(scope), own) == ThreadKey(*first)


@pytest.mark.parametrize("access", [Access.FULL, Access.READ])
async def test_whoever_shows_a_token_is_signed_in_and_out(client, access):
    shown = bearer(access=access)
    reply = await client.put(SESSION, headers=shown | OWN_PAGE)
    assert (reply.status_code, await reply.get_data()) == (204, b"")
    [cookie] = reply.headers.getlist("Set-Cookie")
    assert shown["Authorization"].removeprefix("Bearer ") in cookie
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Expires="):
        assert part in cookie
    found = await (await client.get(SESSION)).get_json()
    assert (found["scope"], found["access"]) == ("user:acme/ann", access)
    reply = await client.delete(SESSION, headers=OWN_PAGE)
    assert (reply.status_code, await reply.get_data()) == (204, b"")
    cookies = reply.headers.getlist("Set-Cookie")
    assert ["Partitioned" in cookie for cookie in cookies] == [False, True] * 2
    assert all(cookie.partition("=;")[0] in TOKEN_COOKIES for cookie in cookies)
    assert (await client.get(SESSION)).status_code == 401


async def test_a_page_of_another_origin_signs_nobody_out(client):
    await client.put(SESSION, headers=bearer())
    for said in ({}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
        for method in ("PUT", "DELETE"):
            reply = await client.open(SESSION, method=method, headers=said)
            assert (reply.status_code, "Set-Cookie" in reply.headers) == (403, False)
    assert (await client.get(SESSION)).status_code == 200


class TestOfOneEditor:
    @pytest.fixture
    def options(self):
        return Options(client="acme", user="ann", thread="not_set")

    async def test_the_operator_begins_there(self, client, headers):
        found = await (await client.get(SESSION, headers=headers)).get_json()
        assert found["first"] == {"clientId": "acme", "userId": "ann", "threadId": "first"}
