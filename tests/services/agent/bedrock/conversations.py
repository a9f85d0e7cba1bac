"""What Bedrock takes for a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from services.agent.bedrock.messages import (
    Call,
    Message,
    Result,
    Text,
    Thought,
    assistant,
    user,
)


def check(messages: Sequence[Message]) -> None:
    """The rules of Converse: roles take turns, and each call has its result in the next message."""
    assert messages[0].role == "user"
    for message, following in zip(messages, [*messages[1:], None], strict=True):
        assert message.blocks
        calls = [call.id for call in message.calls]
        if following is None:
            assert not calls
            return
        assert message.role != following.role
        results = [block.id for block in following.blocks if isinstance(block, Result)]
        assert sorted(results) == sorted(calls)


@st.composite
def turns(draw: st.DrawFn, *, whole: bool = True) -> list[Message]:
    """A turn as it is kept, or as it is at some moment while it runs."""
    texts = st.text(max_size=2000)
    messages = [user(Text(draw(texts)))]
    for step in range(draw(st.integers(0, 4))):
        ids = [f"c{step}-{n}" for n in range(draw(st.integers(1, 3)))]
        calls = [Call(id, "write", {"path": "a", "text": draw(texts)}) for id in ids]
        messages.append(assistant(Thought(draw(texts), "s"), Text(draw(texts)), *calls))
        messages.append(user(*(Result(id, draw(texts)) for id in ids)))
    if whole:
        return [*messages, assistant(Text(draw(texts)))]
    return messages[: draw(st.integers(1, len(messages)))]
