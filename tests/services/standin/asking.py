"""Clients of a stand-in: plain HTTP, and the real boto3, each in a worker thread."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3.session
import trio
from botocore.config import Config

T = TypeVar("T")
MODEL = "us.anthropic.claude-sonnet-5-v1:0"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Of a stream of server-sent events, as their data."""
        lines = self.body.decode().splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


async def post(url: str, path: str, body: object) -> Reply:
    """One request over a connection of its own. Raises `http.client.HTTPException`, `OSError`."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await request(url, "POST", path, data)


async def request(url: str, method: str, path: str, body: bytes | None = None) -> Reply:
    def ask() -> Reply:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, headers, answer.read())
        finally:
            connection.close()

    return await trio.to_thread.run_sync(ask)


def user(*parts: str | dict[str, Any]) -> dict[str, Any]:
    """A message in Anthropic's form."""
    content = [{"type": "text", "text": it} if isinstance(it, str) else it for it in parts]
    return {"role": "user", "content": content}


def called(id: str, name: str = "Edit", **input: Any) -> dict[str, Any]:
    block = {"type": "tool_use", "id": id, "name": name, "input": input}
    return {"role": "assistant", "content": [block]}


def result(id: str, text: str = "done") -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id, "content": text}


@contextmanager
def _client(url: str) -> Iterator[Any]:
    """boto3's, without retries, and with nobody's own configuration."""
    client = boto3.session.Session().client(
        "bedrock-runtime",
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=30, proxies={}),
    )
    try:
        yield client
    finally:
        client.close()


async def bedrock(url: str, work: Callable[[Any], T]) -> T:
    """What `work` makes of the client."""

    def ask() -> T:
        with _client(url) as client:
            return work(client)

    return await trio.to_thread.run_sync(ask)


async def converse(url: str, text: str, **more: Any) -> list[dict[str, Any]]:
    """The events of `converse_stream`."""
    messages = [{"role": "user", "content": [{"text": text}]}]

    def ask(client: Any) -> list[dict[str, Any]]:
        answer = client.converse_stream(**{"modelId": MODEL, "messages": messages} | more)
        with closing(answer["stream"]) as stream:
            return list(stream)

    return await bedrock(url, ask)
