"""Whether the sites are still there for the next container."""

from pathlib import Path

import pytest

from services.footing import Mounted
from services.workspaces import Options, look
from services.workspaces.ground import fleeting
from supervisor.context import Obstacle

ROOT = Path("/workspace")
NAMED = "/var/lib/docker/volumes/sites/_data"
NAMELESS = f"/var/lib/docker/volumes/{'ab' * 32}/_data"


@pytest.mark.parametrize(
    ("mount", "on_ecs", "words"),
    [
        (Mounted("/", "overlay", "/"), False, "nothing is mounted at /workspace: everything is"),
        (Mounted("/workspace", "tmpfs", "/"), False, "/workspace is in memory: everything is lost"),
        (Mounted("/workspace", "xfs", "/x"), True, "/workspace is not on EFS: what is there may"),
        (Mounted("/workspace", "ext4", NAMELESS), False, "has no name: the next container gets an"),
        (Mounted("/workspace", "ext4", NAMED), False, None),
        (Mounted("/workspace", "nfs4", "/"), True, None),
        (None, True, None),
    ],
)
def test_what_is_gone_with_the_container_is_told(
    mount: Mounted | None, on_ecs: bool, words: str | None
) -> None:
    told = fleeting(ROOT, mount, on_ecs=on_ecs)
    assert told is None if words is None else words in (told or "")


def test_a_folder_on_a_laptop_is_nobody_s_concern(tmp_path: Path) -> None:
    assert [*look(Options(root=str(tmp_path / "new")))] == []
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_used_is_an_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    [found] = look(Options(root=str(tmp_path / "file")))
    assert isinstance(found, Obstacle)
    assert found.key == "root"
