import pytest

from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import IDS

STATUS = "/api/status/acme/ann/t1"


@pytest.mark.parametrize("path", ["/", STATUS, "/api/nothing", "/healthy", "/health/../"])
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
async def test_without_the_token_one_learns_only_how_to_pass_it(client, fakes, path, headers):
    reply = await client.get(path, headers=headers)
    assert reply.status_code == 401
    body = await reply.get_json()
    assert body["success"] is False
    assert "Authorization: Bearer TOKEN" in body["error"]
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert fakes.asked == []


@pytest.mark.parametrize("path", ["/health", "/health/live"])
async def test_health_needs_no_token(client, path):
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize(
    "ways",
    [
        {"headers": {"Authorization": f"Bearer {TOKEN}"}},
        {"headers": {"authorization": f"bearer {TOKEN}"}},
        {"query_string": {"token": TOKEN}},
        {"headers": {"Cookie": f"nurseryd_token={TOKEN}"}},
    ],
)
async def test_the_token_passes_as_header_query_or_cookie(client, ways):
    assert (await client.get(STATUS, **ways)).status_code == 404


async def test_a_page_opened_with_the_token_remembers_it_and_clears_the_address(client):
    reply = await client.get("/", query_string={"token": TOKEN})
    assert reply.status_code == 303
    assert reply.headers["Location"] == "/"
    cookie = reply.headers["Set-Cookie"]
    assert f"nurseryd_token={TOKEN}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert (await client.get("/")).status_code == 200


async def test_a_wrong_token_in_the_address_does_not_replace_the_right_cookie(client):
    headers = {"Cookie": f"nurseryd_token={TOKEN}"}
    reply = await client.get("/", query_string={"token": "stale"}, headers=headers)
    assert "stale" not in reply.headers["Set-Cookie"]


@pytest.mark.parametrize("origin", ["http://localhost:4322", "https://evil.example", "null"])
async def test_a_page_of_another_origin_cannot_write_with_the_cookie(client, fakes, origin):
    headers = {"Cookie": f"nurseryd_token={TOKEN}", "Origin": origin, "Host": "localhost:8080"}
    reply = await client.post("/api/init", headers=headers, json=IDS)
    assert reply.status_code == 403
    assert fakes.asked == []


@pytest.mark.parametrize("origin", ["http://localhost:8080", "https://localhost:8080"])
async def test_our_own_page_can_write_with_the_cookie(client, origin):
    headers = {"Cookie": f"nurseryd_token={TOKEN}", "Origin": origin, "Host": "localhost:8080"}
    assert (await client.post("/api/init", headers=headers, json=IDS)).status_code == 200


async def test_another_origin_that_knows_the_token_can_write(client, headers):
    headers = headers | {"Origin": "https://editor.example"}
    assert (await client.post("/api/init", headers=headers, json=IDS)).status_code == 200
