"""What a model is shown has limits, and says where they are."""

from __future__ import annotations

import pytest

from services.agent.bedrock import looking
from services.messages import BuildError, Diff, FileDiff, GitState


def test_lines_are_numbered():
    assert looking.numbered("a\nb\n", 1, 2000) == "     1\ta\n     2\tb"
    assert looking.numbered("a\nb", 2, 5) == "     2\tb"
    assert looking.numbered("", 1, 5) == "(The file is empty.)"
    assert looking.numbered("a\n", 2, 5) == "(The file has only 1 lines.)"


def test_what_is_left_out_of_a_file_is_told():
    text = "".join(f"line {n}\n" for n in range(1, 5001))
    shown = looking.numbered(text, 10, 3).splitlines()
    assert shown == [
        "    10\tline 10",
        "    11\tline 11",
        "    12\tline 12",
        "(That is up to line 12 of 5000: read on from 13.)",
    ]
    wide = looking.numbered("x" * 90_000 + "\n" + "y\n" * 90_000, 1, 100_000)
    assert len(wide) < looking.LETTERS + looking.WIDEST
    assert "… (88000 letters more)" in wide
    assert "read on from" in wide


def test_names_fit_by_their_path_or_their_last_part():
    names = ["a.astro", "src/b.astro", "src/pages/c.astro", "src/pages/d.md"]
    assert looking.named(names, "*", more=False).splitlines() == names
    assert looking.named(names, "*.astro", more=False).splitlines() == names[:3]
    assert looking.named(names, "**/*.md", more=False) == "src/pages/d.md"
    assert looking.named(names, "./src/pages/*", more=False).splitlines() == names[2:]
    assert looking.named(names, "*.css", more=False) == "(There is none.)"
    assert looking.inside(names, "src/pages") == names[2:]
    assert looking.inside(names, "src/pages/d.md") == names[3:]
    assert looking.inside(names, ".") == names


def test_that_there_are_more_names_is_told():
    many = [f"{n}.md" for n in range(looking.NAMES + 1)]
    assert "There are more" in looking.named(many, "*", more=False)
    assert "There are more" in looking.named(["a"], "*", more=True)


def test_what_git_says():
    assert "Nothing has changed" in looking.state(GitState("t", ("t",)))
    state = GitState("t", ("t",), added=("a",), modified=("m",), deleted=("d",), untracked=("u",))
    assert looking.state(state) == "new: a\nnew: u\nchanged: m\ndeleted: d"
    assert "Nothing has changed" in looking.difference(Diff(()))


@pytest.mark.parametrize(
    "file",
    [
        FileDiff(".env", "modified", patch="+TOKEN=1\n"),
        FileDiff("src/.env.local", "added", patch="+TOKEN=1\n"),
        FileDiff("src/shown", "renamed", old_path=".env", patch="-TOKEN=1\n"),
    ],
)
def test_a_diff_shows_nothing_of_a_private_file(file: FileDiff):
    diff = Diff((file, FileDiff("a.md", "modified", patch="+hello\n")), truncated=True)
    assert looking.difference(diff) == "+hello\n\n(Some of it is left out.)"


def test_what_is_wrong_with_a_page():
    assert looking.wrong(()) == "(No error is known.)"
    error = BuildError("Unexpected }", "src/a.astro", 3, frame="3 | }")
    assert looking.wrong((error, BuildError("No"))) == ("Unexpected } (src/a.astro:3)\n3 | }\n\nNo")
