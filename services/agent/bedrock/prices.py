"""What the use of a model costs."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from services.agent.bedrock import Price, shorten
from services.messages import Usage


def price(prices: Mapping[str, Price], model: str) -> Price | None:
    """That of the longest pattern that fits the model's id."""
    fitting = [pattern for pattern in prices if fnmatchcase(model, pattern)]
    return prices[max(fitting, key=len)] if fitting else None


def estimated(asked: int, letters: int, cached: int) -> Mapping[str, int]:
    """About what an answer used whose bill did not come, which is billed all the same.

    `asked` are the tokens of the request, `cached` those of them that were in the cache before it,
    `letters` what was heard of the answer.
    """
    read = min(cached, asked)
    return {
        "inputTokens": asked - read,
        "outputTokens": shorten.of_letters(letters),
        "cacheReadInputTokens": read,
    }


def cached(counts: Mapping[str, int]) -> int:
    """The tokens of a request that are in the provider's cache after it."""
    return counts.get("cacheReadInputTokens", 0) + counts.get("cacheWriteInputTokens", 0)


def used(model: str, counts: Mapping[str, int], price: Price | None) -> Usage:
    """`counts` are in AWS's words; its input tokens are those that the cache had no part in."""
    fresh = counts.get("inputTokens", 0)
    said = counts.get("outputTokens", 0)
    read = counts.get("cacheReadInputTokens", 0)
    written = counts.get("cacheWriteInputTokens", 0)
    cost = 0.0
    if price is not None:
        cost = fresh * price.input + said * price.output
        cost += read * price.cache_read + written * price.cache_write
    return Usage(model, fresh, said, read, written, cost / 1_000_000)
