"""Dependencies with real processes, and the limits of restarting."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from tests.conformance.roles import Role, sh

pytestmark = pytest.mark.system

# Each writes down when it comes up and when it is really over; getting up takes it a while.
KEEPS_A_DIARY = (
    "trap 'sleep 0.05; echo {0} down >> diary; exit 0' TERM;"
    "sleep 0.05; echo {0} up >> diary; echo ready; while :; do sleep 0.01; done"
)


def diarist(name: str, **keys: object) -> str:
    ready = {"log": "^ready$"}
    return sh(name, KEEPS_A_DIARY.format(name), ready=ready, stop_timeout=8, **keys)


def diary(directory: Path) -> list[str]:
    return (directory / "diary").read_text().splitlines()


async def test_a_chain_comes_up_in_order_and_goes_in_reverse(tmp_path: Path, role: Role):
    toml = diarist("c", requires=["b"]) + diarist("a") + diarist("b", requires=["a"])
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="c", state="RUNNING")
        assert await it.stop() == 0
        assert diary(tmp_path) == ["a up", "b up", "c up", "c down", "b down", "a down"]


async def test_a_diamond_waits_for_both_of_its_sides(tmp_path: Path, role: Role):
    toml = diarist("top", requires=["left", "right"]) + diarist("bottom")
    toml += diarist("left", requires=["bottom"]) + diarist("right", requires=["bottom"])
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="top", state="RUNNING")
        assert await it.stop() == 0
        first, *sides, last = (lines := diary(tmp_path))[:4]
        assert (first, {*sides}, last) == ("bottom up", {"left up", "right up"}, "top up")
        first, *sides, last = lines[4:]
        assert (first, {*sides}, last) == ("top down", {"left down", "right down"}, "bottom down")


async def test_after_alone_orders_and_does_not_start(tmp_path: Path, role: Role):
    toml = diarist("late", after=["early", "idle"]) + diarist("early")
    toml += diarist("idle", autostart=False)
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="late", state="RUNNING")
        assert await it.stop() == 0
        assert diary(tmp_path) == ["early up", "late up", "late down", "early down"]


async def test_one_whose_requirement_gave_up_waits_and_says_why(tmp_path: Path, role: Role):
    ready = {"log": "never"}
    toml = sh("a", "exit 1", ready=ready, budget={"restarts": 0}) + diarist("b", requires=["a"])
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="a", state="FATAL")
        status = await it.service("b", lambda status: status["reason"])
        assert (status["state"], status["reason"]) == ("STOPPED", "requires a, which is FATAL")
        assert await it.stop() == 0
        assert not (tmp_path / "diary").exists()


async def test_a_crash_of_a_requirement_takes_nobody_down(tmp_path: Path, role: Role):
    crash = "echo ready; [ -e again ] && exec sleep 1000; touch again; sleep 0.2; kill -KILL $$"
    toml = sh("a", crash, ready={"log": "^ready$"}) + diarist("b", requires=["a"])
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="a", state="BACKOFF", reason="killed by SIGKILL")
        await it.service("a", lambda status: status["state"] == "RUNNING")
        await it.service("b", lambda status: status["state"] == "RUNNING")
        assert await it.stop() == 0
        assert it.states("b") == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]


LIMITS = {
    # restart, exit code, budget of restarts: lives, state at the end
    "always, and again": (("always", 0, 2), (3, "FATAL")),
    "always, whatever the code": (("always", 1, 2), (3, "FATAL")),
    "on-failure, and it failed": (("on-failure", 1, 2), (3, "FATAL")),
    "on-failure, and it was done": (("on-failure", 0, 2), (1, "EXITED")),
    "never": (("never", 1, 2), (1, "EXITED")),
    "no budget": (("always", 1, 0), (1, "FATAL")),
}


async def test_each_policy_starts_it_so_many_times_and_not_once_more(tmp_path: Path, role: Role):
    toml = ""
    for number, ((restart, code, restarts), _) in enumerate(LIMITS.values()):
        script = f"echo life >> lives-{number}; exit {code}"
        backoff = {"first": 0.01, "limit": 0.02}
        budget = {"restarts": restarts}
        toml += sh(f"s{number}", script, restart=restart, backoff=backoff, budget=budget)
    async with role.daemon(tmp_path, toml) as it:
        for number, (_, (lives, end)) in enumerate(LIMITS.values()):
            await it.service(f"s{number}", lambda status, end=end: status["state"] == end)
            assert len((tmp_path / f"lives-{number}").read_text().splitlines()) == lives
        # Given up is no grave: a start by hand is a new chance, with a new budget.
        await it.command("start", "s1")
        await it.service("s1", lambda status: status["state"] == "FATAL")
        assert len((tmp_path / "lives-1").read_text().splitlines()) == 6
        assert await it.stop() == 0


async def test_deaf_ones_are_killed_in_order_too_each_in_its_time(tmp_path: Path, role: Role):
    deaf = "trap '' TERM; echo ready; while :; do sleep 0.01; done"
    keys = {"ready": {"log": "^ready$"}, "stop_timeout": 0.3}
    toml = "shutdown_timeout = 60.0\n"
    toml += sh("a", deaf, **keys) + sh("b", deaf, requires=["a"], **keys)
    toml += sh("c", deaf, requires=["b"], **keys)
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="c", state="RUNNING")
        began = trio.current_time()
        assert await it.stop() == 0
        assert 0.9 <= trio.current_time() - began < 15
        downs = [e["service"] for e in it.it.events if e.get("state") == "STOPPED"]
        assert downs == ["c", "b", "a"]
        assert it.left() == set()
