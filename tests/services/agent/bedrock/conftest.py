"""The backend as it asks Bedrock, with the stand-in where AWS would be."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import trio

from services.standin import Standin, standin
from tests.certificates import certificate
from tests.ports import free_port
from tests.services.agent.sites import Worktree, worktree
from tests.services.models import read_once

MODEL = "eu.anthropic.claude-haiku-4-5"


@pytest.fixture
async def it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncGenerator[Standin]:
    """A stand-in that this process takes for Bedrock."""
    read_once(monkeypatch)
    async with standin(port=free_port()) as it:  # to be had again when it is killed
        for name, value in {
            "HOME": str(tmp_path),  # nobody's own ~/.aws
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": it.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"):
            monkeypatch.delenv(name, raising=False)
        yield it


@pytest.fixture
def site(tmp_path: Path) -> Worktree:
    return worktree(tmp_path)


@pytest.fixture
async def encrypted(
    it: Standin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncGenerator[str]:
    """The stand-in behind an end of TLS, and its address."""
    path = certificate(tmp_path / "certificate.pem", "127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)

    async def serve(client: trio.SSLStream[trio.SocketStream]) -> None:
        server = await trio.open_tcp_stream("127.0.0.1", it.port)
        async with server, client, trio.open_nursery() as nursery:
            nursery.start_soon(_pass_on, client, server, nursery.cancel_scope)
            nursery.start_soon(_pass_on, server, client, nursery.cancel_scope)

    async with trio.open_nursery() as nursery:
        serving = partial(trio.serve_ssl_over_tcp, serve, 0, context, host="127.0.0.1")
        listeners = await nursery.start(serving)
        port = listeners[0].transport_listener.socket.getsockname()[1]
        url = f"https://127.0.0.1:{port}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", url)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(path))
        yield url
        nursery.cancel_scope.cancel()


async def _pass_on(
    source: trio.abc.ReceiveStream, sink: trio.abc.SendStream, both: trio.CancelScope
) -> None:
    with suppress(trio.BrokenResourceError):
        async for data in source:
            await sink.send_all(data)
    both.cancel()
