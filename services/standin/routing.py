"""Which request is which: the routes of the three APIs. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from services.standin.anthropic import request as anthropic
from services.standin.anthropic.events import Events
from services.standin.anthropic.wires import InvokeWire, MessagesWire
from services.standin.conversation import Conversation, estimate
from services.standin.converse import request as converse
from services.standin.converse.wire import ConverseWire
from services.standin.errors import aws_failed, failed
from services.standin.script import Fail
from services.standin.validity import check
from services.standin.wire import BadRequest, Whole, Wire

# Behind any prefix: a base address may have a path, as Bedrock's has for the Messages API.
_MESSAGES = re.compile(r"/v1/messages(/count_tokens)?$")
_MODEL = re.compile(
    r"/model/([^/]+)/"
    r"(converse|converse-stream|invoke|invoke-with-response-stream|count-tokens)$"
)
# Claude Code looks for the profiles of its models here. With none listed it takes its own names.
_PROFILES = "/inference-profiles"
_NO_PROFILES = b'{"inferenceProfileSummaries": []}'
_GREETING = (
    b'{"service": "a stand-in for the APIs of language models: there is no model behind it"}'
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A model is asked for a reply."""

    conversation: Conversation
    wire: Wire
    streaming: bool


def understand(method: str, target: str, body: bytes, id: str) -> Asked | Whole:
    """What a request asks for, or its answer where no model is needed.

    `id` is for the message to come.
    """
    path = target.partition("?")[0]
    try:
        if found := _MESSAGES.search(path):
            return _no_post(method, failed) or _messages(body, id, counting=bool(found[1]))
        if found := _MODEL.search(path):
            model = unquote(found[1])
            return _no_post(method, aws_failed) or _bedrock(model, found[2], body, id)
    except BadRequest as error:
        aws = _MODEL.search(path)
        return (aws_failed if aws else failed)(Fail(400, str(error)))
    if method in ("GET", "HEAD"):
        if path == "/":
            return Whole(200, _GREETING)
        if path == _PROFILES:
            return Whole(200, _NO_PROFILES)
    return failed(Fail(404, f"there is nothing at {method} {path}"))


def _no_post(method: str, failed: Callable[[Fail], Whole]) -> Whole | None:
    return None if method == "POST" else failed(Fail(405, "it takes a POST"))


def _messages(body: bytes, id: str, *, counting: bool) -> Asked | Whole:
    conversation, streaming = anthropic.read(body)
    check(conversation)
    if counting:
        return _counted("input_tokens", conversation.tokens)
    return Asked(conversation, MessagesWire(Events(id, conversation.model)), streaming)


def _bedrock(model: str, action: str, body: bytes, id: str) -> Asked | Whole:
    match action:
        case "converse" | "converse-stream":
            conversation = converse.read(body, model)
            check(conversation, converse=True)
            return Asked(conversation, ConverseWire(), action == "converse-stream")
        case "count-tokens":
            return _counted("inputTokens", estimate(len(body)))
        case _:
            conversation, _ = anthropic.read(body, model)
            check(conversation)
            streaming = action == "invoke-with-response-stream"
            return Asked(conversation, InvokeWire(Events(id, model)), streaming)


def _counted(key: str, tokens: int) -> Whole:
    return Whole(200, json.dumps({key: tokens}).encode())
