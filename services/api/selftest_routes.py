"""Whether people reach their previews: the route of the self-test."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from quart import Blueprint, request

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.errors import Problem
from services.api.reading import number
from services.api.schema import thread_key
from services.messages import SCRATCH, Findings, SelfTest, ThreadKey

LONGEST_PATIENCE = 600  # seconds

Reply = tuple[dict[str, Any], int]


def selftest_routes(asking: Asking, addresses: Addresses) -> Blueprint:
    routes = Blueprint("selftest", __name__)

    @routes.get("/v1/preview/selftest")
    async def selftest() -> Reply:
        patience = number("patience", 0)
        if patience > LONGEST_PATIENCE:
            raise Problem(400, f"cannot be patient for longer than {LONGEST_PATIENCE} s")
        key = _thread()
        address = addresses.to_open(key.preview_id, time.time())
        wanted = SelfTest(address, key, addresses.token, patience)
        return reply(await asking.ask("doctor", wanted))

    return routes


def _thread() -> ThreadKey:
    named = request.args.get("thread")
    if named is None:
        return SCRATCH
    ids = named.split("/")
    if len(ids) != 3:
        raise Problem(400, "cannot use ?thread=: it is clientId/userId/threadId")
    return thread_key(*ids)


def reply(findings: Findings) -> Reply:
    """200 where every hop was passed, 422 where one failed; the findings are in both."""
    told: dict[str, Any] = {"success": True, "findings": msgspec.to_builtins(findings)}
    if (failed := findings.failed) is None:
        return told, 200
    error = f"{failed.name}: {failed.seen}. {failed.cause} {failed.advice}"
    return told | {"success": False, "error": error}, 422
