"""A process with children of every sort beside a reaper, and how many exit codes came out wrong.

Run as `python -m tests.conformance.crowd REAPER SIZE`; prints one JSON object. Children are those
of `spawn`, of Trio and of `subprocess.run` in worker threads, `SIZE` of each, and as many orphans.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial

import trio

from supervisor import pid1
from supervisor.reaper import reap_orphans
from supervisor.spawn import Program, spawn
from supervisor.survivors import survivors
from tests.supervisor.real import children, state_of, until


async def reap_naively() -> None:
    """What everybody writes first."""
    with trio.open_signal_receiver(signal.SIGCHLD) as deaths:
        async for _ in deaths:
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:  # noqa: ASYNC222  (it does not wait)
                    pass
            except ChildProcessError:
                continue


REAPERS = {"peek": partial(reap_orphans, survivors.leaders), "naive": reap_naively}


def zombies() -> int:
    return sum(state_of(pid) == "Z" for pid in children(os.getpid()))


async def main(reaper: str, size: int) -> None:
    wrong: list[str] = []
    at_once = trio.CapacityLimiter(20)

    async def check(how: str, number: int) -> None:
        expected = number % 250 + 1
        command = ["sh", "-c", f"exit {expected}"]
        async with at_once:
            if how == "spawn":
                program = Program(command=command, environment=os.environ)
                async with (child := spawn(program, f"crowd-{number}")):
                    await child.until_ended()
                    await child.clear_away()
                code = child.code
            elif how == "trio":
                code = (await trio.run_process(command, check=False)).returncode
            else:
                code = (await trio.to_thread.run_sync(subprocess.run, command)).returncode
            if code != expected:
                wrong.append(how)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(REAPERS[reaper])
        async with trio.open_nursery() as crowd:
            for number in range(size):
                for how in ("spawn", "trio", "subprocess"):
                    crowd.start_soon(check, how, number)
            orphans = f"i=0; while [ $i -lt {size} ]; do (setsid true &); i=$((i+1)); done"
            await trio.run_process(["sh", "-c", orphans])
        await until(lambda: zombies() == 0)
        nursery.cancel_scope.cancel()
    print(json.dumps({"wrong": len(wrong), "kinds": sorted(set(wrong))}))


if __name__ == "__main__":
    pid1.become_subreaper()
    trio.run(main, sys.argv[1], int(sys.argv[2]))
