import time

import pytest
from structlog.testing import capture_logs

from services.api.auth import caller, still_good
from services.api.operation import Needs, operation
from services.keyring.file import retire, rotate
from services.keyring.ring import Keyring
from services.messages import Scope
from services.messages.tokens import Access, Grant, sign
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import IDS, KEY

STATUS = "/api/status/acme/ann/t1"
SCOPES = ["operator", "client:acme", "user:acme/ann", "thread:acme/ann/t1"]


@pytest.fixture
def file(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\nolder\n")
    return tmp_path / "token"


@pytest.fixture
def keyring(file):
    return Keyring(file=file)


def scoped(scope="thread:acme/ann/t1", access=Access.FULL, seconds=None, signer=TOKEN):
    expires = None if seconds is None else int(time.time()) + seconds
    return sign(signer, Grant(Scope.parse(scope), access, expires))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


async def refused(reply, status):
    """The sentence that says why, whichever shape it has there."""
    assert reply.status_code == status
    body = await reply.get_json()
    if "error" in body:
        assert body["success"] is False
        return body["error"]
    assert reply.mimetype == "application/problem+json"
    return body["detail"]


@pytest.mark.parametrize("path", [STATUS, "/v1/session", "/api/nothing", "/healthy", "/health/../"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer "},
        {"Cookie": "nurseryd_token=wrong"},
        {"Authorization": "Bearer \u00e4"},
    ],
)
async def test_without_a_token_one_learns_only_how_to_pass_it(client, fakes, path, headers):
    reply = await client.get(path, headers=headers)
    assert "Authorization: Bearer TOKEN" in await refused(reply, 401)
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert fakes.asked == []


@pytest.mark.parametrize("path", ["/health", "/health/live", "/openapi.json"])
async def test_health_and_the_description_need_no_token(client, path):
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer {TOKEN}"},
        {"Cookie": f"nurseryd_token={TOKEN}"},
        {"Cookie": f"__Host-nurseryd_token={TOKEN}"},
        {"Authorization": "Basic dXNlcjpwYXNz", "Cookie": f"nurseryd_token={TOKEN}"},
    ],
)
async def test_the_token_passes_as_header_or_cookie(client, headers):
    assert (await client.get(STATUS, headers=headers)).status_code == 404


async def test_a_cookie_that_no_other_host_can_put_there_counts_most(
    client,
):
    mine, planted = f"__Host-nurseryd_token={TOKEN}", f"nurseryd_token={scoped('user:evil/x')}"
    for cookies in ((planted, mine), (mine, planted)):
        reply = await client.get("/v1/session", headers={"Cookie": "; ".join(cookies)})
        assert (await reply.get_json())["scope"] == "operator"


async def test_a_wrong_token_in_the_header_is_not_made_good_by_a_cookie(client):
    headers = {"Authorization": "Bearer wrong", "Cookie": f"nurseryd_token={TOKEN}"}
    assert "none of this server's" in await refused(await client.get(STATUS, headers=headers), 401)


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("nt1.full.operator.never.x", "not whole"),
        (scoped(signer="another"), "retired"),
        (sign(TOKEN, Grant(Scope("acme"), Access.FULL, 1_000_000_000)), "expired at 2001-09-09"),
        ("wrong", "none of this server's"),
    ],
)
async def test_what_is_wrong_with_a_token_is_said(client, fakes, token, why):
    for path in (STATUS, "/v1/threads/acme/ann"):
        reply = await client.get(path, headers=bearer(token))
        assert why in await refused(reply, 401)
        assert reply.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert fakes.asked == []


# Scopes and access.


@pytest.mark.parametrize("scope", ["client:acme", "user:acme/ann", "thread:acme/ann/t1"])
async def test_a_token_reaches_what_it_covers(client, scope):
    assert (await client.get(STATUS, headers=bearer(scoped(scope)))).status_code == 404


@pytest.mark.parametrize(
    "scope", ["client:other", "user:acme/bob", "user:other/ann", "thread:acme/ann/t2"]
)
async def test_a_token_for_something_else_is_told_what_it_takes(client, fakes, scope):
    text = await refused(await client.get(STATUS, headers=bearer(scoped(scope))), 403)
    assert text.endswith("it takes one for thread:acme/ann/t1")
    assert fakes.asked == []


async def test_what_has_no_client_in_its_path_takes_the_operators(client):
    text = await refused(await client.get("/v1/services", headers=bearer(scoped())), 403)
    assert text.endswith("it takes one for operator")


async def test_what_takes_the_operators_takes_it_whatever_is_in_the_path(client):
    @client.app.post("/v1/operators/<client>")
    @operation("forTheOperator", None, needs=Needs.OPERATOR)
    async def view(client: str) -> None:
        return None

    for scope, status in (("client:acme", 403), ("operator", 204)):
        reply = await client.post("/v1/operators/acme", headers=bearer(scoped(scope)))
        assert reply.status_code == status


async def test_a_token_is_good_until_it_expires_or_its_operators_is_retired(client, keyring, file):
    good = {}

    @client.app.post("/v1/lasting")
    @operation("lasting", None, needs=Needs.ANYONE)
    async def view() -> None:
        good[str(caller())] = still_good()

    for shown in (
        TOKEN,
        "older",
        scoped("client:a", seconds=60),
        scoped("client:b", signer="older"),
    ):
        await client.post("/v1/lasting", headers=bearer(shown))
    good |= {"older": good.pop("operator")}
    await client.post("/v1/lasting", headers=bearer(TOKEN))
    assert all(each() for each in good.values())
    retire(file)
    keyring.look(time.time())
    assert {name for name, each in good.items() if each()} == {"operator", "client:a"}


@pytest.mark.parametrize("access", [Access.READ, Access.TICKET])
async def test_a_token_that_may_read_changes_nothing(client, fakes, access):
    for scope in ("operator", "thread:acme/ann/t1"):
        headers = bearer(scoped(scope, access))
        assert (await client.get(STATUS, headers=headers)).status_code == 404
        fakes.asked.clear()
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for path in (STATUS, "/v1/threads/acme/ann/t1", "/v1/tokens", "/v1/tickets"):
                reply = await client.open(path, method=method, headers=headers)
                assert "may only read" in await refused(reply, 403)
    assert fakes.asked == []


async def test_another_token_of_the_operator_is_known_at_once_and_a_retired_one_soon_forgotten(
    client, file
):
    status = {}
    new = rotate(file)
    for name, token in {"new": new, "signed": scoped(signer=new), TOKEN: TOKEN}.items():
        status[name] = (await client.get(STATUS, headers=bearer(token))).status_code
    assert status == {"new": 404, "signed": 404, TOKEN: 404}
    retire(file)
    # A refusal looks again.
    assert (await client.get(STATUS)).status_code == 401
    for token in (TOKEN, "older", scoped()):
        assert (await client.get(STATUS, headers=bearer(token))).status_code == 401
    assert (await client.get(STATUS, headers=bearer(new))).status_code == 404


# Tickets.


async def test_a_ticket_stands_in_the_address_of_what_is_looked_at(client):
    ticket = scoped(access=Access.TICKET, seconds=60)
    for path in (STATUS, "/v1/threads/acme/ann/t1/turns"):
        reply = await client.get(path, query_string={"ticket": ticket})
        assert reply.status_code not in (400, 401, 403)
        assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (await client.head(STATUS, query_string={"ticket": ticket})).status_code == 404


async def test_a_ticket_changes_nothing_and_no_other_token_stands_in_its_place(client, fakes):
    ticket = scoped(access=Access.TICKET, seconds=60)
    reply = await client.post("/v1/threads/acme/ann/t1/turns", query_string={"ticket": ticket})
    assert reply.status_code == 401
    for token in (TOKEN, scoped(), scoped(access=Access.READ)):
        reply = await client.get(STATUS, query_string={"ticket": token})
        assert "POST /v1/tickets" in await refused(reply, 401)
    late = scoped(access=Access.TICKET, seconds=-1)
    assert "expired" in await refused(await client.get(STATUS, query_string={"ticket": late}), 401)
    assert fakes.asked == []


# Pages of other origins, with the cookie of whoever looks at them.


@pytest.mark.parametrize(
    "origin", ["http://localhost:4322", "https://evil.example", "null", "http://["]
)
async def test_a_page_of_another_origin_cannot_write_with_the_cookie(client, fakes, origin):
    headers = {"Cookie": f"nurseryd_token={TOKEN}", "Origin": origin, "Host": "localhost:8080"}
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        reply = await client.post(
            "/api/init", headers=headers | {"Content-Type": kind}, data=b'{"clientId": "a"}'
        )
        assert reply.status_code == 403
    assert fakes.asked == []


@pytest.mark.parametrize(
    "said",
    [
        {"Origin": "http://localhost:8080"},
        {"Origin": "https://localhost:8080"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://editor.example"},
    ],
)
async def test_our_own_page_can_write_with_the_cookie(client, said):
    headers = {"Cookie": f"nurseryd_token={TOKEN}", "Host": "localhost:8080"} | said
    assert (await client.post("/api/init", headers=headers, json=IDS)).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Origin": ""},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8080"},
    ],
)
async def test_who_does_not_show_to_be_our_own_page_cannot_write_with_the_cookie(
    client, fakes, said
):
    headers = {"Cookie": f"nurseryd_token={TOKEN}", "Host": "localhost:8080"} | said
    assert (await client.post("/api/init", headers=headers, json=IDS)).status_code == 403
    assert fakes.asked == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_page_of_another_origin_leads_nowhere_by_the_cookie(client, fakes, site):
    cookie = {"Cookie": f"nurseryd_token={TOKEN}", "Sec-Fetch-Site": site}
    for mode in ("navigate", "no-cors"):
        for path in (STATUS, "/v1/preview/selftest", "/v1/session"):
            reply = await client.get(path, headers=cookie | {"Sec-Fetch-Mode": mode})
            assert reply.status_code == 403
    assert fakes.asked == []


async def test_an_address_that_a_person_typed_works_with_the_cookie(client):
    headers = {"Cookie": f"nurseryd_token={TOKEN}", "Sec-Fetch-Site": "none"}
    assert (await client.get(STATUS, headers=headers)).status_code == 404


async def test_another_origin_that_knows_the_token_can_write(client, headers):
    headers = headers | {"Origin": "https://editor.example", "Sec-Fetch-Site": "cross-site"}
    assert (await client.post("/api/init", headers=headers, json=IDS)).status_code == 200


async def test_nothing_of_an_address_gets_into_a_log(client, fakes, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    fakes._open(KEY)
    monkeypatch.setattr("services.api.original.editing.last_touched", broken)
    ticket = scoped(access=Access.TICKET)
    with capture_logs() as logs:
        reply = await client.get(STATUS, query_string={"ticket": ticket, "token": "secret"})
        assert (await client.get("/?token=secret")).status_code == 303
    assert reply.status_code == 500
    [record] = logs
    assert record.pop("exc_info")
    assert record["path"] == STATUS
    assert ticket not in str(record)
    assert "secret" not in str(record)
