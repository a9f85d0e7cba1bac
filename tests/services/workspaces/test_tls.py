"""Over https a token is told to who can prove that it is meant, and to nobody else."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.messages import Fetch, OpenWorkspace, Push, ThreadKey
from services.workspaces import Credential
from services.workspaces.git import repository
from supervisor.desk import Refused
from tests.certificates import certificate
from tests.services.workspaces.conftest import Serving
from tests.services.workspaces.git_server import GitServer

TOKEN = "ghp_0123456789abcdef"


@pytest.fixture
def secure(
    tmp_path: Path, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[GitServer, Path]]:
    """A server that wants a token, and its certificate."""
    monkeypatch.setenv("SITE_TOKEN", TOKEN)
    path = certificate(tmp_path / "certificate.pem", "127.0.0.1")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with GitServer(tmp_path, tls).running() as server:
        server.tokens = {TOKEN}
        yield server, path


async def test_a_host_that_nobody_vouches_for_is_told_nothing(
    serving: Serving, key: ThreadKey, secure: tuple[GitServer, Path]
) -> None:
    server, _ = secure
    async with serving(credentials={server.host: Credential(env="SITE_TOKEN")}) as service:
        with pytest.raises(Refused, match=r"cannot clone .*certificate"):
            await service.ask(OpenWorkspace(key, f"{server.url}/remote.git"))
    assert (server.asked, server.authorizations) == ([], [])


async def test_a_host_that_is_vouched_for_is_told_the_token(
    serving: Serving, key: ThreadKey, secure: tuple[GitServer, Path]
) -> None:
    server, path = secure
    # For all of this process, which is why there is a certificate for each test.
    repository.pygit2.settings.ssl_cert_file = str(path)
    async with serving(credentials={server.host: Credential(env="SITE_TOKEN")}) as service:
        await service.ask(OpenWorkspace(key, f"{server.url}/remote.git"))
        assert (await service.ask(Push(key))).new
        await service.ask(Fetch(key))
    assert server.passwords == {TOKEN}
