"""The variables that a container is started with: what comes of them, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import services.agent
import services.api
import services.hmr
import services.idle
import services.workspaces
from supervisor.config import Config, ConfigError, load
from supervisor.kinds.task import TaskBody, task
from supervisor.looking import look
from supervisor.plan import plan
from supervisor.spec import ProcessSpec, TaskSpec

CONFIGS = Path(__file__).parents[2] / "config"


@pytest.fixture(params=["container.toml", "local.toml"])
def either(request: pytest.FixtureRequest) -> Path:
    return CONFIGS / request.param


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """An environment with nothing in it but where data may be kept."""
    for name in os.environ:
        monkeypatch.delenv(name)
    return {
        "WORKSPACE_PATH": str(tmp_path / "sites"),
        "NURSERYD_CACHE": str(tmp_path / "cache"),
        "NURSERYD_TOKEN_FILE": str(tmp_path / "token"),
    }


def read(file: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Config:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load(file, os.environ)


def options(config: Config, name: str) -> object:
    [spec] = (spec for spec in config.services if spec.name == name)
    assert isinstance(spec, TaskSpec)
    body = task(spec)
    assert isinstance(body, TaskBody)
    return body.options


def problems(config: Config) -> list[str]:
    """All of them, without the file."""
    found = look(config, os.environ).obstacles
    try:
        plan(config)
    except ConfigError as error:
        found += error.problems
    return [str(one).partition(": ")[2] for one in found]


def test_without_any_variable_a_container_has_what_the_original_had(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = read(CONFIGS / "container.toml", {}, monkeypatch)
    plan(config)
    assert options(config, "workspaces") == services.workspaces.Options(
        root="/workspace", volume=True
    )
    agent = options(config, "agent")
    assert isinstance(agent, services.agent.Options)
    assert agent.backend == "simulation"
    api = options(config, "api")
    assert isinstance(api, services.api.Options)
    assert (api.bind, api.client, api.workspace) == ("0.0.0.0:8080", "not_set", "/workspace")
    door = options(config, "hmr")
    assert isinstance(door, services.hmr.Options)
    assert door.bind == ("0.0.0.0:4321", "0.0.0.0:4322")
    idle = options(config, "idle")
    assert isinstance(idle, services.idle.Options)
    assert idle.minutes == 5


def test_the_original_s_variables_keep_their_meaning(
    either: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables |= {
        "GIT_DEFAULT_BRANCH": "trunk",
        "GIT_PROTECTED_BRANCHES": "trunk, live",
        "GIT_REMOTE": "origin",
        "GIT_USER_NAME": "Acme editor",
        "GIT_USER_EMAIL": "editor@acme.example",
        "GIT_AUTO_PUSH": "TRUE",
        "DEFAULT_REPO": "https://github.com/acme/site.git",
        "DEFAULT_CLIENT_ID": "acme",
        "USER_ID": "ada",
        "DEFAULT_USER_ID": "bob",
        "THREAD_ID": "t1",
        "PORT": "9000",
        "ASTRO_PORT": "9001",
        "LOG_LEVEL": "DEBUG",
        "AUTO_SHUTDOWN_MINUTES": "30",
        "ASTRO_TELEMETRY_DISABLED": "true",
        "ANTHROPIC_MODEL": "claude-x",
    }
    config = read(either, variables, monkeypatch)
    assert problems(config) == []
    found = options(config, "workspaces")
    assert isinstance(found, services.workspaces.Options)
    assert found.branch == "trunk"
    assert found.protected == ("trunk", "live")
    assert (found.author_name, found.author_email) == ("Acme editor", "editor@acme.example")
    assert found.push_commits
    assert found.repository == "https://github.com/acme/site.git"
    api = options(config, "api")
    assert isinstance(api, services.api.Options)
    assert (api.client, api.user, api.thread) == ("acme", "ada", "t1")
    assert api.bind.endswith(":9000")
    door = options(config, "hmr")
    assert isinstance(door, services.hmr.Options)
    assert [each.rpartition(":")[2] for each in door.bind] == ["9001", "4322"]
    idle = options(config, "idle")
    assert isinstance(idle, services.idle.Options)
    assert idle.minutes == 30
    assert config.settings.log_level == "debug"
    agent = options(config, "agent")
    assert isinstance(agent, services.agent.Options)
    assert agent.claude.model == agent.bedrock.model == "claude-x"
    [astro] = (spec for spec in config.services if spec.name == "astro@")
    assert isinstance(astro, ProcessSpec)
    assert astro.environment["ASTRO_TELEMETRY_DISABLED"] == "true"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"PORT": "abc"}, "service.api.options.bind: PORT='abc': 'abc' is no port: write a number"),
        ({"PORT": "70000"}, "service.api.options.bind: PORT='70000': '70000' is no port"),
        ({"ASTRO_PORT": "-1"}, "service.hmr.options.bind: ASTRO_PORT='-1': '-1' is no port"),
        ({"PORT": "4321"}, "PORT='4321': {host}:4321 is what hmr listens on"),
        ({"ASTRO_PORT": "5", "HMR_PORT": "5"}, "ASTRO_PORT='5', HMR_PORT='5': {host}:5 is there"),
        ({"AUTO_SHUTDOWN_MINUTES": "-1"}, "AUTO_SHUTDOWN_MINUTES='-1': expected a number >= 0"),
        ({"AUTO_SHUTDOWN_MINUTES": "five"}, "AUTO_SHUTDOWN_MINUTES='five': expected a number"),
        ({"LOG_LEVEL": "verbose"}, "supervisor.log_level: LOG_LEVEL='verbose': cannot be"),
        ({"AGENT_BACKEND": "gpt"}, "AGENT_BACKEND='gpt': cannot use the agent backend 'gpt'"),
        (
            {"AGENT_BACKEND": "claude"},
            "AGENT_BACKEND='claude': claude needs a key: set",
        ),
        (
            {"AGENT_BACKEND": "claude", "CLAUDE_CODE_USE_BEDROCK": "1"},
            "AGENT_BACKEND='claude': claude on Amazon Bedrock needs a region: set AWS_REGION",
        ),
        (
            {"AGENT_BACKEND": "bedrock", "AGENT_MODEL": "m"},
            "AGENT_BACKEND='bedrock': bedrock needs a region: set AWS_REGION",
        ),
        ({"AGENT_BACKEND": "bedrock"}, "service.agent.options.bedrock: cannot use the agent"),
        ({"CLIENT_ID": "../x"}, "CLIENT_ID='../x': '../x' is no id"),
        ({"DEFAULT_USER_ID": "a b"}, "DEFAULT_USER_ID='a b': 'a b' is no id"),
        ({"GIT_REMOTE": "upstream"}, "GIT_REMOTE='upstream': 'upstream' is not to be had"),
        ({"GIT_AUTO_PUSH": "perhaps"}, "GIT_AUTO_PUSH='perhaps': expected true or false"),
        (
            {"GIT_DEFAULT_BRANCH": "a..b"},
            "GIT_DEFAULT_BRANCH='a..b': 'a..b' is no name",
        ),
        ({"GIT_USER_NAME": "A <b>"}, "GIT_USER_NAME='A <b>': 'A <b>' is nothing that git takes"),
        (
            {"DEFAULT_REPO": "ftp://x/y"},
            "DEFAULT_REPO='ftp://x/y': cannot use this kind of",
        ),
        ({"CLAUDE_SIMULATION_MODE": "2"}, "CLAUDE_SIMULATION_MODE='2': expected true or false"),
        ({"WORKSPACE_PATH": "/etc/passwd"}, "WORKSPACE_PATH='/etc/passwd': /etc/passwd is a file"),
        ({"PREVIEW_ACCESS": "closed"}, "PREVIEW_ACCESS='closed': "),
    ],
)
def test_what_cannot_be_is_refused_by_the_variable_s_name(
    either: Path,
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    said: dict[str, str],
    problem: str,
) -> None:
    config = read(either, variables | {"HOME": "/nonexistent"} | said, monkeypatch)
    host = "127.0.0.1" if either.name == "local.toml" else "0.0.0.0"
    found = problems(config)
    assert any(problem.format(host=host) in one for one in found), found


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"WORKSPACE_PATH": "sites"}, "WORKSPACE_PATH='sites': 'sites' is no absolute path"),
        ({"NURSERYD_TOKEN": "short"}, "options.token: NURSERYD_TOKEN='********': cannot listen"),
    ],
)
def test_a_container_is_told_more(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, said: dict[str, str], problem: str
) -> None:
    config = read(CONFIGS / "container.toml", variables | said, monkeypatch)
    assert any(problem in one for one in problems(config)), problems(config)


@pytest.mark.parametrize(
    ("said", "backend"),
    [
        ({}, "simulation"),
        ({"ANTHROPIC_API_KEY": "k"}, "claude"),
        ({"CLAUDE_CODE_USE_BEDROCK": "1"}, "claude"),
        ({"ANTHROPIC_API_KEY": "k", "CLAUDE_SIMULATION_MODE": "true"}, "simulation"),
        ({"AGENT_BACKEND": "claude", "CLAUDE_SIMULATION_MODE": "1"}, "simulation"),
        ({"AGENT_BACKEND": "simulation", "ANTHROPIC_API_KEY": "k"}, "simulation"),
    ],
)
def test_a_container_asks_whom_somebody_pays_for(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, said: dict[str, str], backend: str
) -> None:
    found = options(read(CONFIGS / "container.toml", variables | said, monkeypatch), "agent")
    assert isinstance(found, services.agent.Options)
    assert found.backend == backend
    assert found.allowed == {backend}


@pytest.mark.parametrize("name", ["WORKSPACE_STATUS_TABLE", "ASTRO_DEV_MODE"])
def test_what_is_not_read_any_more_is_not_passed_over_in_silence(
    either: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    config = read(either, variables | {name: "x"}, monkeypatch)
    doubts = [one.text for one in look(config, os.environ).doubts]
    assert any(text.startswith(f"{name} is set, and not read: ") for text in doubts)
    assert problems(config) == []


def test_a_secret_is_in_no_log(either: Path) -> None:
    assert "NURSERYD_TOKEN" in load(either, {}).settings.secrets
