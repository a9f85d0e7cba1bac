"""Whether people reach their previews: the route of the self-test."""

from __future__ import annotations

import time
from typing import Annotated

from msgspec import Meta
from quart import Blueprint

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.auth import asker, permit, permit_change
from services.api.errors import Problem
from services.api.operation import Needs, operation
from services.api.shapes import Query, Reply, thread_key
from services.messages import EVERYTHING, SCRATCH, Findings, Scope, SelfTest, ThreadKey

LONGEST_PATIENCE = 600  # seconds


class Way(Query, frozen=True, kw_only=True):
    thread: Annotated[str | None, Meta(description="clientId/userId/threadId")] = None
    patience: Annotated[
        int, Meta(ge=0, le=LONGEST_PATIENCE, description="seconds in which nothing is sent")
    ] = 0

    @property
    def key(self) -> ThreadKey | None:
        """The thread that is named; raises `Problem` for what names none."""
        if self.thread is None:
            return None
        ids = self.thread.split("/")
        if len(ids) != 3:
            raise Problem(400, "cannot use ?thread=: it is clientId/userId/threadId")
        return thread_key(*ids)


class SelfTestReply(Reply, frozen=True, kw_only=True):
    """What was found on the way to the preview, hop by hop."""

    findings: Findings


def selftest_routes(asking: Asking, addresses: Addresses) -> Blueprint:
    routes = Blueprint("selftest", __name__)

    @routes.get("/v1/preview/selftest")
    @operation(
        "testPreview", SelfTestReply, query=Way, needs=Needs.ANYONE, problems=(409, 422, 503)
    )
    async def selftest(query: Way) -> SelfTestReply:
        """Walk the way from the public address to a preview, as a browser would.

        With `thread`, `clientId/userId/threadId`, to that one's; without, which takes the
        operator's token, to a scratch thread that is made for it, edited and deleted. With
        `patience` the HMR socket has to stay open through so many seconds in which nothing is
        sent. 422 with the `findings` where a hop failed: what was seen, the usual cause, and what
        to do. A preview that sleeps wakes, so this takes a token that may change something.
        """
        permit_change()
        named = query.key
        permit(EVERYTHING if named is None else Scope.of(named))
        key = named or SCRATCH
        address = addresses.to_open(key.preview_id, asker(), time.time())
        wanted = SelfTest(address, key, addresses.token, query.patience)
        return passed(await asking.ask("doctor", wanted))

    return routes


def passed(findings: Findings) -> SelfTestReply:
    """Raises `Problem` with the findings where a hop failed."""
    if (failed := findings.failed) is None:
        return SelfTestReply(findings=findings)
    told = f"{failed.name}: {failed.seen}. {failed.cause} {failed.advice}"
    raise Problem(422, told, more={"findings": findings})
