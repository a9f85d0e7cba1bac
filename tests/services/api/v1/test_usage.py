"""What turns cost, for those who pay."""

import pytest

from services.messages import Budgets, ReadBudgets, ReadUsage, Usage, UsageEntry

USAGE = "/v1/usage/acme/ann"


def entry(day, thread, turn, model, cost):
    return UsageEntry(day, thread, turn, "claude", Usage(model, 1, 2, 3, 4, cost), 1.5)


async def test_usage_is_summed_by_day_thread_and_model(client, headers, fakes):
    fakes.answers[ReadUsage] = (
        entry("2026-01-30", "t2", "a", "large", 0.1),
        entry("2026-01-31", "t1", "b", "small", 0.2),
        entry("2026-01-31", "t1", "b", "large", 0.4),
    )
    fakes.answers[ReadBudgets] = Budgets(turn=1.0, day=5.0, spent=0.1 + 0.2)
    reply = await client.get(f"{USAGE}?since=2026-01-30&until=2026-01-31", headers=headers)
    assert reply.status_code == 200
    body = await reply.get_json()

    def total(turns, entries, cost):
        tokens = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
        counted = {name: each * entries for each, name in enumerate(tokens, 1)}
        return {"turns": turns, **counted, "cost": cost, "seconds": 1.5 * entries}

    assert body["total"] == total(2, 3, 0.7)
    assert body["days"] == [
        {"day": "2026-01-30", **total(1, 1, 0.1)},
        {"day": "2026-01-31", **total(1, 2, 0.6)},
    ]
    assert body["threads"] == [
        {"threadId": "t1", **total(1, 2, 0.6)},
        {"threadId": "t2", **total(1, 1, 0.1)},
    ]
    assert body["models"] == [
        {"model": "large", **total(2, 2, 0.5)},
        {"model": "small", **total(1, 1, 0.2)},
    ]
    assert [entry["turnId"] for entry in body["entries"]] == ["a", "b", "b"]
    assert body["entries"][0] == {
        "day": "2026-01-30",
        "threadId": "t2",
        "turnId": "a",
        "backend": "claude",
        "model": "large",
        "inputTokens": 1,
        "outputTokens": 2,
        "cacheReadTokens": 3,
        "cacheWriteTokens": 4,
        "cost": 0.1,
        "seconds": 1.5,
    }
    assert body["budgets"] == {
        "turn": 1.0,
        "thread": None,
        "day": 5.0,
        "spentToday": 0.3,
        "leftToday": 4.7,
    }
    assert fakes.asked == [
        ReadUsage("acme", "ann", "2026-01-30", "2026-01-31"),
        ReadBudgets("acme", "ann"),
    ]
    assert fakes.activities() == []


async def test_no_usage_is_nothing_in_all(client, headers, fakes):
    fakes.answers = {ReadUsage: (), ReadBudgets: Budgets()}
    body = await (await client.get(USAGE, headers=headers)).get_json()
    assert (body["total"]["turns"], body["total"]["cost"], body["days"]) == (0, 0.0, [])
    assert set(body["budgets"].values()) == {None, 0.0}
    assert fakes.asked[0] == ReadUsage("acme", "ann")


async def test_nothing_is_left_of_a_day_on_which_more_was_spent(client, headers, fakes):
    fakes.answers = {ReadUsage: (), ReadBudgets: Budgets(day=1.0, spent=1.5)}
    body = await (await client.get(USAGE, headers=headers)).get_json()
    assert body["budgets"]["leftToday"] == 0.0


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "since=20260131",
        "since=2026-W05-6",
        "since=2026-02-30",
        "until=",
        "since=2026-02-01&until=2026-01-31",
    ],
)
async def test_days_that_cannot_be_used_are_bad_input(client, headers, fakes, query):
    reply = await client.get(f"{USAGE}?{query}", headers=headers)
    assert reply.status_code == 400
    assert fakes.asked == []
