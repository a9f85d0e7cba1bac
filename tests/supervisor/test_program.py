"""What a program is given: whom it runs as, its limits, its input, its environment."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from supervisor import spawn as spawn_module
from supervisor.desk import Refused
from supervisor.failure import Failed
from supervisor.kinds import users
from supervisor.kinds.life import Unfit
from supervisor.kinds.process import process
from supervisor.spec import ProcessSpec, Ready
from tests.supervisor.real import PATIENCE, until
from tests.supervisor.test_process import One, sh

NOBODY = pwd.getpwnam("nobody")

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")


async def says(spec: ProcessSpec) -> list[str]:
    one = One(spec)
    await one.live()
    one.assert_gone()
    return one.texts


async def fails(spec: ProcessSpec) -> str:
    one = One(spec)
    with pytest.raises(Failed) as failure:
        await one.live()
    one.assert_gone()
    return str(failure.value)


def env(**fields: object) -> ProcessSpec:
    return ProcessSpec(name="s", command=("/usr/bin/env",), **fields)


async def environment(**fields: object) -> dict[str, str]:
    return dict(text.partition("=")[::2] for text in await says(env(**fields)))


# Whom it runs as.


@as_root
async def test_a_user_brings_their_groups_and_their_home():
    script = "id -u; id -g; id -G; grep Groups /proc/self/status; echo $HOME $USER $LOGNAME"
    texts = await says(sh(script, user="nobody"))
    groups = " ".join(map(str, os.getgrouplist("nobody", NOBODY.pw_gid)))
    assert texts[:3] == [str(NOBODY.pw_uid), str(NOBODY.pw_gid), groups]
    assert texts[3].split()[1:] == groups.split()
    assert texts[4] == f"{NOBODY.pw_dir} nobody nobody"


@as_root
async def test_nobody_becomes_root_again():
    texts = await says(sh("grep -E '^(Uid|Gid|CapPrm)' /proc/self/status", user="nobody"))
    assert texts[0].split()[1:] == [str(NOBODY.pw_uid)] * 4  # real, effective, saved, files
    assert texts[1].split()[1:] == [str(NOBODY.pw_gid)] * 4
    assert int(texts[2].split()[1], 16) == 0


@as_root
async def test_what_is_given_of_the_user_is_not_set(tmp_path: Path):
    file = tmp_path / "env"
    file.write_text("USER=file")
    found = await environment(
        user="nobody", environment={"HOME": "/given"}, environment_files=(str(file),)
    )
    assert (found["HOME"], found["USER"], found["LOGNAME"]) == ("/given", "file", "nobody")


@as_root
async def test_users_and_groups_go_by_number_too():
    ids = "id -u; id -g; id -G; echo $HOME $USER"
    assert (await says(sh(ids, user=str(NOBODY.pw_uid))))[0] == str(NOBODY.pw_uid)
    assert await says(sh(ids, user="54321", group="54322")) == [
        "54321",
        "54322",
        "54322",
        "/ 54321",
    ]
    assert (await says(sh(ids, user="nobody", group="daemon")))[:2] == [
        str(NOBODY.pw_uid),
        str(grp.getgrnam("daemon").gr_gid),
    ]


@as_root
async def test_a_user_may_go_with_the_group_that_is_ours():
    assert (await says(sh("id -u; id -g", user="nobody", group="0")))[1] == "0"


@as_root
async def test_a_group_alone_changes_nothing_else():
    texts = await says(sh("id -u; id -g; echo $HOME", group="54322"))
    assert texts == ["0", "54322", os.environ["HOME"]]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"user": "no-such-user"}, "cannot find user 'no-such-user': create it"),
        ({"group": "no-such-group"}, "cannot find group 'no-such-group': create it"),
        ({"user": "54321"}, "cannot tell the group of user '54321'"),
        ({"user": "9" * 30}, "cannot find user '9+'"),
        ({"user": "nobody", "group": "4294967295"}, "cannot find group '4294967295'"),
    ],
)
async def test_whom_the_machine_does_not_know_is_a_failed_start(fields, text: str):
    one = One(sh("exit", **fields))
    with pytest.raises(Failed, match=text):
        await one.live()
    assert one.pids == one.ends == []


def test_what_is_so_already_needs_no_privileges(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY.pw_uid)
    monkeypatch.setattr(os, "getegid", lambda: NOBODY.pw_gid)
    changes, variables = users.identity("nobody", None)
    assert changes is None
    assert variables["LOGNAME"] == "nobody"
    changes, _ = users.identity(None, str(NOBODY.pw_gid))
    assert changes is None


@as_root
def test_without_the_right_to_it_nobody_becomes_somebody_else():
    """In a process of its own, that is root without root's privileges."""
    code = """
import trio
from tests.supervisor.test_process import One, sh
for fields in ({"user": "nobody"}, {"group": "54321"}, {"nice": -3}, {"oom_score": -5}):
    try:
        trio.run(One(sh("exit", **fields)).live)
    except Exception as error:
        print(error)
"""
    without = ["setpriv", "--bounding-set=-setuid,-setgid,-sys_nice,-sys_resource"]
    run = subprocess.run(
        [*without, sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert run.stdout.splitlines() == [
        "cannot start 'sh': cannot run as user 'nobody': Operation not permitted",
        "cannot start 'sh': cannot run as group '54321': Operation not permitted",
        "cannot start 'sh': cannot set its niceness to -3: Permission denied",
        "cannot start 'sh': cannot set its OOM score to -5: Permission denied",
    ], run


@as_root
async def test_the_directory_is_entered_as_the_user(tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    text = await fails(sh("pwd", user="nobody", directory=str(closed)))
    assert text == f"cannot start 'sh': its directory '{closed}': Permission denied"


# Its limits.


async def test_limits_are_set_soft_and_hard():
    script = "ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -Hs"
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    texts = await says(sh(script, rlimits={"nofile": (100, 200), "core": 0, "stack": "8388608"}))
    assert texts == ["100", "200", "0", "8192"], hard


@as_root
async def test_unlimited_is_unlimited():
    assert await says(sh("ulimit -c", rlimits={"core": "unlimited"})) == ["unlimited"]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (999_999_999_999, "999999999999"),
        ((5, "unlimited"), "5, at most unlimited"),
    ],
)
async def test_a_limit_that_cannot_be_set_is_named(limit, words: str):
    text = await fails(sh("exit", rlimits={"nofile": limit}))
    assert (
        text == f"cannot start 'sh': cannot set rlimit nofile to {words}: Operation not permitted"
    )


@as_root
async def test_niceness_and_the_killers_score_are_absolute():
    script = "cut -d' ' -f19 /proc/self/stat; cat /proc/self/oom_score_adj"
    assert await says(sh(script, nice=-5, oom_score=321)) == ["-5", "321"]
    assert (await says(sh(script, nice=7)))[0] == "7"


@as_root
async def test_the_order_gives_up_privileges_last():
    """A user with more than they could have given themselves."""
    texts = await says(sh("ulimit -Hn; id -u", user="nobody", rlimits={"nofile": 5000}, nice=-1))
    assert texts == ["5000", str(NOBODY.pw_uid)]


@pytest.mark.parametrize("fields", [{}, {"nice": 1}], ids=["plain", "launched"])
async def test_the_umask_is_its_own(fields):
    assert await says(sh("umask", umask="027", **fields)) == ["0027"]
    assert os.umask(0o22) == 0o22  # ours is as it was


@pytest.mark.parametrize("fields", [{}, {"nice": 1}], ids=["plain", "launched"])
async def test_a_child_is_the_same_whichever_way_it_was_started(fields, tmp_path: Path):
    """A session of its own, every signal, three descriptors, no variable too many."""
    code = (
        "import os; print(os.getsid(0) == os.getpid(), os.getcwd(), sorted(os.environ)); "
        "print(*[l for l in open('/proc/self/status') if l[:6] in ('SigBlk', 'SigIgn')]); "
        "print(os.listdir('/proc/self/fd'))"
    )
    spec = ProcessSpec(
        name="s",
        command=(sys.executable, "-S", "-c", code),
        directory=str(tmp_path),
        environment_allow=(),
        environment={"LC_CTYPE": "POSIX", "A": "b"},
        **fields,
    )
    mine = await says(spec)
    assert mine[0].startswith(f"True {tmp_path} ['A', 'LC_CTYPE', 'NURSERYD_LIFE', 'NURSERYD")
    plain = await says(sh("env; cat", environment={"LC_CTYPE": "POSIX"}, environment_allow=()))
    assert "LC_CTYPE=POSIX" in plain
    assert "LC_CTYPE" not in (await environment(environment_allow=(), **fields))
    signals = await says(sh("grep -E '^Sig(Blk|Ign)' /proc/self/status", **fields))
    # Signals 32 and 33 are the C library's own: no program can give them away or take them back.
    assert [int(text.split()[1], 16) & ~(3 << 31) for text in signals] == [0, 0]
    assert await says(sh("exec ls /proc/self/fd", **fields)) == ["0", "1", "2", "3"]


# What cannot be started.


@pytest.mark.parametrize("fields", [{}, {"nice": 1}], ids=["plain", "launched"])
async def test_why_a_program_cannot_be_started_is_said(fields, tmp_path: Path):
    script, data, missing = tmp_path / "script", tmp_path / "data", tmp_path / "missing"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    data.write_text("echo\n")

    async def why(*command: str, **more: object) -> str:
        one = One(ProcessSpec(name="s", command=command, **fields, **more))
        with pytest.raises(Failed) as failure:
            await one.live()
        assert one.pids == one.ends == []
        return str(failure.value).removeprefix(f"cannot start {command[0]!r}: ")

    assert await why(str(missing)) == "No such file or directory"
    assert await why("no-such-program") == "No such file or directory"
    assert "the interpreter or the loader that it names" in await why(str(script))
    assert await why(str(data)) == "Permission denied: it is not executable; chmod +x"
    data.chmod(0o755)
    assert await why(str(data)) == (
        "Exec format error: a script begins with #! and its interpreter, such as #!/bin/sh"
    )
    assert (await why(str(tmp_path))) == "Permission denied"
    assert await why("true", "x" * 10_000_000) == "Argument list too long"
    assert (
        await why("true", directory="/nowhere")
        == "its directory '/nowhere': No such file or directory"
    )
    assert await why("x", environment={"PATH": f"{tmp_path}:/nowhere"}) == (
        "No such file or directory"
    )
    (tmp_path / "data2").write_text("")
    assert await why("data2", environment={"PATH": f"{tmp_path}:"}) == "Permission denied"


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
async def test_without_descriptors_the_start_fails_and_leaks_none(
    number: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """At whichever of its descriptors they run out."""
    (tmp_path / "in").touch()
    spec = sh("cat", ready=Ready(fd=9), watchdog=1, stdin=str(tmp_path / "in"), nice=1)
    pipe, left = os.pipe, [0]

    def scarce() -> tuple[int, int]:
        if left[0] == 0:
            raise OSError(number, os.strerror(number))
        left[0] -= 1
        return pipe()

    before = sorted(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "pipe", scarce)
    for rounds in range(4):
        left[0] = rounds
        assert os.strerror(number) in await fails(spec)
    assert sorted(os.listdir("/proc/self/fd")) == before


async def test_no_process_left_is_said_with_what_to_look_at(monkeypatch: pytest.MonkeyPatch):
    def none_left(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", none_left)
    assert "the limit of processes is reached" in await fails(sh("exit"))


async def test_a_launcher_that_is_killed_is_an_end_like_any_other(tmp_path: Path):
    fake = tmp_path / "launch.py"
    fake.write_text("import os; os.kill(os.getpid(), 9)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spawn_module, "LAUNCH", str(fake))
        assert await fails(sh("exit", nice=1)) == "killed by SIGKILL"


# Its input.


async def test_a_file_is_its_input_as_seen_from_its_directory(tmp_path: Path):
    (tmp_path / "in").write_text("hello\n")
    assert await says(sh("cat", directory=str(tmp_path), stdin="./in")) == ["hello"]
    text = await fails(sh("cat", stdin=str(tmp_path / "none")))
    assert text == f"cannot open its stdin {tmp_path}/none: No such file or directory"
    assert "embedded null byte" in await fails(sh("cat", stdin="/\0"))


async def test_a_fifo_nobody_writes_to_holds_nobody_up(tmp_path: Path):
    os.mkfifo(tmp_path / "fifo")
    assert await says(sh("echo on", stdin=str(tmp_path / "fifo"))) == ["on"]


@pytest.mark.parametrize("fields", [{}, {"nice": 1}], ids=["plain", "launched"])
async def test_what_is_written_to_it_arrives(fields):
    one = One(sh("head -n 2", stdin="pipe", **fields))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.live)
        await until(lambda: one.pids)
        await one.process.write(b"one\n")
        await one.process.write(b"two\n")
    assert one.texts == ["one", "two"]
    with pytest.raises(Refused, match="cannot write to it: it has closed its stdin; restart it"):
        await one.process.write(b"late")


async def test_a_pipe_that_is_full_waits_and_can_be_given_up():
    one = One(sh("echo up; exec sleep 1000", stdin="pipe"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.live)
        await one.said("up")
        with trio.move_on_after(0.05) as scope:
            await one.process.write(b"x" * 1_000_000)
        assert scope.cancelled_caught
        os.kill(one.pids[0], 15)
        with trio.fail_after(PATIENCE), pytest.raises(Refused, match="closed its stdin"):
            await one.process.write(b"x" * 1_000_000)  # waits for the end, and hears of it
        nursery.cancel_scope.cancel()


async def test_two_who_write_do_not_get_mixed_up():
    one = One(sh("sleep 0.05; exec cat", stdin="pipe"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.live)
        await until(lambda: one.pids)
        async with trio.open_nursery() as writers:
            for letter in b"ab":
                writers.start_soon(one.process.write, bytes([letter]) * 100_000 + b"\n")
        await until(lambda: sum(len(text) for text in one.texts) == 200_000)
        nursery.cancel_scope.cancel()
    assert "".join(one.texts) in ("a" * 100_000 + "b" * 100_000, "b" * 100_000 + "a" * 100_000)


async def test_without_a_pipe_there_is_nothing_to_write_to():
    one = One(sh("exec sleep 1000"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.live)
        await until(lambda: one.pids)
        with pytest.raises(
            Refused, match='cannot write to it: its stdin is no pipe; set stdin = "pipe"'
        ):
            await one.process.write(b"x")
        nursery.cancel_scope.cancel()


# Its environment.


async def test_files_are_above_what_is_inherited_and_below_what_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("A", "inherited")
    monkeypatch.setenv("B", "inherited")
    (tmp_path / "1").write_text("B=1\nC=1\nD=1")
    (tmp_path / "2").write_text("D=2\nE='2'\nF=\udcff", errors="surrogateescape")
    found = await environment(
        directory=str(tmp_path),
        environment_files=("1", "-missing", f"-{tmp_path}/2"),
        environment={"E": "own"},
    )
    assert [found[name] for name in "ABCDEF"] == ["inherited", "1", "1", "2", "own", r"\xff"]


async def test_a_file_that_cannot_be_read_is_a_failed_start(tmp_path: Path):
    (tmp_path / "bad").write_text("A=1\nsecret words\n")
    (tmp_path / "big").write_bytes(b"#" * (1024 * 1024 + 1))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "fifo")

    async def why(name: str) -> str:
        path = f"{tmp_path}/{name}"
        text = await fails(sh("exit", environment_files=(path,)))
        return text.removeprefix(f"cannot read its environment file {path}")

    assert await why("none") == ": No such file or directory"
    assert await why("bad") == ", line 2: is not NAME=value"
    assert await why("big") == ": it is larger than 1 MiB"
    assert await why("fifo") == ": it is no regular file"
    assert await why("\0") == ": embedded null byte"
    assert await why("loop") == ": Too many levels of symbolic links"


async def test_a_secret_is_inherited_by_those_alone_who_name_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", "t")
    monkeypatch.setenv("HARMLESS", "h")

    async def found(**fields: object) -> set[str]:
        one = One(env(**fields))
        one.hidden = frozenset({"TOKEN"})
        await one.live()
        return {text.partition("=")[0] for text in one.texts} & {"TOKEN", "HARMLESS"}

    assert await found() == {"HARMLESS"}
    assert await found(environment_allow=("TOKEN",)) == {"TOKEN"}
    assert await found(environment={"TOKEN": "t"}) == {"TOKEN", "HARMLESS"}


async def test_a_secret_from_a_file_is_hidden_before_the_program_can_tell_it(tmp_path: Path):
    (tmp_path / "env").write_text("TOKEN=of-a-file\nHARMLESS=in-the-open\n")
    one = One(sh("echo $TOKEN $HARMLESS", environment_files=(str(tmp_path / "env"),)))
    one.secrets = frozenset({"TOKEN", "ABSENT"})
    await one.live()
    assert one.texts == ["[redacted] in-the-open"]


async def test_what_was_said_to_us_is_not_said_to_it(monkeypatch: pytest.MonkeyPatch):
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"):
        monkeypatch.setenv(name, "1")
    found = await environment()
    assert not [name for name in found if name.startswith(("NOTIFY", "WATCHDOG", "LISTEN"))]


# What the plan refuses.


@pytest.mark.parametrize(
    ("fields", "key", "text"),
    [
        ({"command": ("",)}, "command", "names no program"),
        ({"user": ""}, "user", "is empty"),
        ({"directory": ""}, "directory", "is empty"),
        ({"stop_signal": "TREM"}, "stop_signal", "'TREM' is no signal"),
        ({"success": (0, "TREM")}, "success", "'TREM' is no exit code"),
        ({"rlimits": {"files": 1}}, "rlimits.files", "is none of as, core, cpu"),
        ({"rlimits": {"nofile": "many"}}, "rlimits.nofile", "neither a number nor"),
        ({"stdin": "nul"}, "stdin", "'nul' is neither"),
        ({"listen": ("web.sock",)}, "listen", "no path"),
        ({"listen": ("/a", "/a")}, "listen", "names an address twice"),
        ({"ready": Ready(fd=4), "listen": ("/a", "/b")}, "ready", "descriptors up to 4"),
        ({"ready": Ready(fd=3, notify=True)}, "ready", "exactly one"),
    ],
)
def test_what_can_never_be_is_refused_beforehand(fields, key: str, text: str):
    with pytest.raises(Unfit) as unfit:
        process(ProcessSpec(**{"name": "s", "command": ("true",)} | fields))
    assert unfit.value.key == key
    assert text in unfit.value.text


def test_all_problems_are_said_at_once_and_what_may_come_to_be_is_none():
    with pytest.raises(Unfit) as unfit:
        process(sh("", stop_signal="X", stdin="x", rlimits={"x": 1}))
    assert [key for key, _ in unfit.value.problems] == ["stop_signal", "rlimits.x", "stdin"]
    process(
        sh(
            "",
            user="not-yet",
            environment_files=("/not/yet",),
            stdin="/not/yet",
            listen=("/a", "127.0.0.1:1"),
            ready=Ready(fd=5),
        )
    )
