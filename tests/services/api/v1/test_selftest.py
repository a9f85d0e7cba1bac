import pytest

from services.messages import EVERYTHING, SCRATCH, Findings, Hop, SelfTest, ThreadKey, Verdict
from services.messages.tokens import Access, Grant, sign
from tests.services.api.conftest import TOKEN

KEY = ThreadKey("acme", "ada", "first")
PASSED = Findings("https://x/", True, (Hop("dns", Verdict.PASSED, "is here"),))
FAILED = Findings(
    "https://x/", True, (Hop("dns", Verdict.FAILED, "no name", "No record.", "Add one."),)
)


async def test_the_scratch_thread_is_tested_at_its_own_public_address(client, headers, fakes):
    fakes.answers[SelfTest] = PASSED
    reply = await client.get("/v1/preview/selftest", headers=headers)
    assert reply.status_code == 200
    body = await reply.get_json()
    assert body["findings"]["hops"][0]["verdict"] == "passed"
    address = f"https://{SCRATCH.preview_id}.preview.example.com/"
    assert fakes.asked == [SelfTest(address, SCRATCH, TOKEN)]


async def test_a_thread_and_patience_can_be_asked_for(client, headers, fakes):
    fakes.answers[SelfTest] = PASSED
    path = "/v1/preview/selftest?thread=acme/ada/first&patience=70"
    assert (await client.get(path, headers=headers)).status_code == 200
    address = f"https://{KEY.preview_id}.preview.example.com/"
    assert fakes.asked == [SelfTest(address, KEY, TOKEN, 70)]


async def test_a_hop_that_failed_is_the_error(client, headers, fakes):
    fakes.answers[SelfTest] = FAILED
    reply = await client.get("/v1/preview/selftest", headers=headers)
    assert reply.status_code == 422
    body = await reply.get_json()
    assert body["detail"] == "dns: no name. No record. Add one."
    assert body["findings"]["hops"][0]["advice"] == "Add one."


@pytest.mark.parametrize("query", ["thread=acme", "thread=a/b/../c", "patience=x", "patience=601"])
async def test_a_query_that_cannot_be_used_is_refused(client, headers, fakes, query):
    reply = await client.get(f"/v1/preview/selftest?{query}", headers=headers)
    assert reply.status_code == 400
    assert (await reply.get_json())["detail"].startswith("cannot ")
    assert fakes.asked == []


async def test_it_takes_the_token(client, fakes):
    assert (await client.get("/v1/preview/selftest")).status_code == 401


@pytest.mark.parametrize("query", ["", "?thread=acme/ada/first"])
async def test_who_may_only_look_begins_none(client, fakes, query):
    path = f"/v1/preview/selftest{query}"
    reader = sign(TOKEN, Grant(EVERYTHING, Access.READ))
    ticket = sign(TOKEN, Grant(EVERYTHING, Access.TICKET))
    reply = await client.get(path, headers={"Authorization": f"Bearer {reader}"})
    assert reply.status_code == 403
    path += f"{'&' if query else '?'}ticket={ticket}"
    assert (await client.get(path)).status_code == 403
    assert fakes.asked == []


@pytest.mark.parametrize(
    ("said", "status"),
    [({}, 403), ({"Origin": "http://localhost:4322"}, 403), ({"Sec-Fetch-Site": "none"}, 200)],
)
async def test_a_page_beside_the_api_begins_none_with_the_cookie_of_who_looks(
    client, fakes, said, status
):
    """Over plain HTTP a browser may not say which page asks: then it is not believed."""
    fakes.answers[SelfTest] = PASSED
    headers = {"Cookie": f"nurseryd_token={TOKEN}"} | said
    reply = await client.get("/v1/preview/selftest", headers=headers)
    assert reply.status_code == status
