"""The operator's tokens from AWS Secrets Manager: moto's server in its place, the real boto3."""

from __future__ import annotations

import json

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs

from services.keyring import referred
from services.keyring.given import given_tokens
from services.keyring.referred import AGAIN, EVERY, PATIENCE, SOONEST, Referred
from services.keyring.ring import Keyring
from supervisor.desk import Refused
from tests.services.cloud import Cloud

GIVEN = "secretsmanager:acme/operator#NURSERYD_TOKEN"
FIRST, SECOND = "first-of-sixteen-or-more", "second-of-sixteen-or-more"


def put(cloud: Cloud, text: str) -> None:
    cloud.put("acme/operator", json.dumps({"NURSERYD_TOKEN": text}))


def test_a_token_that_is_given_is_no_reference() -> None:
    assert given_tokens("t0ken") == ("t0ken",)
    assert Keyring("t0ken").all == ("t0ken",)


def test_a_secret_has_one_token_a_line_the_current_one_first(cloud: Cloud) -> None:
    put(cloud, f"{SECOND}\n{FIRST}\n")
    assert given_tokens(GIVEN) == (SECOND, FIRST)


@pytest.mark.parametrize("text", ["", " \n", "too-short", f"{FIRST}\nshort"])
def test_a_token_that_can_be_guessed_is_refused_and_not_repeated(cloud: Cloud, text: str) -> None:
    put(cloud, text)
    with pytest.raises(Refused, match=r"the secret acme/operator \(key NURSERYD_TOKEN\): put one"):
        given_tokens(GIVEN)


class Vault:
    """Secrets Manager without its network, so that time can jump."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.text: str | None = None
        self.reads: list[float] = []
        monkeypatch.setattr(referred, "given_tokens", self._read)

        async def run_sync(function, *arguments, **_):
            await trio.lowlevel.checkpoint()
            return function(*arguments)

        monkeypatch.setattr(trio.to_thread, "run_sync", run_sync)

    def _read(self, given: str) -> tuple[str, ...]:
        assert given == GIVEN
        self.reads.append(trio.current_time())
        if self.text is None:
            raise Refused("cannot read the secret acme/operator: nobody is there")
        return (self.text,)


@pytest.fixture
def vault(monkeypatch):
    return Vault(monkeypatch)


async def test_it_is_good_from_the_first_answer_and_hidden_in_the_log(
    vault, nursery, autojump_clock
):
    vault.text, hidden, ring = FIRST, [], Keyring(GIVEN)
    assert ring.at(0) == ()
    it = Referred(ring, GIVEN, hidden.append)
    nursery.start_soon(it.follow)
    await it.looked()
    assert (ring.current, hidden) == (FIRST, [FIRST])


async def test_a_rotated_one_is_seen_in_time(vault, nursery, autojump_clock):
    vault.text, ring = FIRST, Keyring(GIVEN)
    nursery.start_soon(Referred(ring, GIVEN, print).follow)
    await trio.sleep(1)
    vault.text = SECOND
    ring.at(1e9)
    await trio.sleep(EVERY - 2)
    assert (ring.all, len(vault.reads)) == ((FIRST,), 1)
    await trio.sleep(2)
    assert ring.all == (SECOND,)


async def test_a_token_that_was_refused_has_it_read_sooner_but_not_at_once(
    vault, nursery, autojump_clock
):
    vault.text, ring, began = FIRST, Keyring(GIVEN), trio.current_time()
    nursery.start_soon(Referred(ring, GIVEN, print).follow)
    await trio.sleep(1)
    vault.text = SECOND
    for _ in range(1000):
        assert not ring.look(1.0)
    await trio.sleep(SOONEST)
    assert ring.all == (SECOND,)
    assert [when - began for when in vault.reads] == [0, SOONEST]
    await trio.sleep(EVERY / 2)
    ring.look(2.0)
    await trio.testing.wait_all_tasks_blocked()
    assert len(vault.reads) == 3


async def test_where_aws_is_not_reached_it_tries_again_and_keeps_what_it_has(
    vault, nursery, autojump_clock
):
    ring, began = Keyring(GIVEN), trio.current_time()
    it = Referred(ring, GIVEN, print)
    with capture_logs() as logs:
        nursery.start_soon(it.follow)
        await trio.sleep(sum(AGAIN) + 0.5)
        assert {entry["event"] for entry in logs} == {"operator's token not read"}
        gaps = [sum(AGAIN[:number]) for number in range(len(AGAIN) + 1)]
        assert [when - began for when in vault.reads] == gaps
        vault.text = FIRST
        await trio.sleep(AGAIN[-1])
        vault.text = None
        await trio.sleep(EVERY + 1)
    assert ring.all == (FIRST,)
    assert len(logs) == len(gaps) + 2


async def test_nobody_waits_longer_than_that_for_aws(nursery, autojump_clock, monkeypatch):
    async def never(*_arguments, **_more):
        await trio.sleep_forever()

    monkeypatch.setattr(trio.to_thread, "run_sync", never)
    it = Referred(Keyring(GIVEN), GIVEN, print)
    nursery.start_soon(it.follow)
    began = trio.current_time()
    await it.looked()
    assert trio.current_time() - began == PATIENCE


async def test_there_is_nothing_to_wait_for_where_the_token_is_given(autojump_clock):
    it = Referred(Keyring(FIRST), FIRST, print)
    await it.follow()
    began = trio.current_time()
    await it.looked()
    assert trio.current_time() == began
