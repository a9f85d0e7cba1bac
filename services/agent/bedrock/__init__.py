"""An agent backend over Amazon Bedrock, with tools of its own: for an image without Claude's CLI.

The credentials are the environment's. The role needs `bedrock:InvokeModelWithResponseStream` for
the model and, where the model is an inference profile, for the models behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

if TYPE_CHECKING:
    from services.agent.backend import Backend

_Dollars = Annotated[float, Meta(ge=0)]
_Count = Annotated[int, Meta(ge=1)]
_Share = Annotated[float, Meta(ge=0, le=1)]


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars for a million tokens; what comes from the cache or goes there costs otherwise."""

    input: _Dollars
    output: _Dollars
    cache_read: _Dollars = 0.0
    cache_write: _Dollars = 0.0


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`model` is the id of a model or of an inference profile, or an ARN; a turn may name another.

    `region` is the environment's where it is None. A reply has `max_tokens` at most, and a turn
    `max_steps` replies. `context_tokens` is about what a conversation may be long, before old
    turns in it are shortened. `prices` are by patterns of model ids, as `*claude-haiku*`, the
    longest that fits; what has no price costs nothing. `additional_fields` are sent as
    `additionalModelRequestFields`. `cache` is to be off for a model that knows no prompt caching.

    A model that says nothing for `silence` seconds is given up, and a call that fails in a way
    that may pass is made `attempts` times. `streams` is how many turns may ask at a time.
    """

    model: str = ""
    region: str | None = None
    max_tokens: _Count = 8192
    max_steps: _Count = 50
    temperature: _Share | None = None
    top_p: _Share | None = None
    additional_fields: dict[str, Any] = {}
    context_tokens: Annotated[int, Meta(ge=10_000)] = 150_000
    cache: bool = True
    cache_ttl: Literal["5m", "1h"] | None = None
    prices: dict[str, Price] = {}
    silence: Annotated[float, Meta(gt=0)] = 120.0
    attempts: _Count = 6
    streams: _Count = 32


def unready(options: Options) -> str | None:
    """Why the options do not say what to ask, or None."""
    if options.model:
        return None
    return (
        "cannot use the agent backend 'bedrock' without a model: name one in `bedrock.model`, or"
        " set AGENT_MODEL"
    )


def make(options: Options) -> Backend:
    """The backend. A turn that nobody names a model for fails."""
    from services.agent.bedrock.backend import Bedrock

    return Bedrock(options)
