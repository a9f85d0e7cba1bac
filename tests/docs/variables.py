"""The variables of the environment that are read, and that programs are given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from services.agent.claude.environment import environment
from supervisor.survivors import MARKER
from tests.docs.pages import ROOT

VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
SURROUNDINGS = re.compile(r"(?:environ|environment|ours|theirs)$")


@cache
def read() -> dict[str, str]:
    """Each variable that is looked at, and where."""
    return {**_by_code(), **_by_configuration(), **_by_claude()}


def _by_configuration() -> dict[str, str]:
    return {
        name: str(path.relative_to(ROOT))
        for path in sorted((ROOT / "config").glob("*.toml"))
        for name in re.findall(r"\$\{([A-Z_0-9]+)", path.read_text(encoding="utf-8"))
    }


def _by_code() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((*(ROOT / "supervisor").rglob("*.py"), *(ROOT / "services").rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = _constants(tree)
        for node in ast.walk(tree):
            for name in _looked_at(node, constants):
                found[name] = str(path.relative_to(ROOT))
    return found


def _looked_at(node: ast.AST, constants: Mapping[str, str]) -> Iterator[str]:
    asked: ast.expr | None = None
    match node:
        case ast.Call(func=ast.Attribute(attr="get", value=where), args=[key, *_]):
            asked = key if SURROUNDINGS.search(ast.unparse(where)) else None
        case ast.Subscript(value=where, slice=key):
            asked = key if ast.unparse(where).endswith("environ") else None
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[where]):
            asked = key if SURROUNDINGS.search(ast.unparse(where)) else None
        case ast.keyword(arg="envvar", value=key):
            asked = key
        case _:
            pass
    match asked:
        case ast.Constant(value=str(name)) if VARIABLE.fullmatch(name):
            yield name
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in constants:
            yield constants[name]
        case _:
            pass


def _constants(tree: ast.Module) -> dict[str, str]:
    """The texts that a module gives names, and those that it imports from modules of ours."""
    found = _given_names(tree)
    for node in tree.body:
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                for each in names:
                    theirs = _theirs(module)
                    if each.name in theirs:
                        found[each.asname or each.name] = theirs[each.name]
                    found |= _theirs(f"{module}.{each.name}")
            case _:
                pass
    return found


@cache
def _theirs(module: str) -> dict[str, str]:
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    ours = module.split(".")[0] in ("services", "supervisor")
    return _given_names(ast.parse(path.read_bytes())) if ours and path.is_file() else {}


def _given_names(tree: ast.Module) -> dict[str, str]:
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


class _Asked(dict[str, str]):
    """An environment that keeps what it was asked for."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.names.add(key)
        return super().get(key, default)


def _by_claude() -> dict[str, str]:
    names: set[str] = set()
    for given in ({}, {"CLAUDE_CODE_USE_BEDROCK": "1"}):
        ours = _Asked(given)
        environment(ours, home=Path(), config=Path(), temporary=Path(), retries=0)
        names |= ours.names
    return dict.fromkeys(names, "services/agent/claude/environment.py")


def given_to_programs() -> set[str]:
    """What nurseryd itself puts into the environment of a program, or keeps from it."""
    tree = ast.parse((ROOT / "supervisor/kinds/program.py").read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    named = {text for text in texts if isinstance(text, str) and VARIABLE.fullmatch(text)}
    return {name for name in named if "_" in name} | {MARKER}
