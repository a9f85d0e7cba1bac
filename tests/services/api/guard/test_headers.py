"""What browsers are told: who may ask from where, and what an answer may do."""

import pytest

from services.api import Options
from services.messages import Scope
from services.messages.tokens import Access, Grant, sign
from tests.services.api.conftest import TOKEN

APP, OTHER = "https://app.example.com", "https://evil.example"
STATUS, THREADS = "/api/status/acme/ann/t1", "/v1/threads/acme/ann"
ASKS = {"Access-Control-Request-Method": "POST"}
CORS = "Access-Control-"


@pytest.fixture
def options():
    return Options(preview="https://preview.example.com/", origins=(APP,), trusted=("10.0.0.0/8",))


def cors(reply):
    told = {name.title(): value for name, value in reply.headers}
    return {name: value for name, value in told.items() if name.startswith(CORS)}


@pytest.mark.parametrize("path", [STATUS, THREADS, "/v1/nothing", "/health"])
async def test_a_preflight_shows_no_token_and_is_told_what_may_be_sent(client, fakes, path):
    reply = await client.options(path, headers={"Origin": APP} | ASKS)
    assert reply.status_code == 204
    assert await reply.get_data() == b""
    told = cors(reply)
    assert told[f"{CORS}Allow-Origin"] == APP
    methods = told[f"{CORS}Allow-Methods"].split(", ")
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(methods)
    allowed = told[f"{CORS}Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key", "last-event-id"} <= set(allowed)
    assert {"if-match", "if-none-match"} <= set(allowed)
    assert f"{CORS}Allow-Credentials" not in told
    assert fakes.asked == []


async def test_a_page_of_an_origin_that_is_not_named_is_told_nothing(client, headers):
    reply = await client.options(STATUS, headers={"Origin": OTHER} | ASKS)
    assert (reply.status_code, cors(reply)) == (403, {})
    for origin in (OTHER, "null", APP.upper(), f"{APP}:8443", f"{APP}.evil.example"):
        reply = await client.get(STATUS, headers=headers | {"Origin": origin})
        assert cors(reply) == {}
        assert reply.headers["Vary"] == "Origin"


async def test_what_is_no_preflight_needs_a_token(client):
    assert (await client.options(STATUS, headers={"Origin": APP})).status_code == 401
    assert (await client.options(STATUS, headers=ASKS)).status_code == 401


async def test_every_answer_to_a_named_origin_can_be_read_errors_too(client, headers):
    for path, given, status in [
        (STATUS, headers, 404),
        (STATUS, {}, 401),
        (THREADS, headers, 409),
        ("/v1/nothing", headers, 404),
        ("/health", {}, 200),
        ("/v1/threads/acme/.x", headers, 400),
    ]:
        reply = await client.get(path, headers=given | {"Origin": APP})
        assert reply.status_code == status
        told = cors(reply)
        assert told.pop(f"{CORS}Allow-Origin") == APP
        exposed = told.pop(f"{CORS}Expose-Headers").split(", ")
        assert {"Location", "Retry-After", "ETag"} <= set(exposed)
        assert told == {}
        assert reply.headers["Vary"] == "Origin"


async def test_a_named_origin_still_cannot_use_the_cookie(client, fakes):
    headers = {"Cookie": f"nurseryd_token={TOKEN}", "Origin": APP, "Sec-Fetch-Site": "cross-site"}
    for method in ("GET", "POST"):
        assert (await client.open(STATUS, method=method, headers=headers)).status_code == 403
    assert fakes.asked == []


class TestWithoutOrigins:
    @pytest.fixture
    def options(self):
        return Options()

    async def test_none_is_allowed_and_nothing_varies(self, client, headers):
        reply = await client.options(STATUS, headers={"Origin": APP} | ASKS)
        assert (reply.status_code, cors(reply)) == (403, {})
        reply = await client.get(STATUS, headers=headers | {"Origin": APP})
        assert cors(reply) == {}
        assert "Vary" not in reply.headers


@pytest.mark.parametrize("path", [STATUS, THREADS, "/health", "/v1/nothing", "/openapi.json"])
@pytest.mark.parametrize("shown", [True, False])
async def test_an_answer_is_kept_by_nobody_and_runs_and_loads_nothing(client, headers, path, shown):
    reply = await client.get(path, headers=headers if shown else {})
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = reply.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "sandbox"} <= set(policy)
    assert "Strict-Transport-Security" not in reply.headers


async def test_a_page_says_itself_what_it_loads(client, headers):
    for path, ancestors in (("/", "'none'"), ("/docs", "'none'"), ("/studio/acme/ann/t1", APP)):
        reply = await client.get(path, headers=headers)
        [policy] = reply.headers.getlist("Content-Security-Policy")
        assert "sandbox" not in policy
        assert f"frame-ancestors {ancestors}" in policy


@pytest.mark.parametrize(
    ("peer", "said", "strict"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", "http", False),
        ("203.0.113.7", "https", False),
    ],
)
async def test_https_stays_https_where_a_load_balancer_of_ours_says_that_it_is(
    client, peer, said, strict
):
    reply = await client.get(
        "/",
        headers={"X-Forwarded-Proto": said},
        query_string={"token": TOKEN},
        scope_base={"client": (peer, 1)},
    )
    assert ("Strict-Transport-Security" in reply.headers) == strict
    assert ("Secure" in reply.headers["Set-Cookie"]) == strict


async def test_what_a_ticket_shows_may_be_shown_on_any_page(client):
    ticket = sign(TOKEN, Grant(Scope("acme"), Access.TICKET))
    reply = await client.get(STATUS, query_string={"ticket": ticket})
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
