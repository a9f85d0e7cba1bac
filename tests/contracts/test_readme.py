"""The README tells the truth, and leaves nothing out."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec
import pytest

from services.api import Options
from services.api.app import build
from services.api.grace import Grace
from services.hmr import Options as DoorOptions
from services.messages import Activity
from services.workspaces import Options as WorkspaceOptions
from services.workspaces.git import saves
from supervisor import tree
from supervisor.cli.nurseryctl import cli
from supervisor.config import BAD_CONFIGURATION, load
from supervisor.plan import plan
from supervisor.spec import (
    Condition,
    GroupSpec,
    HealthSpec,
    Level,
    Log,
    OnUnhealthy,
    ProcessSpec,
    Ready,
    Restart,
    Settings,
    Strategy,
    TaskSpec,
)
from tests.harness import Harness

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEYS = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
LOCAL = (ROOT / "config" / "local.toml").read_text(encoding="utf-8")


TABLES = [TaskSpec, ProcessSpec, Log, HealthSpec, GroupSpec, Settings]


def _example(heading: str) -> str:
    """The first configuration below a heading of the README."""
    return README.split(heading)[1].split("```toml\n")[1].split("```")[0]


@pytest.mark.parametrize("table", TABLES)
def test_every_key_of_a_table_is_documented(table: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(table):
        assert field.name == "name" or f"`{field.name}`" in KEYS, field.name


@pytest.mark.parametrize("words", [Condition, Strategy, Level, OnUnhealthy, Restart])
def test_every_word_that_a_key_may_have_is_documented(words: type[StrEnum]) -> None:
    for word in words:
        assert f"`{word.value}`" in KEYS or f" {word.value} " in KEYS, word


def test_the_example_for_other_programs_is_a_plan_in_which_somebody_probes(tmp_path: Path) -> None:
    example = tmp_path / "my.toml"
    example.write_text(_example("## Supervising anything else"), encoding="utf-8")
    planned = plan(load(example, {}))
    names = [service.spec.name for service in planned.services]
    assert sorted(names) == ["database", "prober", "web"]
    assert names.index("database") < names.index("web")


def test_the_example_of_where_sites_come_from_is_one_that_the_service_takes() -> None:
    table = tomllib.loads(_example("## Sites, threads and git"))["service"]["workspaces"]
    options = msgspec.convert({"root": "/workspace"} | table["options"], WorkspaceOptions)
    assert set(options.credentials) == set(options.hosts)


def test_the_example_of_where_previews_are_is_one_that_the_services_take() -> None:
    table = tomllib.loads(_example("## Previews in your product"))["service"]
    door = msgspec.convert(table["hmr"]["options"], DoorOptions)
    api = msgspec.convert(table["api"]["options"], Options)
    assert urlsplit(api.preview).hostname in door.domains


def test_every_reference_with_unfinished_work_is_documented() -> None:
    for place in (saves.wip("T"), saves.parked("T", "B"), saves.kept("T"), saves.deleted("T")):
        shown = place.replace("T", "{thread}").replace("B", "{branch}")
        assert f"`{shown}" in README, shown


def test_every_way_to_be_ready_is_documented() -> None:
    for field in msgspec.structs.fields(Ready):
        assert f"`{field.name}`" in KEYS, field.name


@pytest.mark.parametrize("code", [0, BAD_CONFIGURATION, tree.GAVE_UP, tree.UNHEALTHY, 20])
def test_every_exit_code_is_documented(code: int) -> None:
    assert f"\n| {code} |" in README


def test_every_variable_of_the_local_configuration_is_documented() -> None:
    for name in set(re.findall(r"\$\{([A-Z_]+)", LOCAL)):
        assert f"`{name}`" in README, name


def test_every_documented_control_command_exists() -> None:
    context = click.Context(cli)
    for verb in re.findall(r"nurseryctl (\w+)", README):
        assert cli.get_command(context, verb) is not None, verb


def test_the_routes_that_are_documented_are_those_of_the_api() -> None:
    spec = TaskSpec(
        name="api",
        run="services.api:serve",
        sends=("activity",),
        watches=("transfers", "routes"),
    )
    ctx = Harness(spec).context(Options())
    sender = ctx.sender("activity", Activity)
    app = build(ctx, token="t", token_file=None, activity=sender, grace=Grace(1.0))
    there: set[str] = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<client>/<user>/<thread>", "…")
        path = path.replace("<", "{").replace(">", "}")
        there |= {f"{method} {path}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    table = README.split("\n## Embedding it\n")[1].split("\n| route |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([A-Z]+ /[^`]*)`", table)) == there


def test_every_documented_path_exists() -> None:
    for path in re.findall(r"`((?:config|supervisor|services|tests)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path
