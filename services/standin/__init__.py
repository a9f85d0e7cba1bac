"""A local stand-in for the APIs of language models, for demos and tests without a key or network.

It speaks three wires over one brain, as the real clients want them:

- Anthropic's Messages API (`/v1/messages`, with a stream or not, and `count_tokens`);
- Claude on Bedrock, as Claude Code asks it (`/model/{id}/invoke-with-response-stream`, `invoke`);
- Bedrock's Converse, as boto3 asks it (`/model/{id}/converse-stream`, `converse`).

The brain is a `Script`: rules that say, by a regular expression on what the person said last, which
texts and tool calls come back, one reply for each round of tool results; and how it goes wrong:
errors over HTTP and in mid-stream, connections that are cut, silence. Credentials and signatures
are not looked at; conversations that the real services refuse are refused.

As a program (`python -m services.standin --help`) it takes a script in TOML: `loading.py` has the
format. In a test it runs inside:

    script = Script([
        on("headline", [Use("Edit", {"file_path": "{cwd}/a.astro", ...})], [Say("It is new.")]),
        on("slow", [Say("one word after the other", pause=0.2), Pause()]),
        on("busy", Reply([Say("There.")], before=[Reply([Fail(429, retry_after=1)])])),
    ])
    async with standin(script, directory=site) as it:
        ...  # a client asks it.url
        await it.until(lambda: it.requests[-1].hung_up)
        assert "a secret" not in it.requests[0].text
"""

from services.standin.conversation import Call, Conversation, Message, Other, Result, Text
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
