"""Who asks too often, and who tries too many tokens."""

import pytest

from services.api import Options
from services.messages import Scope
from services.messages.tokens import Access, Grant, sign
from tests.services.api.conftest import TOKEN

STATUS = "/api/status/acme/ann/t1"


@pytest.fixture
def options():
    return Options(requests=3, guesses=2, trusted=("10.0.0.0/8",))


def bearer(scope, access=Access.FULL):
    return {"Authorization": f"Bearer {sign(TOKEN, Grant(Scope.parse(scope), access))}"}


async def status(client, peer="203.0.113.7", path=STATUS, **headers):
    reply = await client.get(path, headers=headers, scope_base={"client": (peer, 1)})
    if reply.status_code == 429:
        assert 0 < int(reply.headers["Retry-After"]) <= 60
        body = await reply.get_json()
        assert f"wait {reply.headers['Retry-After']} seconds" in str(body)
    return reply.status_code


async def test_one_scope_has_a_limit_whichever_token_is_shown(client, autojump_clock):
    thread = "thread:acme/ann/t1"
    for access in (Access.FULL, Access.READ, Access.TICKET):
        assert await status(client, **bearer(thread, access)) == 404
    assert await status(client, **bearer(thread)) == 429
    assert await status(client, **bearer("user:acme/ann")) == 404
    autojump_clock.jump(20.001)
    assert await status(client, **bearer(thread)) == 404
    assert await status(client, **bearer(thread)) == 429


async def test_the_operator_and_health_are_never_limited(client, headers):
    for _ in range(10):
        assert await status(client, **headers) == 404
        assert await status(client, path="/health/live") == 200


async def test_who_tries_tokens_is_held_off_even_with_a_good_one(client, headers, autojump_clock):
    guess = {"Authorization": "Bearer guess"}
    assert await status(client, **bearer("client:acme")) == 404
    assert [await status(client, **guess) for _ in range(3)] == [401, 401, 429]
    assert await status(client) == 429
    assert await status(client, **headers) == 429
    assert await status(client, path="/health/live", **guess) == 200
    # Who was here before goes on, and so do others.
    assert await status(client, **bearer("client:acme")) == 404
    assert await status(client, peer="203.0.113.8", **headers) == 404
    autojump_clock.jump(31)
    assert await status(client, **headers) == 404


async def test_the_address_is_what_a_load_balancer_of_ours_says_and_nobody_else(client):
    for forwarded in ("198.51.100.1", "198.51.100.2"):
        said = {"X-Forwarded-For": forwarded}
        assert [await status(client, "10.0.0.1", **said) for _ in range(3)] == [401, 401, 429]
    made_up = [
        await status(client, "203.0.113.9", **{"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(3)
    ]
    assert made_up == [401, 401, 429]
