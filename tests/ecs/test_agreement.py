"""The template, the image, the container's configuration and the services mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import msgspec
import pytest

from services.figures.embedded import DIMENSION, NAMESPACE
from services.figures.samples import Figure
from services.idle import EXIT_CODE
from supervisor.config import BAD_CONFIGURATION, Config, load
from supervisor.kinds.task import task
from tests.ecs.stack import PRODUCTION, ROOT, Stack, deployed, template

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
CONFIG = ROOT / "config"
SECRETS = {"NURSERYD_TOKEN": "t" * 48, "GITHUB_TOKEN": "", "ANTHROPIC_API_KEY": ""}

# The pairs of CPU units and MiB that Fargate has, for those CPUs that the template offers.
PAIRS = {
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
}

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with deployed(tmp_path_factory.mktemp("home"), **PRODUCTION, AlarmEmail="a@b.example") as stack:
        yield stack


@pytest.fixture(scope="module")
def container(stack: Stack) -> dict[str, Any]:
    return stack.container()


@pytest.fixture(scope="module")
def environment(stack: Stack) -> dict[str, str]:
    return stack.environment() | SECRETS


@pytest.fixture(scope="module")
def config(environment: dict[str, str]) -> Config:
    """What a daemon of the image reads, with the variables of the task."""
    return load(CONFIG / "container.toml", environment)


def options(config: Config, name: str) -> Any:
    """Those of a service, as it is given them."""
    (spec,) = (one for one in config.services if one.name == name)
    return task(spec).options


def test_its_variables_are_ones_that_the_configuration_or_a_service_reads(
    environment: dict[str, str],
) -> None:
    tables = "".join(one.read_text("utf-8") for one in CONFIG.glob("*.toml"))
    read = set(re.findall(r"\$\{([A-Z0-9_]+)", tables))
    code = "".join(
        one.read_text("utf-8")
        for package in ("services", "supervisor")
        for one in (ROOT / package).rglob("*.py")
    )
    assert {name for name in environment.keys() - read if f'"{name}"' not in code} == set()


def test_the_ports_of_the_task_are_those_of_the_doors(
    container: dict[str, Any], config: Config
) -> None:
    mapped = {one["containerPort"] for one in container["portMappings"]}
    api, door = options(config, "api"), options(config, "hmr")
    assert api.bind == "0.0.0.0:8080"
    assert mapped == {8080, 4322}
    assert "0.0.0.0:4322" in door.bind
    (exposed,) = re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE)
    assert {str(port) for port in mapped} <= set(exposed.split())


def test_the_target_groups_ask_the_api_whether_all_is_ready() -> None:
    resources = template()["Resources"]
    for name in ("ApiTargets", "PreviewTargets"):
        properties = resources[name]["Properties"]
        assert properties["HealthCheckPath"] == "/health/ready"
        assert str(properties.get("HealthCheckPort", properties["Port"])) == "8080"


def test_the_doors_know_where_they_are(
    config: Config,
) -> None:
    assert config.problems == ()
    api, door = options(config, "api"), options(config, "hmr")
    assert api.preview == "https://ada--acme.preview.example.net/"
    assert urlsplit(api.preview).hostname in door.domains
    assert not api.wildcard
    assert api.access == door.access == "signed"
    for trusted in (api.trusted, door.trusted):
        assert "10.0.0.0/8" in trusted
        assert "0.0.0.0/0" not in trusted
    assert (api.client, api.user) == ("acme", "ada")


def test_an_editor_keeps_a_connection_for_longer_than_the_load_balancer(
    config: Config,
) -> None:
    balancer = template()["Resources"]["LoadBalancer"]["Properties"]
    attributes = {one["Key"]: one["Value"] for one in balancer["LoadBalancerAttributes"]}
    idle = int(attributes["idle_timeout.timeout_seconds"])
    assert idle > options(config, "agent").turn_timeout
    assert options(config, "api").idle > idle
    assert options(config, "hmr").idle > idle


def test_ecs_waits_for_longer_than_a_stop_takes(container: dict[str, Any], config: Config) -> None:
    assert container["stopTimeout"] > config.settings.shutdown_timeout
    assert "STOPSIGNAL SIGTERM" in DOCKERFILE


def test_an_editor_that_is_to_be_down_is_not_begun_anew(
    container: dict[str, Any],
) -> None:
    assert container["restartPolicy"]["enabled"]
    assert container["restartPolicy"]["ignoredExitCodes"] == [0, BAD_CONFIGURATION, EXIT_CODE]


def test_its_health_is_what_the_image_asks_too(container: dict[str, Any]) -> None:
    command = container["healthCheck"]["command"]
    assert command == ["CMD", "nurseryctl", "health", "--level", "alive"]
    (image,) = re.findall(r"^HEALTHCHECK[^\[]*CMD (\[.+\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert image.splitlines()[0] == str(command[1:]).replace("'", '"')


def test_it_runs_as_the_user_of_the_image_who_owns_the_workspace(
    container: dict[str, Any],
) -> None:
    arguments = dict(re.findall(r"^ARG APP_(UID|GID)=(\d+)$", DOCKERFILE, re.MULTILINE))
    assert container["user"] == f"{arguments['UID']}:{arguments['GID']}"
    point = template()["Resources"]["AccessPoint"]["Properties"]
    assert point["PosixUser"] == {"Uid": arguments["UID"], "Gid": arguments["GID"]}


def test_it_writes_to_its_volumes_and_nowhere_else(
    container: dict[str, Any], config: Config
) -> None:
    assert container["readonlyRootFilesystem"]
    mounted = {one["containerPath"] for one in container["mountPoints"] if not one["readOnly"]}
    # A volume of Fargate is root's, unless the image has one of its own there.
    (volumes,) = re.findall(r"^VOLUME (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert mounted == set(msgspec.json.decode(volumes)) == {"/workspace", "/tmp"}
    assert options(config, "workspaces").root == "/workspace"
    assert options(config, "previews").cache.startswith("/tmp/")
    assert config.settings.socket.startswith("/tmp/")


def test_nurseryd_is_process_1_and_has_no_capabilities(container: dict[str, Any]) -> None:
    assert container["linuxParameters"]["initProcessEnabled"] is False
    assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}


def test_the_log_is_kept_for_a_while_and_never_in_the_way(
    container: dict[str, Any], stack: Stack
) -> None:
    log = container["logConfiguration"]
    assert log["options"]["mode"] == "non-blocking"
    assert log["options"]["awslogs-group"] == stack.outputs["LogGroup"]
    (group,) = boto3.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 30


def test_both_definitions_are_the_same_but_for_image_and_backend() -> None:
    full, slim = (template()["Resources"][one]["Properties"] for one in ("FullTask", "SlimTask"))
    (one,), (other,) = full.pop("ContainerDefinitions"), slim.pop("ContainerDefinitions")
    assert full.pop("Family") != slim.pop("Family")
    assert full == slim
    assert one.pop("Image") != other.pop("Image")
    variables = [{v["Name"]: v["Value"] for v in c.pop("Environment")} for c in (one, other)]
    assert one == other
    for name in ("AGENT_BACKEND", "CLAUDE_CODE_USE_BEDROCK"):
        assert variables[0].pop(name) != variables[1].pop(name)
    assert variables[0] == variables[1]


@pytest.mark.parametrize("family", ["nurseryd", "nurseryd-slim"])
def test_the_slim_one_never_has_claude_code(family: str, stack: Stack) -> None:
    backend = stack.environment(family)["AGENT_BACKEND"]
    stack_backend = stack.parameters.get("Backend", "simulation")
    assert backend == stack_backend == "simulation"
    slim = template()["Resources"]["SlimTask"]["Properties"]["ContainerDefinitions"][0]
    (said,) = (one["Value"] for one in slim["Environment"] if one["Name"] == "AGENT_BACKEND")
    assert said == {"Fn::If": ["Full", "simulation", {"Ref": "Backend"}]}


def test_every_size_is_a_pair_that_fargate_has_and_rings_at_nine_tenths() -> None:
    whole = template()
    sizes = whole["Mappings"]["Sizes"]
    assert whole["Parameters"]["Size"]["AllowedValues"] == list(sizes)
    for name, size in sizes.items():
        cpu, memory = int(size["Cpu"]), int(size["Memory"])
        assert name == f"{cpu}-{memory}"
        assert memory in PAIRS[cpu]
        assert int(size["MuchMemory"]) == int(0.9 * memory * 1.048576)


def test_alarms_watch_the_figures_the_errors_the_door_and_the_volume(stack: Stack) -> None:
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    topic = stack.resources["Alarms"]
    assert all(one["AlarmActions"] == [topic] for one in alarms)
    assert all(one["TreatMissingData"] == "notBreaching" for one in alarms)
    fleet = [{"Name": DIMENSION, "Value": stack.environment()["NURSERYD_FLEET"]}]
    ours = {one["MetricName"]: one for one in alarms if one.get("Namespace") == NAMESPACE}
    assert {name for name, one in ours.items() if one["Dimensions"] == fleet} == set(Figure)
    (errors,) = boto3.client("logs").describe_metric_filters()["metricFilters"]
    assert errors["metricTransformations"][0]["metricName"] in ours
    assert errors["logGroupName"] == stack.outputs["LogGroup"]
    assert '$.level = "error"' in errors["filterPattern"]
    others = {one.get("MetricName", "502 and 504") for one in alarms} - ours.keys()
    assert others == {"HTTPCode_Target_5XX_Count", "502 and 504", "PercentIOLimit"}
    (mail,) = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "a@b.example")
