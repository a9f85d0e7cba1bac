"""A local stand-in for the APIs of language models, for demos and tests without a key or network.

async with standin(Script([on("a page", [Use("Write", {...})], [Say("It is there.")])])) as it:
    ...  # clients ask it.url; it.requests is what they asked
"""

from services.standin.conversation import (
    Call,
    Conversation,
    Message,
    Other,
    Result,
    Text,
)
from services.standin.heard import Ending, Heard
from services.standin.script import (
    Drop,
    Fail,
    Pause,
    Reply,
    Rule,
    Say,
    Script,
    Think,
    Usage,
    Use,
    on,
)
from services.standin.server import Standin, standin

__all__ = [
    "Call",
    "Conversation",
    "Drop",
    "Ending",
    "Fail",
    "Heard",
    "Message",
    "Other",
    "Pause",
    "Reply",
    "Result",
    "Rule",
    "Say",
    "Script",
    "Standin",
    "Text",
    "Think",
    "Usage",
    "Use",
    "on",
    "standin",
]
