"""Whoever looks at services over the control socket sees no secret, but who asks for one."""

from __future__ import annotations

import json
import xmlrpc.client
from pathlib import Path
from typing import Any

import pytest
import trio

from supervisor.control import Looked, ReportHealth
from supervisor.model import State
from tests.supervisor.inside import Inside, inside, request, say
from tests.supervisor.real import PATIENCE

SECRET = "Tr0ub4dor-'\"\\&3"
TOML = f"""
[supervisor]
secrets = ["PASSWORD"]

[service.db]
kind = "process"
command = ["sh", "-c", "sleep 1000", {json.dumps(f"--password={SECRET}")}]
environment = {{ PASSWORD = {json.dumps(SECRET)} }}

[service.weak]
kind = "process"
command = ["sh", "-c", "exit 3"]
restart = "never"
autostart = false

[health.db]
service = "db"
tcp = "127.0.0.1:1"
period = 1000.0
"""


@pytest.fixture
async def it(tmp_path: Path):
    with trio.fail_after(PATIENCE):
        async with inside(tmp_path, TOML) as it:
            await it.until("db", State.RUNNING)
            yield it


async def ask(it: Inside, method: str, path: str) -> str:
    answer = await say(it.path, request(method, path))
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    return answer.decode()


def body(answer: str) -> Any:
    return json.loads(answer.partition("\r\n\r\n")[2])


async def test_what_is_declared_is_shown_without_its_secrets(it: Inside) -> None:
    for path in ("/v1/services/db/spec", "/v1/specs"):
        told = await ask(it, "GET", path)
        assert "Tr0ub4dor" not in told
        assert "--password=[redacted]" in told


async def test_who_asks_for_secrets_is_shown_them(it: Inside) -> None:
    spec = body(await ask(it, "GET", "/v1/services/db/spec?secrets=shown"))["spec"]
    assert spec["environment"] == {"PASSWORD": SECRET}


async def test_supervisorctl_is_shown_none(it: Inside) -> None:
    asked = xmlrpc.client.dumps((), "supervisor.getAllConfigInfo").encode()
    told = (await say(it.path, request("POST", "/RPC2", asked))).decode()
    assert "--password=" in told
    assert "Tr0ub4dor" not in told


async def test_what_a_reload_changes_is_shown_without_secrets_old_or_new(
    it: Inside, tmp_path: Path
) -> None:
    new = TOML.replace("Tr0ub4dor", "Correct-horse")
    (tmp_path / "nurseryd.toml").write_text(new)
    for method, path in (("GET", "/v1/diff"), ("POST", "/v1/reload")):
        told = await ask(it, method, path)
        assert body(told)["differences"][0]["service"] == "db"
        assert "Tr0ub4dor" not in told
        assert "Correct-horse" not in told


async def test_what_checks_say_and_why_it_ended_hold_no_secret(it: Inside) -> None:
    control = it.served.control
    reason = f"psql: no way in with {SECRET}"
    await control.ask(Looked("db", "db", passed=False, reason=reason))
    await control.ask(ReportHealth("db", "db", healthy=False, reason=reason))
    status = it.served.events.get("db")
    assert status is not None
    assert status.reason == "db: psql: no way in with [redacted]"
    told = (await say(it.path, request("GET", "/v1/health"))).decode()
    assert "psql: no way in with [redacted]" in told
    assert "Tr0ub4dor" not in told + await ask(it, "GET", "/v1/services")
