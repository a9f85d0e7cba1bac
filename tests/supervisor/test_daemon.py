"""The real daemon as a plain process. Whatever it started is looked for by a variable of ours."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
from functools import partial
from pathlib import Path

import pytest
import trio

from supervisor.probe import probe
from supervisor.socket.client import Client
from supervisor.spec import Target
from tests.ports import free_port
from tests.supervisor.real import Daemon, alive, children, daemon, state_of, until

SLEEPER = """
[service.sleeper]
kind = "process"
command = ["sh", "-c", "echo up; exec sleep 1000"]
"""
ECHO = """
[service.echo]
kind = "process"
command = ["sh", "-c", "echo up; exec cat"]
stdin = "pipe"
"""
# It takes a second to end by itself, and says when it is asked.
SLOW = """
[service.slow]
kind = "process"
command = ["sh", "-c", "trap 'echo asked' TERM; echo up; while :; do sleep 0.01; done"]
stop_timeout = 15
"""
RUNAWAYS = """
[service.parent]
kind = "process"
command = ["sh", "-c", '''
    sleep 1000 & setsid sleep 1000 & (setsid sh -c 'trap "" TERM; echo child; sleep 1000' &)
    wait''']
stop_timeout = 0.2
"""


def client(it: Daemon) -> Client:
    return Client(it.socket)


def answers(it: Daemon) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(it.socket) == 0


def write(it: Daemon, directory: Path, toml: str) -> None:
    (directory / "nurseryd.toml").write_text(f'[supervisor]\nsocket = "{it.socket}"\n{toml}')


async def stop(it: Daemon, signum: int = signal.SIGTERM) -> int:
    os.kill(it.process.pid, signum)
    return await it.exit_code()


async def test_a_signal_stops_everything_in_order(tmp_path: Path):
    after = '[service.after]\nkind = "process"\ncommand = ["sleep", "1000"]\nafter = ["sleeper"]\n'
    async with daemon(tmp_path, SLEEPER + after) as it:
        await it.seen(event="up", service="sleeper")
        await it.seen(service="after", state="RUNNING")
        assert await stop(it) == 0
        await it.seen(event="stopped", reason="asked by SIGTERM", exit_code=0)
        downs = [e["service"] for e in it.events if e.get("state") == "STOPPED"]
        assert downs == ["after", "sleeper"]
        assert it.left() == set()
        assert not Path(it.socket).exists()
        assert it.other == ""


async def test_a_hangup_makes_it_what_the_file_says_now(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        first = await it.seen(event="up", service="sleeper")
        added = '[service.added]\nkind = "process"\ncommand = ["sleep", "1000"]\n'
        write(it, tmp_path, SLEEPER + added)
        os.kill(it.process.pid, signal.SIGHUP)
        await it.seen(event="reloaded", changed=["added"])
        await it.seen(service="added", state="RUNNING")
        assert alive(first["pid"])
        assert await stop(it) == 0


async def test_a_hangup_with_a_broken_file_changes_nothing_and_says_why(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        first = await it.seen(event="up", service="sleeper")
        write(it, tmp_path, SLEEPER + "essental = true\n")
        os.kill(it.process.pid, signal.SIGHUP)
        refused = await it.seen(event="cannot reload")
        assert "did you mean 'essential'?" in refused["reason"]
        assert alive(first["pid"])
        assert await stop(it) == 0


UNNAMED = """
import os, sys
from supervisor.__main__ import main

os.environ.pop("NURSERYD_CONFIG", None)
sys.argv = ["nurseryd"]
main()
"""


async def test_a_hangup_while_the_file_that_it_found_is_gone_changes_nothing_and_says_so(
    tmp_path: Path,
):
    file, away = tmp_path / "nurseryd.toml", tmp_path / "away"
    async with daemon(tmp_path, SLEEPER, code=UNNAMED) as it:
        first = await it.seen(event="up", service="sleeper")
        file.rename(away)
        os.kill(it.process.pid, signal.SIGHUP)
        refused = await it.seen(event="cannot reload")
        assert "nurseryd.toml: cannot read it: No such file or directory" in refused["reason"]
        away.rename(file)
        os.kill(it.process.pid, signal.SIGHUP)
        await it.seen(event="reloaded")
        assert alive(first["pid"])
        assert await stop(it) == 0


FAILING = """
import sys
from supervisor.__main__ import main
from supervisor.cli import nurseryd

look, fails = nurseryd.look, [True]

def failing(*words, starting):
    if not starting and fails:
        fails.pop()
        raise ERROR
    return look(*words, starting=starting)

nurseryd.look = failing
sys.argv = ["nurseryd", "-c", "nurseryd.toml"]
main()
"""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("OSError(24, 'Too many open files', 'a_module.py')", "open files: 'a_module.py'"),
        ("ArithmeticError('a mistake')", "a mistake in reading, see the daemon's log"),
    ],
)
async def test_a_hangup_when_reading_fails_changes_nothing_and_says_why(
    tmp_path: Path, error: str, reason: str
):
    async with daemon(tmp_path, SLEEPER, code=FAILING.replace("ERROR", error)) as it:
        first = await it.seen(event="up", service="sleeper")
        os.kill(it.process.pid, signal.SIGHUP)
        refused = await it.seen(event="cannot reload")
        assert reason in refused["reason"]
        os.kill(it.process.pid, signal.SIGHUP)
        await it.seen(event="reloaded")
        assert alive(first["pid"])
        assert await stop(it) == 0


async def test_a_hangup_with_no_descriptor_left_changes_nothing_and_says_why(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        first = await it.seen(event="up", service="sleeper")
        pid = it.process.pid
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        # One that is there once may be of a moment, as when the daemon measures what it takes.
        used = set(range(soft))
        for _ in range(3):
            await trio.sleep(0.1)
            used &= {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        lowest = min(set(range(soft)) - used)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest, hard))
        os.kill(pid, signal.SIGHUP)
        refused = await it.seen(event="cannot reload")
        assert "Too many open files" in refused["reason"]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
        os.kill(pid, signal.SIGHUP)
        await it.seen(event="reloaded")
        assert alive(first["pid"])
        assert await stop(it) == 0


THREADLESS = """
import sys, trio
from supervisor.__main__ import main

run_sync, fails = trio.to_thread.run_sync, [True]

async def threadless(function, *arguments, **how):
    if fails and getattr(function, "__module__", "") == "supervisor.cli.nurseryd":
        fails.pop()
        raise RuntimeError("can't start new thread")
    return await run_sync(function, *arguments, **how)

trio.to_thread.run_sync = threadless
sys.argv = ["nurseryd", "-c", "nurseryd.toml"]
main()
"""


async def test_a_hangup_with_no_thread_left_changes_nothing_and_says_why(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, code=THREADLESS) as it:
        first = await it.seen(event="up", service="sleeper")
        os.kill(it.process.pid, signal.SIGHUP)
        refused = await it.seen(event="cannot reload")
        assert "can't start new thread; nothing was changed, try again" in refused["reason"]
        os.kill(it.process.pid, signal.SIGHUP)
        await it.seen(event="reloaded")
        assert alive(first["pid"])
        assert await stop(it) == 0


async def test_told_that_its_log_files_were_moved_it_begins_new_ones(tmp_path: Path):
    log = tmp_path / "log"
    async with daemon(tmp_path, f'{ECHO}log = {{ file = "{log}" }}\n') as it:
        await until(lambda: log.exists() and log.read_text() == "up\n")
        log.rename(tmp_path / "old")
        os.kill(it.process.pid, signal.SIGUSR2)
        await it.seen(event="log files opened again")
        await trio.to_thread.run_sync(client(it).write, "echo", b"more\n")
        await until(lambda: log.exists() and log.read_text() == "more\n")
        assert (tmp_path / "old").read_text() == "up\n"
        assert await stop(it) == 0


async def test_a_signal_without_a_name_is_ignored_by_its_number(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        for signum in (signal.SIGRTMIN, signal.SIGRTMIN + 3):
            os.kill(it.process.pid, signum)
        for name in ("SIGRTMIN", "SIGRTMIN+3"):
            await it.seen(event="signal ignored", signal=name)
        assert await stop(it) == 0


async def test_it_says_over_the_network_how_it_is(tmp_path: Path):
    port = free_port()
    async with daemon(tmp_path, f'http = "127.0.0.1:{port}"\n{SLEEPER}') as it:
        await it.seen(service="sleeper", state="RUNNING")
        await probe(Target(http=f"http://127.0.0.1:{port}/health/ready"))
        assert await stop(it) == 0


async def test_the_hangup_of_its_own_terminal_ends_it(tmp_path: Path):
    terminal, other_end = os.openpty()
    try:
        async with daemon(tmp_path, SLEEPER, stdout=other_end) as it:
            await until(lambda: answers(it))
            os.kill(it.process.pid, signal.SIGHUP)
            assert await it.exit_code() == 0
    finally:
        os.close(terminal)
        os.close(other_end)


async def test_told_to_begin_anew_it_is_the_same_process_with_new_services(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        first = await it.seen(event="up", service="sleeper")
        await trio.to_thread.run_sync(partial(client(it).shutdown, "new version", again=True))
        await it.seen(event="stopped", reason="new version")
        await until(lambda: [e for e in it.events if e.get("event") == "up"][1:])
        assert not alive(first["pid"])
        os.kill(it.process.pid, signal.SIGHUP)
        await it.seen(event="reloaded")
        assert await stop(it) == 0


async def test_a_signal_while_it_is_to_begin_anew_is_the_end(tmp_path: Path):
    toml = """
        [service.slow]
        kind = "process"
        command = ["sh", "-c", '''
            trap 'echo asked; while [ ! -e go ]; do sleep 0.01; done; exit' TERM
            echo up; while :; do sleep 0.01; done''']
        stop_timeout = 15
        """
    async with daemon(tmp_path, toml) as it:
        await it.seen(event="up")
        await trio.to_thread.run_sync(partial(client(it).shutdown, "new version", again=True))
        await it.seen(event="asked")
        os.kill(it.process.pid, signal.SIGTERM)
        await it.seen(event="it will not begin anew", reason="asked by SIGTERM")
        (tmp_path / "go").touch()
        assert await it.exit_code() == 0
        await it.seen(event="stopped", reason="new version")


# After Trio's end the kernel gives a signal to any thread that takes it.
LATE = """
import signal, sys
from threading import Thread
from supervisor import lastresort
from supervisor.__main__ import main

forget = lastresort.forget

def take():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    signal.raise_signal(signal.SIGTERM)

def late():
    forget()
    thread = Thread(target=take)
    thread.start()
    thread.join()

lastresort.forget = late
sys.argv = ["nurseryd", "-c", "nurseryd.toml"]
main()
"""


async def test_a_signal_on_the_way_to_the_new_daemon_is_heard_by_that(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, code=LATE) as it:
        await it.seen(event="up")
        await trio.to_thread.run_sync(partial(client(it).shutdown, "new version", again=True))
        assert await it.exit_code() == 0
        await it.seen(event="stopped", reason="new version")
        await it.seen(event="stopped", reason="asked by SIGTERM")


async def test_a_file_that_cannot_be_read_to_its_end_does_not_hold_it_up(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        (tmp_path / "nurseryd.toml").unlink()
        os.mkfifo(tmp_path / "nurseryd.toml")
        os.kill(it.process.pid, signal.SIGHUP)
        # One that writes can only open it once somebody reads.
        writer = await trio.to_thread.run_sync(os.open, tmp_path / "nurseryd.toml", os.O_WRONLY)
        assert await stop(it) == 0
        os.close(writer)


async def test_nothing_that_ran_away_is_left_behind(tmp_path: Path):
    async with daemon(tmp_path, RUNAWAYS) as it:
        await it.seen(event="child")
        await until(lambda: len(it.left()) >= 5)
        assert await stop(it) == 0
        assert it.left() == set()


async def test_the_same_signal_twice_at_once_is_one(tmp_path: Path):
    async with daemon(tmp_path, SLOW) as it:
        await it.seen(event="up")
        os.kill(it.process.pid, signal.SIGSTOP)  # it hears them all at once
        for _ in range(3):
            os.kill(it.process.pid, signal.SIGINT)
            os.kill(it.process.pid, signal.SIGTERM)
        os.kill(it.process.pid, signal.SIGCONT)
        await it.seen(event="asked")
        assert "slow" not in {e.get("service") for e in it.events if e.get("state") == "STOPPED"}
        assert await trio.to_thread.run_sync(client(it).services)


async def test_signals_until_the_very_end_do_not_change_the_exit_code(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        while it.process.returncode is None:
            with trio.move_on_after(0.0005):
                await it.process.wait()
            it.process.send_signal(signal.SIGTERM)
        assert await it.exit_code() == 0


async def test_a_terminal_that_was_left_behind_by_nohup_does_not_stop_it(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, around=("sh", "-c", 'trap "" HUP; exec "$@"', "-")) as it:
        await it.seen(event="up")
        os.kill(it.process.pid, signal.SIGHUP)
        assert await stop(it) == 0
        await it.seen(event="stopped", reason="asked by SIGTERM")


@pytest.mark.parametrize(
    "body",
    ["sys.exit('no such file')", "async with trio.open_nursery() as it: it.start_soon(leave)"],
)
async def test_a_service_that_would_end_the_program_fails_alone(tmp_path: Path, body: str):
    (tmp_path / "leaving.py").write_text(
        "import sys, trio\n"
        "async def leave(): sys.exit('no such file')\n"
        f"async def run(ctx, *, task_status):\n    task_status.started()\n    {body}\n"
    )
    leaving = '[service.leaving]\nkind = "task"\nrun = "leaving:run"\nrestart = "never"\n'
    async with daemon(tmp_path, leaving + SLEEPER) as it:
        failed = await it.seen(event="service failed", service="leaving")
        assert "it called sys.exit('no such file'), which no service may" in failed["reason"]
        assert "leaving.py" in str(failed["exception"])
        up = await it.seen(event="up", service="sleeper")
        assert alive(up["pid"])
        assert await stop(it) == 0


async def test_a_signal_while_it_loads_its_services_stops_it(tmp_path: Path):
    (tmp_path / "slow_to_import.py").write_text(
        "import pathlib\n"
        "pathlib.Path('importing').touch()\n"
        "while not pathlib.Path('go').exists(): pass\n"
        "from tests.supervisor.bodies import steady\n"
    )
    slow = '[service.slow]\nkind = "task"\nrun = "slow_to_import:steady"\n'
    async with daemon(tmp_path, slow + SLEEPER) as it:
        await until((tmp_path / "importing").exists)
        os.kill(it.process.pid, signal.SIGTERM)
        (tmp_path / "go").touch()
        assert await it.exit_code() == 0
        await it.seen(event="stopped", reason="asked by SIGTERM")
        assert it.left() == set()


async def test_a_signal_while_services_start_stops_it(tmp_path: Path):
    toml = """
        [service.never]
        kind = "process"
        command = ["sh", "-c", "echo up; exec sleep 1000"]
        ready = { log = "never" }
        [service.after]
        kind = "process"
        command = ["sleep", "1000"]
        requires = ["never"]
        """
    async with daemon(tmp_path, toml) as it:
        await it.seen(event="up")
        assert await stop(it) == 0
        assert it.left() == set()
        assert "after" not in {e.get("service") for e in it.events if e.get("state") == "STARTING"}


async def test_a_shutdown_over_the_socket_is_a_clean_end(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        await trio.to_thread.run_sync(client(it).shutdown, "enough")
        assert await it.exit_code() == 0
        await it.seen(event="stopped", reason="enough")


async def test_an_essential_service_that_gives_up_is_exit_code_10(tmp_path: Path):
    toml = """
        [service.hopeless]
        kind = "process"
        command = ["sh", "-c", "exit 3"]
        essential = true
        backoff = { first = 0.001, limit = 0.01 }
        budget = { restarts = 2 }
        """
    async with daemon(tmp_path, toml + SLEEPER) as it:
        assert await it.exit_code() == 10
        stopped = await it.seen(event="stopped")
        assert stopped["reason"] == (
            "hopeless is essential and FATAL: exited with 3; gave up after 2 restarts within 60 s"
        )
        assert it.left() == set()


async def test_a_service_that_is_not_essential_may_give_up(tmp_path: Path):
    toml = """
        [service.hopeless]
        kind = "task"
        run = "tests.supervisor.bodies:leaking"
        budget = { restarts = 0 }
        """
    async with daemon(tmp_path, toml + SLEEPER) as it:
        await it.seen(service="hopeless", state="FATAL")
        await it.seen(event="up")
        assert await stop(it) == 0
        failed = await it.seen(event="service failed", service="hopeless")
        assert failed["reason"] == "ValueError: a password of 7 letters"
        assert "leaking" in str(failed["exception"])
        assert "hunter2" not in str(it.events)


async def test_a_bad_configuration_is_exit_code_2(tmp_path: Path):
    async with daemon(tmp_path, '[service.a]\nkind = "tsk"') as it:
        assert await it.exit_code() == 2
        await until(lambda: "service.a.kind: no kind 'tsk'; did you mean 'task'?" in it.other)
        assert it.events == []


async def test_a_second_daemon_is_refused_and_the_first_one_lives(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as first:
        await first.seen(event="up")
        async with daemon(tmp_path, SLEEPER) as second:
            assert await second.exit_code() == 2
            refused = await second.seen(event="cannot start")
            assert "another daemon does; stop it" in str(refused["reason"])
        assert await trio.to_thread.run_sync(client(first).services)
        assert await stop(first) == 0


async def test_after_a_crash_the_next_one_takes_its_place(tmp_path: Path):
    async with daemon(tmp_path, "") as first:
        await first.seen(event="started")
        assert await stop(first, signal.SIGKILL) == -signal.SIGKILL
        assert Path(first.socket).exists()
        async with daemon(tmp_path, "") as second:
            await second.seen(event="started")
            assert await stop(second) == 0


async def test_a_killed_service_comes_back(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER) as it:
        first = (await it.seen(event="up"))["pid"]
        os.kill(first, signal.SIGKILL)
        await it.seen(service="sleeper", state="BACKOFF", reason="killed by SIGKILL")
        await it.seen(event="up", sequence=2)
        assert state_of(first) == ""
        assert await stop(it) == 0


# Its stdout.


async def test_a_reader_that_goes_away_does_not_end_it(tmp_path: Path):
    ours, theirs = os.pipe()
    async with daemon(tmp_path, SLEEPER, stdout=theirs) as it:
        os.close(theirs)
        await until(lambda: b'"event":"up"' in os.read(ours, 65536))
        os.close(ours)
        status = await trio.to_thread.run_sync(client(it).command, "restart", "sleeper")
        assert status["state"] == "RUNNING"
        assert await stop(it) == 0
        assert it.left() == set()
        assert it.other == ""


async def test_a_reader_that_never_reads_does_not_stop_it(tmp_path: Path):
    noisy = '[service.noisy]\nkind = "process"\ncommand = ["seq", "30000"]\n'
    ours, theirs = os.pipe()
    os.write(theirs, b"x" * 65536)
    async with daemon(tmp_path, SLEEPER + noisy, stdout=theirs) as it:
        os.close(theirs)
        await until(partial(answers, it))
        for _ in range(3):
            status = await trio.to_thread.run_sync(client(it).command, "restart", "sleeper")
            assert status["state"] == "RUNNING"
        assert await stop(it) == 0
        assert it.left() == set()
    os.close(ours)


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
async def test_without_a_stdout_it_runs_all_the_same(tmp_path: Path, closed: str):
    around = ("sh", "-c", f'exec "$@" {closed}', "-")
    async with daemon(tmp_path, SLEEPER, around=around, stdout=subprocess.DEVNULL) as it:
        await until(partial(answers, it))
        status = await trio.to_thread.run_sync(client(it).command, "restart", "sleeper")
        assert status["state"] == "RUNNING"
        (child,) = children(it.process.pid)
        await until(lambda: len(os.listdir(f"/proc/{child}/fd")) == 3)
        assert await stop(it) == 0
        assert it.left() == set()


# How many files may be open.


def limited(how: str) -> tuple[str, ...]:
    return ("sh", "-c", f'ulimit {how}; exec "$@"', "sh")


def sleepers(number: int) -> str:
    return "".join(
        f'[service.s{n}]\nkind = "process"\ncommand = ["sleep", "1000"]\n' for n in range(number)
    )


def open_files(pid: object) -> str:
    """The soft limit of a process."""
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line.split()[3] for line in limits if line.startswith("Max open files"))


async def test_many_services_raise_a_low_limit_to_what_they_take(tmp_path: Path):
    async with daemon(tmp_path, sleepers(40), around=limited("-Sn 64")) as it:
        for number in range(40):
            await it.seen(service=f"s{number}", state="RUNNING")
        assert {open_files(pid) for pid in children(it.process.pid)} == {"416"}
        assert await stop(it) == 0


async def test_few_services_leave_the_limit_as_it_is(tmp_path: Path):
    async with daemon(tmp_path, sleepers(1), around=limited("-Sn 1024")) as it:
        await it.seen(service="s0", state="RUNNING")
        assert open_files(it.process.pid) == "1024"
        assert await stop(it) == 0


async def test_a_hard_limit_that_is_too_low_is_said_at_once(tmp_path: Path):
    async with daemon(tmp_path, sleepers(1), around=limited("-n 128")) as it:
        said = await it.seen(event="may run out of open files: raise the hard limit")
        assert (said["hard"], said["wanted"]) == (128, 260)
        await it.seen(service="s0", state="RUNNING")
        assert await stop(it) == 0
