"""What a call costs."""

from __future__ import annotations

import pytest

from services.agent.bedrock import Price
from services.agent.bedrock.prices import price, used
from services.messages import Usage

HAIKU = Price(input=1, output=5, cache_read=0.1, cache_write=1.25)
ANY = Price(input=3, output=15)
COUNTS = {
    "inputTokens": 1_000_000,
    "outputTokens": 200_000,
    "cacheReadInputTokens": 2_000_000,
    "cacheWriteInputTokens": 800_000,
    "totalTokens": 4_000_000,
}


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", HAIKU),
        ("arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-haiku-4-5", HAIKU),
        ("anthropic.claude-opus", ANY),
        ("amazon.nova-lite-v1:0", None),
    ],
)
def test_the_longest_pattern_that_fits_counts(model: str, found: Price | None):
    assert price({"*claude*": ANY, "*claude-haiku*": HAIKU}, model) == found


def test_each_kind_of_token_has_its_price():
    assert used("m", COUNTS, HAIKU) == Usage("m", 1_000_000, 200_000, 2_000_000, 800_000, 3.2)
    assert used("m", COUNTS, None).cost == 0
    assert used("m", {}, HAIKU) == Usage("m")
