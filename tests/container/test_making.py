"""config/image/build: which builder it takes, and what it tells about the sources."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.container import image
from tests.whole.daemon import ROOT

TOOLS = ("sh", "git", "sed", "date", "dirname")
SAYS_ITS_WORDS = '#!/bin/sh\nprintf "%s\\n" "$(basename "$0")" "$@"\n'
WITHOUT_BUILDX = "#!/bin/sh\nexit 1\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with one commit, of the second of January 2026."""
    tree = tmp_path / "tree"
    (tree / "config/image").mkdir(parents=True)
    shutil.copy(ROOT / "config/image/build", tree / "config/image/build")
    (tree / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    moment = "2026-01-02T03:04:05Z"
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_AUTHOR_DATE": moment}
    who |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in who.items()}
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=x"]):
        subprocess.run(["git", *words], cwd=tree, check=True, env=os.environ | who)
    return tree


def run(tree: Path, programs: dict[str, str], **variables: str) -> list[str]:
    """Build there with no other programs; the words of the builder, or what is said instead."""
    folder = tree.parent / "bin"
    folder.mkdir()
    for tool in (*TOOLS, "basename"):
        path = shutil.which(tool)
        assert path is not None
        (folder / tool).symlink_to(path)
    for name, script in programs.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    done = subprocess.run(
        ["sh", "config/image/build", "slim", "site:x", "--pull"],
        cwd=tree,
        env={"PATH": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines() or done.stderr.splitlines()


def told(words: list[str]) -> dict[str, str]:
    """What the builder is told to write on the image, and for whom."""
    pairs = itertools.pairwise(words)
    return dict(word.split("=", 1) for flag, word in pairs if flag == "--build-arg")


@pytest.mark.parametrize(
    ("programs", "builder"),
    [
        ({"docker": SAYS_ITS_WORDS, "podman": SAYS_ITS_WORDS}, "docker buildx build"),
        ({"docker": WITHOUT_BUILDX, "podman": SAYS_ITS_WORDS}, "podman build"),
        ({"buildah": SAYS_ITS_WORDS}, "buildah build"),
    ],
)
def test_it_takes_the_builder_that_is_there(
    tree: Path, programs: dict[str, str], builder: str
) -> None:
    assert " ".join(run(tree, programs)).startswith(f"{builder} --")


def test_a_builder_that_is_named_is_taken(tree: Path) -> None:
    both = {"docker": SAYS_ITS_WORDS, "buildah": SAYS_ITS_WORDS}
    assert run(tree, both, BUILDER="buildah")[0] == "buildah"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "cannot build an image: install docker with buildx, podman or buildah"),
        ({"BUILDER": "kaniko"}, "cannot build with 'kaniko'"),
    ],
)
def test_without_one_it_says_what_to_do(
    tree: Path, variables: dict[str, str], expected: str
) -> None:
    (said,) = run(tree, {}, **variables)
    assert said.startswith(expected)


def test_it_tells_version_revision_and_the_commits_date(tree: Path) -> None:
    words = run(tree, {"buildah": SAYS_ITS_WORDS})
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tree, capture_output=True, text=True)
    assert words[:4] == ["buildah", "build", "--format", "docker"]
    assert words[-2:] == ["--pull", "."]
    assert told(words) == {
        "VERSION": "1.2.3",
        "REVISION": head.stdout.strip(),
        "CREATED": "2026-01-02T03:04:05Z",
        "SOURCE": "unknown",
    }
    assert words[words.index("--target") + 1] == "slim"
    assert words[words.index("--tag") + 1] == "site:x"
    assert words[words.index("--timestamp") + 1] == "315532800"


def test_changes_that_are_not_committed_are_told(tree: Path) -> None:
    (tree / "more").write_text("x")
    words = run(tree, {"buildah": SAYS_ITS_WORDS})
    assert told(words)["REVISION"].endswith("-dirty")


@pytest.mark.parametrize(
    ("remote", "source"),
    [
        (
            "https://someone@forge.example/team/site.git",
            "https://forge.example/team/site.git",
        ),
        ("git@forge.example:team/site.git", "unknown"),
    ],
)
def test_who_asks_a_remote_is_not_told(tree: Path, remote: str, source: str) -> None:
    subprocess.run(["git", "remote", "add", "origin", remote], cwd=tree, check=True)
    assert told(run(tree, {"buildah": SAYS_ITS_WORDS}))["SOURCE"] == source


def test_the_time_and_the_user_can_be_said(tree: Path) -> None:
    words = run(tree, {"podman": SAYS_ITS_WORDS}, SOURCE_DATE_EPOCH="86400", APP_UID="4711")
    assert told(words)["CREATED"] == "1970-01-02T00:00:00Z"
    assert told(words)["APP_UID"] == "4711"
    assert words[words.index("--timestamp") + 1] == "86400"
    assert "APP_GID" not in told(words)


@pytest.mark.parametrize(
    ("told", "tries"),
    [("Close_Fd sealing memfd copy: Device or resource busy", 2), ("no space left", 1)],
)
def test_a_build_is_tried_again_where_buildah_could_not_copy_itself_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, told: str, tries: int
) -> None:
    tried: list[tuple[str, ...]] = []

    def run(*command: str, cwd: Path) -> str:
        tried.append(command)
        if len(tried) == 1:
            raise AssertionError(told)
        return f"quietly\n{cwd.name}-id"

    storage: Any = SimpleNamespace(alone=nullcontext, ensure_base=lambda: None, run=run)
    monkeypatch.setattr(image, "inspect", lambda _, image_id, target: (image_id, target))
    if tries == 1:
        with pytest.raises(AssertionError, match=told):
            image.build(storage, "slim")
    else:
        assert image.build(storage, "slim", tree=Path("/somewhere")) == ("somewhere-id", "slim")
    assert len(tried) == tries
    assert len(set(tried)) == 1
