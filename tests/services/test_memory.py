import subprocess
import sys

import pytest

from services.memory import available, taken, used

HOLDS = """
import subprocess, sys
held = bytearray(int(sys.argv[1]) << 20)
held[::4096] = b"x" * len(held[::4096])
if len(sys.argv) > 2:
    child = subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]], stdin=sys.stdin)
    child.wait()
print("ready", flush=True)
sys.stdin.read()
"""


def machine(root, groups="0::/a/b\n"):
    """A machine of 8 GiB as its files describe it."""
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "meminfo").write_text(f"MemTotal:  {8 << 20} kB\nMemFree: 1 kB\n")
    (root / "proc" / "self" / "cgroup").write_text(groups)
    return root


def write(root, path, limit):
    file = root / "sys/fs/cgroup" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{limit}\n")


def test_without_a_limit_it_is_what_the_machine_has(tmp_path):
    machine(tmp_path)
    write(tmp_path, "a/b/memory.max", "max")
    assert available(tmp_path) == 8 << 30


def test_the_tightest_limit_of_the_groups_around_us_counts(tmp_path):
    machine(tmp_path)
    write(tmp_path, "a/b/memory.max", 4 << 30)
    write(tmp_path, "a/memory.max", 2 << 30)
    assert available(tmp_path) == 2 << 30


def test_in_a_container_the_group_may_be_the_top_of_what_is_seen(tmp_path):
    machine(tmp_path, groups="0::/\n")
    write(tmp_path, "memory.max", 1 << 30)
    assert available(tmp_path) == 1 << 30


def test_the_first_version_of_control_groups_is_understood_and_its_no_limit_too(tmp_path):
    machine(tmp_path, groups="5:cpu,memory:/docker/x\n1:name=systemd:/docker/x\n")
    write(tmp_path, "memory/memory.limit_in_bytes", 9223372036854771712)
    assert available(tmp_path) == 8 << 30
    write(tmp_path, "memory/docker/x/memory.limit_in_bytes", 3 << 30)
    assert available(tmp_path) == 3 << 30


def test_this_machine_has_some():
    assert available() > 0


@pytest.mark.system
def test_what_a_session_takes_is_what_all_its_processes_hold():
    argv = [sys.executable, "-c", HOLDS]
    one = subprocess.Popen(
        [*argv, "40", HOLDS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    two = subprocess.Popen(
        [*argv, "10"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        for process in (one, two):
            assert process.stdout.readline() == b"ready\n"
        sizes = taken([one.pid, two.pid, 999_999_999])
    finally:
        for process in (one, two):
            process.communicate()
    assert 80 << 20 < sizes[one.pid] < 140 << 20
    assert 10 << 20 < sizes[two.pid] < 40 << 20
    assert sizes[999_999_999] == 0
    assert taken([one.pid]) == {one.pid: 0}


def test_where_shares_may_not_be_read_it_is_what_is_resident(tmp_path):
    process = tmp_path / "7"
    process.mkdir()
    (process / "stat").write_bytes(b"7 (a) b) S 1 7 5 0 -1 0")
    (process / "statm").write_bytes(b"900 100 5 1 0 1 0")
    (process / "smaps_rollup").write_bytes(b"Rss: 1 kB\nPss:   2048 kB\n")
    assert taken([5], tmp_path) == {5: 2 << 20}
    (process / "smaps_rollup").unlink()
    (process / "smaps_rollup").mkdir()
    assert taken([5], tmp_path) == {5: 0}  # it cannot be read at all: gone meanwhile


def group(root, path, members, **files):
    """A control group that holds these processes; a file's name has _ for a dot."""
    folder = root / "sys/fs/cgroup" / path
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.procs").write_text("".join(f"{each}\n" for each in members))
    for name, text in files.items():
        (folder / name.replace("memory_", "memory.")).write_text(text)


def process(root, number, kib):
    folder = root / "proc" / str(number)
    folder.mkdir()
    (folder / "smaps_rollup").write_bytes(b"Pss:   %d kB\n" % kib)


def test_what_a_container_uses_is_what_its_group_counts_but_for_unused_files(tmp_path):
    machine(tmp_path, groups="0::/\n")
    stat = "anon 5\ninactive_file 1000\nactive_file 3\n"
    group(tmp_path, "", [1, 7], memory_current="5000\n", memory_stat=stat)
    assert used(tmp_path) == 4000


def test_the_first_version_is_understood_where_its_path_is_cut_off(tmp_path):
    machine(tmp_path, groups="5:cpu,memory:/ecs/x\n")
    stat = "inactive_file 1\ntotal_inactive_file 1000\n"
    group(tmp_path, "memory", [1, 7], memory_usage_in_bytes="5000\n", memory_stat=stat)
    assert used(tmp_path) == 4000


@pytest.mark.parametrize("members", [[7], [0, 1, 7]])
def test_a_group_that_holds_others_than_the_container_says_nothing_of_it(tmp_path, members):
    machine(tmp_path)
    group(tmp_path, "a/b", members, memory_current="5000\n", memory_stat="inactive_file 1000\n")
    process(tmp_path, 1, 2)
    process(tmp_path, 7, 3)
    assert used(tmp_path) == 5 * 1024


def test_this_machine_uses_some():
    assert used() > 0
