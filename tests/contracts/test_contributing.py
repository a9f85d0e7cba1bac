"""What CONTRIBUTING.md names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.agent.backends import BACKENDS
from supervisor.kinds import KINDS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"`([^`]+)`", TEXT)
PATH = re.compile(r"(?:supervisor|services|config|tests|\.ci)/[\w./@-]*|[\w-]+\.(?:md|toml)")
# A file that is to be made, with what stands for its name in one that was made in that way.
MADE = {
    "services/NAME/__init__.py": ["services/figures/__init__.py"],
    "tests/services/NAME/": ["tests/services/figures"],
    "supervisor/kinds/NAME.py": [f"supervisor/kinds/{kind}.py" for kind in KINDS],
    "tests/supervisor/test_NAME.py": ["tests/supervisor/test_process.py"],
    "services/agent/NAME/__init__.py": [f"services/agent/{name}/__init__.py" for name in BACKENDS],
    "tests/services/agent/NAME/test_contract.py": ["tests/services/agent/claude/test_contract.py"],
    "services/api/v1/NAME.py": ["services/api/v1/usage.py"],
    "tests/services/api/v1/test_NAME.py": ["tests/services/api/v1/test_usage.py"],
}


def named() -> set[str]:
    return {
        word for shown in SHOWN for word in shown.split() if PATH.fullmatch(word.partition(":")[0])
    }


def test_every_path_exists_or_is_like_one_that_does() -> None:
    paths = {word.partition(":")[0] for word in named()}
    assert len(paths) > 40
    for path in paths - MADE.keys():
        assert (ROOT / path).exists(), path
    assert {path for path in paths if "NAME" in path} == MADE.keys()
    for likes in MADE.values():
        assert [like for like in likes if not (ROOT / like).exists()] == []


def test_every_target_of_make_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", TEXT, re.MULTILINE))
    assert {"check", "test", "client"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("heading", ["service", "kind", "probe", "backend", "route"])
def test_each_addition_says_which_tests_hold_it(heading: str) -> None:
    [recipe] = re.findall(rf"^## Adding a {heading}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    assert re.search(r"`tests/[\w/]+", recipe.strip().rpartition("\n\n")[2])


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_every_backend_keeps_the_contract(name: str) -> None:
    tests = ROOT / "tests" / "services" / "agent"
    [path] = (*tests.glob(f"{name}/test_contract.py"), *tests.glob(f"test_{name}_contract.py"))
    assert re.search(r"^class \w+\((Backend|Model)Contract\):", path.read_text("utf-8"), re.M)


def test_what_is_shown_of_the_code_is_said_by_it() -> None:
    """Names of the code are in the files that the same step names."""
    steps = re.findall(r"^\d\. .*?(?=^\d\. |\n\n)", TEXT, re.M | re.S)
    assert len(steps) > 20
    for step in steps:
        shown = re.findall(r"`([^`]+)`", step)
        places = [ROOT / path for word in shown for path in MADE.get(word, [word])]
        files = [place for place in places if place.is_file()]
        source = "".join(file.read_text(encoding="utf-8") for file in files)
        for word in shown:
            if files and re.fullmatch(r"[A-Z]\w+", word) and word != "NAME":
                assert word in source, (word, step)
