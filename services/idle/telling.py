"""Tells a server that nobody uses the container, so that it can end it."""

from __future__ import annotations

import socket
import time

import trio

from services.aws import Task
from services.keyring.given import given_tokens
from services.moments import instant
from services.posting import signing, target
from services.posting.notice import Notice
from supervisor.desk import Refused
from supervisor.importing import load_aside


def of_idleness(reason: str, since: float, now: float, run: str, task: Task | None) -> Notice:
    """What it is told; `since` is when somebody last did something, both in Unix seconds.

    The `id` stays the same for as long as nobody does anything.
    """
    data = {
        "reason": reason,
        "since": instant(since),
        "host": socket.gethostname(),
        "task": None
        if task is None
        else {"arn": task.arn, "cluster": task.cluster, "family": task.family},
    }
    return Notice(f"idle_{run}_{since:.0f}", "idle.end", now, data)


async def tell(url: str, secret: str, notice: Notice) -> None:
    """Send it, signed by the secret, or by each of those in the one of AWS that it refers to.

    Raises `Refused`; cancelled, it may have arrived.
    """
    secrets = await trio.to_thread.run_sync(given_tokens, secret, abandon_on_cancel=True)
    await load_aside("services.posting.sending")
    from services.posting.sending import Sender  # with http.client, which takes 20 ms

    try:
        headers = signing.headers(notice.id, int(time.time()), notice.body, secrets)
    except ValueError as error:
        raise Refused(f"cannot sign what {target.host_of(url)} is told: {error}") from None
    answer = await Sender(url).send(headers, notice.body)
    if not answer.took_it:
        why = answer.error or f"it answered {answer.status}"
        raise Refused(f"cannot tell {target.host_of(url)} that nobody is here: {why}")
