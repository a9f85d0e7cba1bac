"""Whatever a path looks like, what it leads to is a file of the site, or it is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.site.containment import Outside, is_private, within

PARTS = [
    *("..", ".", "", "src", "pages", "a.astro", "loop", "out", "out-file", "in", "env", "deep"),
    *(".git", ".GIT", ".env", ".Env.local", ".env.example", ".npmrc", "..a", "~", "-", "\u202e"),
    *("hooks", "secret", "fifo", "x" * 300, " ", "\n", "a\0b", "\udc80", "etc", "passwd", "proc"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with links that lead out, in, round in circles and to what is private."""
    around = tmp_path_factory.mktemp("around")
    (around / "secret").write_text("no")
    base = around / "site"
    (base / "src" / "pages").mkdir(parents=True)
    (base / "src" / "a.astro").write_text("")
    (base / ".git" / "hooks").mkdir(parents=True)
    (base / ".env").write_text("no")
    os.link(base / ".env", base / "twin")
    os.mkfifo(base / "fifo")
    for name, target in {
        "out": around,
        "out-file": around / "secret",
        "in": base / "src",
        "env": base / ".env",
        "loop": base / "loop",
        "deep": Path("../../.."),
    }.items():
        (base / name).symlink_to(target)
        (base / "src" / name).symlink_to(target)
    return base


def allowed(root: Path, path: str) -> Path | None:
    try:
        return within(root, path)
    except Outside:
        return None


@given(
    parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=8),
    begin=st.sampled_from(["", "/", "//", "root", "root/.."]),
)
def test_what_is_allowed_is_inside_and_not_private(root: Path, parts: list[str], begin: str):
    path = begin.replace("root", str(root)) + "/".join(parts)
    found = allowed(root, path)
    if found is None:
        return
    assert found == Path(os.path.realpath(found))
    assert found.is_relative_to(root.resolve())
    assert not any(map(is_private, found.relative_to(root.resolve()).parts))
    assert found.is_file() or found.is_dir() or not found.exists()


@given(st.text(max_size=60))
def test_any_text_is_a_file_of_the_site_or_refused(root: Path, path: str):
    found = allowed(root, path)
    assert found is None or found.is_relative_to(root.resolve())


@given(st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), min_size=1, max_size=6))
def test_a_plain_path_is_itself(root: Path, parts: list[str]):
    plain = [part for part in parts if part not in PARTS]
    if plain:
        assert within(root, "/".join(plain)) == root.resolve().joinpath(*plain)


@pytest.mark.parametrize(
    "path",
    [
        *("", "..", "/", "/etc/passwd", "../secret", "out/secret", "out-file", "src/out/secret"),
        *("in/../../secret", "deep/etc/passwd", "loop", "src/loop/x", "fifo", "a\0b"),
        *(".git", ".git/config", ".git/hooks/pre-commit", ".GIT/config", "src/.git"),
        *(".env", "env", ".env.local", "src/.env.production", ".ENV", ".npmrc", ".netrc"),
        *("twin", ".git./config", ".g\u200cit/config", "GIT~1/config", ".env\u200d", ".npmrc. "),
        *(".dev.vars", "src/.dev.vars.production", ".Dev.Vars", ".envrc"),
        *(".yarnrc", ".yarnrc.yml", "/proc/self/environ", "x" * 300 + "/" + "y" * 5000),
    ],
)
def test_these_are_refused(root: Path, path: str):
    with pytest.raises(Outside, match="cannot use"):
        within(root, path)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".", ""),
        ("src/a.astro", "src/a.astro"),
        ("in/a.astro", "src/a.astro"),
        ("src/../src/./a.astro", "src/a.astro"),
        ("new/file.md", "new/file.md"),
        (".env.example", ".env.example"),
        (".dev.vars.example", ".dev.vars.example"),
        (".gitignore", ".gitignore"),
        ("..a", "..a"),
        ("~/x", "~/x"),
    ],
)
def test_these_are_allowed(root: Path, path: str, found: str):
    assert within(root, path) == root.resolve() / found
    assert within(root, str(root / path)) == root.resolve() / found


def test_a_site_that_is_a_link_is_where_it_leads(root: Path, tmp_path: Path):
    (link := tmp_path / "link").symlink_to(root)
    assert within(link, "src/a.astro") == root.resolve() / "src" / "a.astro"
    assert within(link, str(link / "src")) == root.resolve() / "src"
    with pytest.raises(Outside):
        within(link, "../secret")


def test_a_site_that_is_gone_has_no_files(tmp_path: Path):
    with pytest.raises(Outside):
        within(tmp_path / "gone", "a")
