"""Whether a folder can be kept in, on real file systems."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.footing import Mounted, doubts, mounted, unfit

MOUNTS = """\
22 1 0:20 / / rw,relatime - overlay overlay rw
30 22 0:30 / /tmp rw - tmpfs tmpfs rw
31 22 8:1 /var/lib/docker/volumes/{name}/_data /workspace rw - ext4 /dev/sda1 rw
32 22 0:40 / /with\\040space rw shared:1 - nfs4 fs-1:/ rw
33 22 0:41 / /tmp rw - xfs /dev/sdb rw
""".format(name="0f" * 32)


def test_a_folder_that_can_be_written_to_is_fit_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    assert unfit(tmp_path) is None
    assert unfit(tmp_path / "to" / "be" / "made") is None
    assert os.listdir(tmp_path) == ["acme"]
    assert [*doubts(tmp_path)] == [*doubts(tmp_path / "to")] == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = f"{tmp_path}/file is a file: name a folder, or mount a volume there"
    assert unfit(tmp_path / "file") == unfit(tmp_path / "file" / "in") == told


@pytest.mark.system
@pytest.mark.parametrize(
    ("mount", "prepare", "words"),
    [
        ("size=1m", "mount -o remount,ro /mnt", ("is read-only: mount a volume",)),
        ("size=1m", "head -c 1040000 /dev/zero >/mnt/big", ("is full: make room",)),
        ("size=1m,mode=700", "", ("belongs to uid 0", "runs as uid 4711", "--user 0", "PosixUser")),
        ("size=1m,mode=500,uid=4711", "", ("uid 4711, whose it is", "'chmod u+rwx /mnt'")),
    ],
)
def test_why_nothing_can_be_kept_is_said_with_what_to_do(
    require: Callable[[str], Path], mount: str, prepare: str, words: tuple[str, ...]
) -> None:
    """As somebody whom a mode can keep out, in a mount namespace of its own."""
    script = f'mount -t tmpfs -o {mount} none /mnt\n{prepare}\nexec "$@"'
    python = (sys.executable, "-c", LOOK, "/mnt/acme", "/mnt")
    done = subprocess.run(
        [require("unshare"), "--mount", "sh", "-euc", script, "sh", *python],
        capture_output=True,
        text=True,
        check=True,
    )
    missing, there = done.stdout.splitlines()
    for word in words:
        assert word in there
        assert word in missing
    assert missing.startswith("there is no /mnt/acme, and it cannot be made: ")


LOOK = """
import os, sys
from pathlib import Path
from services.footing import unfit
os.setgroups([]), os.setresgid(4711, 4711, 4711), os.setresuid(4711, 4711, 4711)
for folder in sys.argv[1:]:
    print(unfit(Path(folder)))
"""


@pytest.mark.system
@pytest.mark.parametrize("option", ["noexec", "exec"])
def test_where_nothing_can_be_run_is_told(require: Callable[[str], Path], option: str) -> None:
    script = f'mount -t tmpfs -o {option} none /mnt\nexec "$@"'
    ask = "from services.previews import *; print(*look(Options(cache='/mnt/x')))"
    done = subprocess.run(
        [require("unshare"), "--mount", "sh", "-euc", script, "sh", sys.executable, "-c", ask],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("Obstacle" if option == "noexec" else "Doubt")
    assert ("write '--tmpfs /tmp:exec'" in done.stdout) == (option == "noexec")


def test_what_is_somebody_else_s_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    [told] = doubts(tmp_path)
    assert told.startswith(f"acme (uid {os.getuid()}) in {tmp_path} belong to others, and this")
    assert "comes to belong to uid" in (unfit(tmp_path) or "")  # as an EFS access point has it


def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(tmp_path)
    scarce = os.statvfs_result([*real[:3], 10, 5 << 20 >> 12, *real[5:]])

    def little(_: Path) -> os.statvfs_result:
        return scarce

    monkeypatch.setattr(os, "statvfs", little)
    assert real.f_frsize == 4096
    assert [*doubts(tmp_path)] == [
        f"only 5 MB are left in {tmp_path}: make room, or mount a larger volume"
    ]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/etc", Mounted("/", "overlay", "/")),
        ("/tmp/nurseryd", Mounted("/tmp", "xfs", "/")),
        ("/tmpfs", Mounted("/", "overlay", "/")),
        ("/with space/x", Mounted("/with space", "nfs4", "/")),
    ],
)
def test_the_mount_is_the_nearest_and_the_last(folder: str, expected: Mounted) -> None:
    assert mounted(Path(folder), MOUNTS) == expected


def test_a_volume_without_a_name_is_known_by_its_place() -> None:
    found = mounted(Path("/workspace/acme"), MOUNTS)
    assert found is not None
    assert found.is_anonymous
    assert not Mounted("/workspace", "ext4", "/var/lib/docker/volumes/sites/_data").is_anonymous


def test_this_machine_s_mounts_can_be_read() -> None:
    found = mounted(Path("/proc/self"))
    assert found is not None
    assert found.kind == "proc"
