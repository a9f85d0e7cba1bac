"""What the webhook of the mode "notify" gets, at a real receiver."""

import socket

import pytest

from services.aws import Task
from services.idle.telling import of_idleness, tell
from supervisor.desk import Refused
from tests.services.posting.receiver import SECRET, answer, receiving

TASK = Task("edits", "arn:aws:ecs:eu-central-1:123456789012:task/edits/f00", "editor", "5")


def notice(task=None, now=1_700_000_300.0):
    return of_idleness("idle for 5 minutes", 1_700_000_000.4, now, "r1", task)


async def test_it_is_signed_and_says_who_is_idle_since_when():
    async with receiving() as receiver:
        await tell(f"http://127.0.0.1:{receiver.port}/idle", SECRET, notice(TASK))
    [received] = receiver.received
    assert received.is_signed()
    assert received.id == "idle_r1_1700000000"
    assert received.event == {
        "type": "idle.end",
        "timestamp": "2023-11-14T22:18:20Z",
        "data": {
            "reason": "idle for 5 minutes",
            "since": "2023-11-14T22:13:20.400000Z",
            "host": socket.gethostname(),
            "task": {"arn": TASK.arn, "cluster": "edits", "family": "editor"},
        },
    }


def test_the_same_idleness_keeps_its_id():
    assert notice(now=1_700_009_999.0).id == notice(TASK).id


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (answer(500), "it answered 500"),
        (answer(410), "it answered 410"),
        (b"", "connection failed"),
    ],
)
async def test_who_does_not_take_it_is_a_refusal(said, text):
    async with receiving(said) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/a-path-that-is-a-secret"
        with pytest.raises(Refused, match=text) as refused:
            await tell(url, SECRET, notice())
    assert str(refused.value).startswith(f"cannot tell 127.0.0.1:{receiver.port} that nobody")
    assert "secret" not in str(refused.value)


async def test_a_secret_in_aws_is_read_each_time_and_all_that_is_in_it_signs(cloud):
    async with receiving() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/"
        cloud.put("idle", f"{SECRET}\n{SECRET[::-1]}")
        await tell(url, "secretsmanager:idle", notice())
        cloud.put("idle", "another secret of this length")
        await tell(url, "secretsmanager:idle", notice())
    both, other = receiver.received
    assert both.headers["webhook-signature"].count("v1,") == 2
    assert both.is_signed()
    assert not other.is_signed()


@pytest.mark.parametrize(
    ("secret", "text"),
    [("short", "cannot use the token in the secret idle"), ("whsec_" + "!" * 20, "no base64")],
)
async def test_a_secret_that_cannot_sign_is_a_refusal(cloud, secret, text):
    cloud.put("idle", secret)
    with pytest.raises(Refused, match=text) as refused:
        await tell("http://127.0.0.1:9/", "secretsmanager:idle", notice())
    assert secret not in str(refused.value)


async def test_a_secret_that_aws_does_not_have_is_a_refusal(cloud):
    with pytest.raises(Refused, match="cannot read the secret idle"):
        await tell("http://127.0.0.1:9/", "secretsmanager:idle", notice())
