"""A remote that lets in who has the right token: and the token is told to nobody else."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.messages import (
    CommitChanges,
    Fetch,
    Fetched,
    OpenWorkspace,
    Pull,
    Push,
    ReadGit,
    ThreadKey,
)
from services.workspaces import Credential
from supervisor.desk import Refused, Request
from tests.services.cloud import Cloud
from tests.services.workspaces.conftest import Elsewhere, Git, Service, Serving
from tests.services.workspaces.git_server import GitServer

TOKEN = "ghp_0123456789abcdef"
FROM_VARIABLE = Credential(env="SITE_TOKEN")


@pytest.fixture
def guarded(server: GitServer, monkeypatch: pytest.MonkeyPatch) -> GitServer:
    """A server that wants the token that is in the environment."""
    server.tokens = {TOKEN}
    monkeypatch.setenv("SITE_TOKEN", TOKEN)
    return server


def online(
    serving: Serving, server: GitServer, credential: Credential | None = FROM_VARIABLE
) -> AbstractAsyncContextManager[Service]:
    """The service as it may speak with a server."""
    table = {} if credential is None else {server.host: credential}
    return serving(schemes=("http", "file"), credentials=table)


async def refusal(service: Service, request: Request[object]) -> str:
    with pytest.raises(Refused) as refused:
        await service.ask(request)
    return str(refused.value)


async def test_with_the_right_token_a_thread_is_cloned_fetched_pulled_and_pushed(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, guarded: GitServer
) -> None:
    async with online(serving, guarded) as service:
        opened = await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
        (opened.root / "index.md").write_text("changed\n")
        commit = await service.ask(CommitChanges(key, "change"))
        pushed = await service.ask(Push(key))
        assert await service.ask(Fetch(key)) == Fetched(())
        await service.ask(Pull(key))
    assert commit is not None
    assert pushed.head == commit.hash == git(remote, "rev-parse", "thread-t1")
    assert guarded.passwords == {TOKEN}


async def test_the_token_is_in_no_file_no_log_and_no_refusal(
    serving: Serving, key: ThreadKey, remote: Path, guarded: GitServer, root: Path
) -> None:
    texts: list[str] = []
    with capture_logs() as logs:
        async with online(serving, guarded) as service:
            await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
            await service.ask(Push(key))
            guarded.tokens = {"another"}
            texts += [await refusal(service, each) for each in (Fetch(key), Push(key), Pull(key))]
            guarded.status = 500
            texts += [await refusal(service, each) for each in (Fetch(key), Push(key), Pull(key))]
            other = ThreadKey("acme", "eve", "t1")
            texts.append(await refusal(service, OpenWorkspace(other, f"{guarded.url}/remote.git")))
    assert TOKEN not in repr((logs, texts))
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []


async def test_a_wrong_token_is_given_up_at_once_and_leaves_nothing(
    serving: Serving, key: ThreadKey, remote: Path, guarded: GitServer, root: Path
) -> None:
    guarded.tokens = {"another"}
    async with online(serving, guarded) as service:
        text = await refusal(service, OpenWorkspace(key, f"{guarded.url}/remote.git"))
    assert text.startswith(f"cannot reach {guarded.host}: it refused the token from SITE_TOKEN; ")
    assert len(guarded.authorizations) == 1
    assert not (root / "acme/bob").exists()


async def test_without_a_token_it_says_what_to_set(
    serving: Serving,
    key: ThreadKey,
    remote: Path,
    guarded: GitServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SITE_TOKEN")
    request = OpenWorkspace(key, f"{guarded.url}/remote.git")
    async with online(serving, guarded) as service:
        assert "it wants a token and there is none; set SITE_TOKEN" in await refusal(
            service, request
        )
    async with online(serving, guarded, None) as service:
        assert f'options.credentials."{guarded.host}"' in await refusal(service, request)
    assert guarded.authorizations == []


async def test_a_host_that_wants_no_token_is_told_none(
    serving: Serving, key: ThreadKey, remote: Path, guarded: GitServer
) -> None:
    guarded.tokens = None
    async with online(serving, guarded) as service:
        await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
        await service.ask(Push(key))
    assert guarded.authorizations == []


async def test_a_repository_that_anybody_may_read_is_told_the_token_for_a_push(
    serving: Serving, key: ThreadKey, remote: Path, guarded: GitServer
) -> None:
    guarded.guarded = "git-receive-pack"
    async with online(serving, guarded) as service:
        await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
        await service.ask(Fetch(key))
        assert guarded.authorizations == []
        assert (await service.ask(Push(key))).new
    assert guarded.passwords == {TOKEN}


async def test_a_token_revoked_between_calls_is_a_refusal_until_there_is_a_new_one(
    serving: Serving,
    key: ThreadKey,
    remote: Path,
    guarded: GitServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with online(serving, guarded) as service:
        opened = await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
        guarded.tokens = {"renewed"}
        for request in (Fetch(key), Pull(key), Push(key)):
            assert "refused the token from SITE_TOKEN" in await refusal(service, request)
        state = await service.ask(ReadGit(key))
        monkeypatch.setenv("SITE_TOKEN", "renewed")
        assert await service.ask(Push(key))
    assert (state.head, state.upstream) == (opened.head, None)


async def test_a_rotated_secret_is_noticed_without_a_restart(
    serving: Serving, key: ThreadKey, remote: Path, server: GitServer, cloud: Cloud
) -> None:
    cloud.put("acme/site", f'{{"token": "{TOKEN}"}}')
    server.tokens = {TOKEN}
    credential = Credential(secret="acme/site", key="token", user="ann")
    async with online(serving, server, credential) as service:
        await service.ask(OpenWorkspace(key, f"{server.url}/remote.git"))
        server.tokens = {"rotated"}
        assert "refused the token from the secret acme/site" in await refusal(service, Fetch(key))
        cloud.put("acme/site", '{"token": "rotated"}')
        await service.ask(Fetch(key))
        server.authorizations.clear()
        await service.ask(Push(key))
    assert server.passwords == {"rotated"}


async def test_a_secret_that_cannot_be_read_is_a_refusal_that_says_so(
    serving: Serving, key: ThreadKey, remote: Path, guarded: GitServer, cloud: Cloud
) -> None:
    async with online(serving, guarded, Credential(secret="nothing")) as service:
        text = await refusal(service, OpenWorkspace(key, f"{guarded.url}/remote.git"))
    assert text.startswith("cannot read the secret nothing: ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("redirected", ["before it asks for a token", "afterwards"])
async def test_a_remote_that_sends_on_to_another_place_brings_no_token_there(
    serving: Serving,
    key: ThreadKey,
    remote: Path,
    guarded: GitServer,
    tmp_path: Path,
    host: str,
    redirected: str,
) -> None:
    with GitServer(tmp_path).running() as other:
        other.tokens = {TOKEN}
        async with online(serving, guarded) as service:
            await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
            guarded.redirect = f"http://{host}:{other.port}"
            if redirected == "before it asks for a token":
                guarded.tokens = None
            texts = [await refusal(service, each) for each in (Fetch(key), Push(key), Pull(key))]
            eve = ThreadKey("acme", "eve", "t1")
            texts.append(await refusal(service, OpenWorkspace(eve, f"{guarded.url}/remote.git")))
        assert other.authorizations == []
        # Another host is not even asked; another port of this one is, and gets no token.
        assert (other.asked == []) == (host == "localhost")
    assert all("use its new address" in text for text in texts)


async def test_a_repository_that_moved_at_its_host_is_found(
    serving: Serving, key: ThreadKey, remote: Path, guarded: GitServer
) -> None:
    guarded.moved = {"/old.git": "/remote.git"}
    async with online(serving, guarded) as service:
        await service.ask(OpenWorkspace(key, f"{guarded.url}/old.git"))
        await service.ask(Push(key))
    assert guarded.passwords == {TOKEN}


@pytest.mark.parametrize(
    ("status", "words"), [(404, "knows no such repository"), (403, "this token may not do that")]
)
async def test_what_the_remote_says_no_with_is_told_in_words(
    serving: Serving,
    key: ThreadKey,
    remote: Path,
    guarded: GitServer,
    status: int,
    words: str,
) -> None:
    async with online(serving, guarded) as service:
        await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
        guarded.status = status
        assert words in await refusal(service, Push(key))


async def test_an_address_that_may_no_longer_be_used_is_not(
    serving: Serving, key: ThreadKey, remote: Path, server: GitServer
) -> None:
    async with online(serving, server) as service:
        await service.ask(OpenWorkspace(key, f"{server.url}/remote.git"))
    server.asked.clear()
    async with serving(schemes=("http",), hosts=("example.com",)) as service:
        for request in (Fetch(key), Push(key), Pull(key)):
            assert "use one at example.com" in await refusal(service, request)
    assert server.asked == []


async def test_hosts_that_are_not_named_are_not_cloned_from(
    serving: Serving, key: ThreadKey, remote: Path, server: GitServer, root: Path
) -> None:
    async with serving(schemes=("http",), hosts=("example.com",)) as service:
        text = await refusal(service, OpenWorkspace(key, f"{server.url}/remote.git"))
    assert "use one at example.com" in text
    assert server.asked == []
    assert not (root / "acme/bob").exists()


async def test_repositories_that_are_not_named_are_not_cloned_from(
    serving: Serving, key: ThreadKey, remote: Path, server: GitServer, root: Path
) -> None:
    named = {"schemes": ("http",), "repositories": (f"{server.url}/acme/*",)}
    async with serving(**named) as service:
        text = await refusal(service, OpenWorkspace(key, f"{server.url}/remote.git"))
    assert f"use {server.url}/acme/*" in text
    assert server.asked == []
    assert not (root / "acme/bob").exists()


async def test_a_repository_that_is_no_more_named_is_left_alone(
    serving: Serving, key: ThreadKey, remote: Path, server: GitServer
) -> None:
    named = {"schemes": ("http",), "repositories": (f"{server.url}/remote",)}
    async with serving(**named) as service:
        await service.ask(OpenWorkspace(key, f"{server.url}/remote.git"))
        await service.ask(Fetch(key))
    server.asked.clear()
    async with serving(**{**named, "repositories": (f"{server.url}/acme/*",)}) as service:
        for request in (Fetch(key), Push(key), Pull(key)):
            assert "cannot use this repository" in await refusal(service, request)
    assert server.asked == []


async def test_what_a_remote_repeats_of_a_token_is_hidden(
    serving: Serving,
    key: ThreadKey,
    remote: Path,
    guarded: GitServer,
    elsewhere: Elsewhere,
) -> None:
    async with online(serving, guarded) as service:
        await service.ask(OpenWorkspace(key, f"{guarded.url}/remote.git"))
        guarded.hook("pre-receive", f"echo 'who is {TOKEN}?' >&2; exit 1")
        assert "who is [redacted]?" in await refusal(service, Push(key))
