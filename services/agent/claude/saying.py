"""The message that begins a turn, as the SDK sends it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import trio

from services.agent import prompts
from services.agent.backend import Turn


def message(turn: Turn) -> dict[str, Any]:
    """The user's message: images first, then the words."""
    images = [
        {
            "type": "image",
            "source": {
                "type": "base64",
                "media_type": image.media_type,
                "data": base64.b64encode(image.data).decode(),
            },
        }
        for image in turn.images
    ]
    content = [*images, {"type": "text", "text": prompts.said(turn)}]
    return {
        "type": "user",
        "message": {"role": "user", "content": content},
        "parent_tool_use_id": None,
    }


async def said(turn: Turn) -> AsyncIterator[dict[str, Any]]:
    """The same as the SDK takes it: as a stream of one."""
    await trio.lowlevel.checkpoint()
    yield message(turn)
