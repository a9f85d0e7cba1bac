"""How deliveries go, and a try."""

import pytest

from services.messages import Delivery, HookState, ListHooks, TryHook
from supervisor.desk import Gone, NotFound

STATE = HookState(
    number=1,
    host="example.com",
    events=("turn.finished",),
    scope="operator",
    delivered=3,
    dropped=1,
    pending="turn.finished",
    last=Delivery(1_700_000_000.0, "turn.finished", 0, "no answer in time"),
)


async def test_hooks_are_listed(client, headers, fakes):
    fakes.answers[ListHooks] = (STATE,)
    reply = await client.get("/v1/webhooks", headers=headers)
    assert reply.status_code == 200
    assert await reply.get_json() == {
        "webhooks": [
            {
                "number": 1,
                "host": "example.com",
                "events": ["turn.finished"],
                "scope": "operator",
                "delivered": 3,
                "dropped": 1,
                "pending": "turn.finished",
                "last": {
                    "at": "2023-11-14T22:13:20Z",
                    "type": "turn.finished",
                    "status": None,
                    "error": "no answer in time",
                },
                "over": None,
            }
        ]
    }


async def test_a_hook_is_tried(client, headers, fakes):
    fakes.answers[TryHook] = Delivery(1_700_000_000.0, "test", 204)
    reply = await client.post("/v1/webhooks/2/test", headers=headers)
    assert reply.status_code == 200
    assert (await reply.get_json())["delivery"]["status"] == 204
    assert fakes.asked == [TryHook(2)]


@pytest.mark.parametrize(("refusal", "status"), [(NotFound("none"), 404), (Gone("away"), 503)])
async def test_what_cannot_be_tried_is_passed_on(client, headers, fakes, refusal, status):
    fakes.answers[TryHook] = refusal
    reply = await client.post("/v1/webhooks/9/test", headers=headers)
    assert reply.status_code == status
    assert reply.content_type == "application/problem+json"


async def test_a_hook_has_a_number(client, headers):
    assert (await client.post("/v1/webhooks/x/test", headers=headers)).status_code == 404
