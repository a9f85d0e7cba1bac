"""The picture in the README is the import contracts of pyproject.toml, drawn."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PICTURE = (ROOT / "README.md").read_text("utf-8").split("\n## The picture\n")[1].split("\n## ")[0]
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
    "tool"
]["importlinter"]["contracts"]


def layers(package: str) -> list[set[str]]:
    """Those of the contract, from the top, each with the modules that stand side by side in it."""
    [found] = [contract for contract in CONTRACTS if contract.get("containers") == [package]]
    return [set(layer.split(" | ")) for layer in found["layers"]]


def box(package: str) -> list[str]:
    return re.findall(
        r"^ *([├│].*)$", PICTURE.split(f"┌─ {package}")[1].split("└")[0], re.MULTILINE
    )


def names(text: str) -> list[str]:
    """What stands before two spaces; what it is for follows them."""
    return re.split(r" {2,}", text.strip())[0].split()


def parts(package: str) -> list[list[str]]:
    """What is drawn between the lines of the box, from the top, in reading order."""
    drawn: list[list[str]] = [[]]
    for row in box(package):
        if row.startswith("├"):
            drawn.append([])
        else:
            drawn[-1] += [name for cell in row.strip("│").split("│") for name in names(cell)]
    return drawn


@pytest.mark.parametrize("package", ["services", "supervisor"])
def test_everything_is_drawn_once_and_nothing_else(package: str) -> None:
    drawn = [name for part in parts(package) for name in part]
    assert sorted(drawn) == sorted(name for layer in layers(package) for name in layer)


@pytest.mark.parametrize("package", ["services", "supervisor"])
def test_nothing_is_drawn_above_what_may_import_it(package: str) -> None:
    height = {name: depth for depth, layer in enumerate(layers(package)) for name in layer}
    depths = [[height[name] for name in part] for part in parts(package)]
    assert all(part == sorted(part) for part in depths)
    for above, below in pairwise(depths):
        assert above[-1] < below[0]  # a line is drawn between two layers, not within one


def test_each_layer_of_the_services_has_its_lines() -> None:
    assert [set(part) for part in parts("services")] == layers("services")


def test_what_services_see_of_the_supervisor_is_drawn_between_the_two() -> None:
    [contract] = [
        contract for contract in CONTRACTS if contract["name"].startswith("Services see the")
    ]
    allowed = [line.split(" -> supervisor.") for line in contract["ignore_imports"]]
    [window] = re.findall(r"^ *│ (?! *▼)(.*)", PICTURE.split("┬──")[-1].split("┌")[0], re.MULTILINE)
    assert set(names(window)) == {module for who, module in allowed if who == "services.**"}
    for who, module in allowed:
        assert who == "services.**" or f" {module}" in window, who


@pytest.mark.parametrize("package", ["services", "supervisor"])
def test_a_box_is_drawn_straight(package: str) -> None:
    assert len({len(row) for row in box(package)}) == 1
