import os
import shutil
from pathlib import Path

import pytest

from services.previews.managers import Kind, Wanted
from services.previews.node import Node
from services.previews.tools import Tools
from supervisor.desk import Refused

NODE = Node(Path("/opt/node"), Path("/opt/npm-cli.js"), "node24-x")
NPM = Wanted(Kind.NPM, "package-lock.json")
PNPM = Wanted(Kind.PNPM, "pnpm-lock.yaml", 9)
CLASSIC = Wanted(Kind.CLASSIC, "yarn.lock", 1, 1)
BERRY = Wanted(Kind.BERRY, "yarn.lock", 2)


@pytest.fixture
def machine(tmp_path):
    """A machine whose programs say these versions, in folders of PATH in this order."""

    def make(*programs):
        folders = []
        for number, (name, said) in enumerate(programs):
            folder = tmp_path / f"path{number}"
            folder.mkdir()
            (folder / name).write_text(f"#!/bin/sh\necho x >> {tmp_path}/asked\n{said}\n")
            (folder / name).chmod(0o755)
            folders.append(str(folder))
        tools = Tools(NODE, tmp_path / "own", os.pathsep.join([*folders, "", "/nowhere"]))
        tools.prepare()
        return tools

    return make


def says(version):
    return f"echo {version}"


def test_npm_is_always_there_and_runs_on_our_node(machine):
    wanted, tool = machine().first([NPM])
    assert wanted is NPM
    assert (tool.program, tool.before) == (NODE.node, (str(NODE.npm),))


def test_others_are_found_on_path_by_their_major_version(machine, tmp_path):
    tools = machine(("yarn", says("1.22.22")), ("yarn", says("4.18.1")), ("pnpm", says("v12.0.0")))
    assert tools.first([CLASSIC])[1].program == tmp_path / "path0" / "yarn"
    assert tools.first([BERRY])[1].program == tmp_path / "path1" / "yarn"
    assert tools.first([PNPM])[1].program == tmp_path / "path2" / "pnpm"
    for _ in range(3):
        tools.first([BERRY])
    assert len((tmp_path / "asked").read_text().split()) == 3  # each of them once


def test_a_program_that_was_replaced_is_asked_again(machine, tmp_path):
    tools = machine(("pnpm", says("8.1.0")))
    with pytest.raises(Refused):
        tools.first([PNPM])
    program = tmp_path / "path0" / "pnpm"
    program.write_text("#!/bin/sh\necho 9.0.0\n")
    os.utime(program, (1, 1))
    assert tools.first([PNPM])[1].program == program


def test_the_first_candidate_that_is_here_is_taken(machine):
    assert machine().first([PNPM, NPM])[0] is NPM
    assert machine(("pnpm", says("9.0.0"))).first([NPM, PNPM])[0] is NPM


@pytest.mark.parametrize(
    ("programs", "wanted", "said"),
    [
        ([], PNPM, "the site has pnpm-lock.yaml, and there is no pnpm 9 or newer here; install"),
        ([("pnpm", says("8.1.0"))], PNPM, "no pnpm 9 or newer here, only pnpm 8; install pnpm 9"),
        ([("yarn", says("1.22.1"))], BERRY, "no yarn 2 or newer here, only yarn 1; install yarn 2"),
        ([("yarn", "exit 1")], CLASSIC, "only yarn of unknown version; install yarn 1 here, or"),
        ([], Wanted(Kind.BUN, "bun.lock"), "there is no bun here; install bun here, or run `npm"),
    ],
)
def test_who_is_not_here_is_refused_with_what_to_do(machine, programs, wanted, said):
    with pytest.raises(Refused) as refusal:
        machine(*programs).first([wanted])
    assert said in str(refusal.value)
    assert str(refusal.value).endswith("commit the package-lock.json")


def test_our_node_comes_first_on_path_and_nothing_else_from_beside_it(machine, tmp_path):
    tools = machine(("yarn", says("1.0.0")))
    first, second, *_ = tools.path.split(os.pathsep)
    assert [entry.name for entry in Path(first).iterdir()] == ["node"]
    assert (Path(first) / "node").readlink() == NODE.node
    assert second == str(tmp_path / "path0")
    (Path(first) / "node").unlink()
    (Path(first) / "node").symlink_to("/somewhere/else")
    tools.prepare()
    assert (Path(first) / "node").readlink() == NODE.node


def test_a_program_is_not_told_what_else_is_in_our_environment(machine, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    tools = machine(("pnpm", f"env > {tmp_path}/environment; echo 9.0.0"))
    tools.first([PNPM])
    assert "secret" not in (tmp_path / "environment").read_text()
    assert shutil.which("node", path=tools.path) is None  # the test's Node is none
