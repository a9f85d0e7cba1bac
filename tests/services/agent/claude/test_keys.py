"""A key that is in AWS Secrets Manager, by real boto3 from moto's server, and the real CLI."""

from __future__ import annotations

import json

import pytest
import trio

from services.agent.backend import BackendError
from services.standin import Fail, Reply, Say, Script, Use, on
from services.standin import Usage as Used
from tests.services.agent.claude.conftest import PATIENCE, FakeHost
from tests.services.cloud import Cloud

pytestmark = pytest.mark.system

RETRIES = 1  # of the desk's options
PAGE = Use("Write", {"file_path": "{cwd}/src/pages/new.astro", "content": "x"})


def put(cloud: Cloud, **keys: str) -> None:
    cloud.put("acme/models", json.dumps(keys))


@pytest.fixture
def talk(desk, cloud):
    """Runs turns one after the other by one backend: what they say, or why they fail."""
    desk.extra = {"ANTHROPIC_API_KEY": "secretsmanager:acme/models#anthropic"}
    backend = desk.backend()

    async def talk(instruction: str) -> FakeHost:
        host = FakeHost(root=desk.root)
        with trio.fail_after(PATIENCE):
            await backend.run(desk.turn(instruction), host)
        return host

    return talk


class Refusing(Script):
    """One that refuses as often as the CLI tries it with one key, and then answers."""

    asked = 0

    def reply(self, *conversation) -> Reply:
        Refusing.asked += 1
        if Refusing.asked <= 1 + RETRIES:
            return Reply([Fail(401, "who are you")])
        return super().reply(*conversation)


def shown(desk) -> list[str]:
    """The keys that the model's API was shown, each once."""
    keys = (it.get("x-api-key") for it in desk.api.requests if it.conversation is not None)
    return list(dict.fromkeys(keys))


async def test_a_key_is_read_from_where_the_variable_says_and_kept_out_of_the_log(
    desk, cloud, talk
):
    put(cloud, anthropic="first-key")
    desk.script(on("page", [Say("Hello.")]))
    assert (await talk("A page")).text == "Hello."
    assert shown(desk) == ["first-key"]
    assert desk.harness.output.redactor.text("x first-key x") == "x [redacted] x"


async def test_a_refused_key_is_read_anew_and_the_turn_goes_on_with_it(desk, cloud, talk):
    put(cloud, anthropic="first-key")
    desk.script(on("hello", [Say("Hello.")]))
    await talk("Please say hello")
    put(cloud, anthropic="second-key")
    desk.api.script = Refusing((on("page", [Say("It is there.")]),))
    host = await talk("A page")
    assert host.text == "It is there."
    assert shown(desk) == ["first-key", "second-key"]


async def test_a_refused_key_that_was_not_rotated_is_told_of(desk, cloud, talk):
    put(cloud, anthropic="first-key")
    desk.script(on("page", [Fail(401, "who are you")]))
    with pytest.raises(BackendError, match="does not accept the key"):
        await talk("A page")
    assert shown(desk) == ["first-key"]


async def test_a_turn_at_work_is_not_begun_anew_with_another_key(desk, cloud, talk):
    put(cloud, anthropic="first-key")
    dear = Used(input=1000, output=10)
    desk.script(
        on("hello", [Say("Hello.")]),
        on("page", Reply([PAGE], usage=dear), Reply([Fail(401, "who are you")])),
    )
    await talk("Please say hello")
    put(cloud, anthropic="second-key")
    with pytest.raises(BackendError, match="does not accept the key"):
        await talk("A page")
    assert shown(desk) == ["first-key"]


async def test_without_the_secret_the_turn_says_which_one_is_missing(desk, talk):
    with pytest.raises(BackendError, match="no ANTHROPIC_API_KEY: cannot read the secret acme/mo"):
        await talk("A page")


@pytest.mark.parametrize("wire", ["bedrock"])
async def test_a_key_that_is_not_used_is_not_read(desk, talk):
    desk.script(on("page", [Say("Hello.")]))
    assert (await talk("A page")).text == "Hello."
