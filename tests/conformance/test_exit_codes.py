"""What a service ended with is what is said of it, and so it is for the daemon itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from supervisor.kinds.process import describe
from tests.conformance.roles import INIT, PLAIN, SLEEPER, Role, Subject, sh
from tests.supervisor.real import ROOT

pytestmark = pytest.mark.system

# Those that end nobody who has not asked for it, by signal(7).
HARMLESS = {
    signal.SIGCHLD,
    signal.SIGCONT,
    signal.SIGURG,
    signal.SIGWINCH,
    signal.SIGSTOP,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
}
# The C library keeps these two for itself: no program can change whether it inherited them ignored.
KEPT = {32, 33}
DEADLY = [n for n in range(1, 65) if n not in HARMLESS | KEPT]


async def settled(it: Subject, *, failed: int) -> dict[str, dict[str, object]]:
    """Every service's status once none is on its way."""
    for name in await it.services():
        await it.service(name, lambda status: status["state"] in ("EXITED", "FATAL"))
    services = await it.services()
    assert sum(s["failed"] for s in services.values()) == failed, [
        name for name, s in services.items() if not s["failed"]
    ]
    return services


async def test_every_exit_code_and_every_signal_is_told_as_it_was(tmp_path: Path, role: Role):
    toml = "".join(sh(f"code-{n}", f"exit {n}", restart="never") for n in range(256))
    toml += "".join(
        sh(f"signal-{n}", f"ulimit -c 0; kill -{n} $$", restart="never") for n in DEADLY
    )
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(event="started")
        services = await settled(it, failed=255 + len(DEADLY))
        for code in range(256):
            reason = f"exited with {code}" if code else "ended"
            assert services[f"code-{code}"]["reason"] == reason
            await it.seen(service=f"code-{code}", state="EXITED", reason=reason)
        for number in DEADLY:
            assert services[f"signal-{number}"]["reason"] == describe(-number)
            await it.seen(service=f"signal-{number}", state="EXITED", reason=describe(-number))
        assert await it.stop() == 0


ENDS = {
    "an essential service completes": (sh("e", "exit 0", essential=True), 0),
    "the configuration is bad": ("bad", 2),
    "an essential service gives up": (
        sh("e", "exit 3", essential=True, budget={"restarts": 0}),
        10,
    ),
    "a check says so": (
        sh("e", "exec sleep 1000")
        + '[service.prober]\nkind = "task"\nrun = "supervisor.health:serve"\ncontrol = true\n'
        + '[health.e]\nservice = "e"\ntcp = "127.0.0.1:1"\nfailures = 1\nperiod = 0.1\n'
        + 'timeout = 0.05\non_unhealthy = "shutdown"\n',
        11,
    ),
    "a service asks for a code": (
        '[service.e]\nkind = "task"\nrun = "asking:run"\ncontrol = true\n',
        20,
    ),
}
ASKING = """
from supervisor.control import Shutdown

async def run(context, *, task_status):
    task_status.started()
    await context.control.ask(Shutdown("nobody uses it", exit_code=20))
    await context.stopping.wait()
"""


@pytest.mark.parametrize("why", ENDS)
async def test_the_daemon_leaves_with_the_code_of_the_table(tmp_path: Path, role: Role, why: str):
    toml, code = ENDS[why]
    (tmp_path / "asking.py").write_text(ASKING)
    async with role.daemon(tmp_path, toml) as it:
        assert await it.exit_code() == code
        assert it.left() == set()


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGSEGV])
async def test_a_daemon_that_a_signal_kills_is_128_and_the_signal(
    tmp_path: Path, role: Role, signum: signal.Signals
):
    async with role.daemon(tmp_path, SLEEPER, around=("prlimit", "--core=0")) as it:
        await it.seen(event="up")
        os.kill(await it.inner(), signum)
        code = await it.exit_code()
        assert code == (-signum if role is PLAIN else 128 + signum)


def test_pid_1_passes_on_whatever_its_daemon_ends_with(require):
    require("unshare")
    code = (
        "import os, resource, sys; from supervisor import pid1; pid1.block();"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); end = int(sys.argv[1]);"
        "die = lambda: os.kill(os.getpid(), -end) or 99;"
        "sys.exit(pid1.run_as_init(die if end < 0 else lambda: end))"
    )
    # What Python catches or ignores by itself kills nobody here, and the forwarded are blocked.
    deadly = {signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGALRM, signal.SIGTRAP, 64}
    ends = [0, 1, 2, 10, 20, 126, 127, 128, 255, *(-number for number in deadly)]
    with ThreadPoolExecutor(4) as at_once:
        runs = [[*INIT.around, sys.executable, "-c", code, str(end)] for end in ends]
        codes = [run.returncode for run in at_once.map(partial(subprocess.run, cwd=ROOT), runs)]
    assert codes == [end if end >= 0 else 128 - end for end in ends]
