"""The README tells the truth, and leaves nothing out."""

from __future__ import annotations

import base64
import hmac
import re
import time
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import msgspec
import pytest

from services.api import Options
from services.api.app import build
from services.api.grace import Grace
from services.hmr import Options as DoorOptions
from services.keyring.ring import Keyring
from services.messages import Activity
from services.posting import signing
from services.webhooks import Options as WebhookOptions
from services.workspaces import Options as WorkspaceOptions
from services.workspaces.git import saves
from supervisor import tree
from supervisor.cli.nurseryctl.commands import cli
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
from tests.services.api.fakes import SPEC

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEYS = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
SHIPPED = "".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "config").glob("*.toml"))
)


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


def test_the_example_of_webhooks_is_one_that_the_service_takes_and_signs_for(
    tmp_path: Path,
) -> None:
    drop_in = tmp_path / "hooks.toml"
    drop_in.write_text(
        f'[supervisor]\n[service.webhooks]\nkind = "task"\nrun = "services.webhooks:serve"\n'
        f'[service.webhooks.options]\nstate = "x"\n{_example("## Webhooks")}',
        encoding="utf-8",
    )
    [service] = load(drop_in, {}).services
    hook = msgspec.convert(service.options, WebhookOptions).hooks[0]
    namespace: dict[str, Any] = {"base64": base64, "hmac": hmac, "time": time}
    exec(README.split("## Webhooks")[1].split("```python\n")[1].split("```")[0], namespace)
    headers = signing.headers("msg_1", int(time.time()), b"{}", hook.secrets)
    assert namespace["is_ours"](headers, b"{}", hook.secrets[0])
    assert not namespace["is_ours"](headers, b"{ }", hook.secrets[0])
    old = signing.headers("msg_1", int(time.time()) - 301, b"{}", hook.secrets)
    assert not namespace["is_ours"](old, b"{}", hook.secrets[0])


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


def test_every_variable_of_a_shipped_configuration_is_documented() -> None:
    for name in set(re.findall(r"\$\{([A-Z_]+)", SHIPPED)):
        assert f"`{name}`" in README, name


def test_no_variable_is_told_of_twice() -> None:
    table = README.split("\n### Variables\n")[1].split("\n| variable |")[1].split("\n\n")[0]
    named = re.findall(r"`([A-Z_]+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
    assert len(named) > 40
    assert sorted(named) == sorted(set(named))


def test_a_table_ends_before_what_follows_it() -> None:
    """Else it is read as another row."""
    for text in (README, KEYS):
        assert re.findall(r"^\|.*\n[^|\n].*", text, re.MULTILINE) == []


def test_every_documented_control_command_exists() -> None:
    context = click.Context(cli)
    for verb in re.findall(r"nurseryctl (\w+)", README):
        assert cli.get_command(context, verb) is not None, verb


def test_the_routes_that_are_documented_are_those_of_the_api() -> None:
    ctx = Harness(SPEC).context(Options())
    sender = ctx.sender("activity", Activity)
    app = build(ctx, keyring=Keyring("t"), activity=sender, grace=Grace(1.0))
    there: set[str] = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<client>/<user>/<thread>", "…")
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
        there |= {f"{method} {path}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    table = README.split("\n### Routes\n")[1].split("\n| route |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([A-Z]+ /[^`]*)`", table)) == there


def test_every_documented_path_exists() -> None:
    for path in re.findall(r"`((?:config|supervisor|services|tests)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path
