"""What a container meets at its start: it works, or says in a sentence what to do, at once."""

import json
import signal
import time
from pathlib import Path

import pytest

from tests.container.bundle import TINI, Mount
from tests.container.container import TOKEN, Container, own
from tests.container.image import Image

pytestmark = pytest.mark.system

FOREIGN = "4711:4711"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """An empty folder of appuser's, as an EFS access point makes it."""
    folder = tmp_path / "volume"
    folder.mkdir(mode=0o750)
    return own(folder)


def refused(container: Container) -> list[str]:
    """What it said that kept it from starting, a line for each problem; it is not tried again."""
    began = time.monotonic()
    with container:
        assert container.wait(20) == 2, container.log
        took = time.monotonic() - began
        assert "Traceback" not in container.log
        *problems, count = container.log.splitlines()
        assert count.endswith("; nothing was started")
        assert took < 10
        return problems


def warnings(container: Container) -> list[str]:
    """What was doubted of its surroundings."""
    lines = [json.loads(line) for line in container.log.splitlines() if line.startswith("{")]
    return [line["event"] for line in lines if line["level"] == "warning" and "where" in line]


def test_without_any_variable_it_makes_a_token_that_whoever_may_enter_can_see(slim: Image) -> None:
    with Container(slim, environment={}) as container:
        container.ready()
        shown = container.exec("nurseryctl", "token", "show")
        assert shown.returncode == 0, shown.stderr
        container.token = shown.stdout.strip()
        assert container.exec("stat", "-c%a", "/tmp/nurseryd/run/token").stdout == "600\n"
        container.init()
        assert "'docker exec CONTAINER nurseryctl token show'" in container.log
        assert container.token not in container.log
        assert container.end() == 0, container.log[-4000:]
        assert warnings(container) == []


def test_below_another_init_it_is_the_same(slim: Image, volume: Path) -> None:
    with Container(slim, init=True, volume=volume) as container:
        container.ready()
        first = next(each for each in container.processes() if each.inside == 1)
        assert first.command[0] == TINI
        container.init()
        assert container.end(signal.SIGTERM, 25) == 0, container.log[-4000:]
        assert container.processes() == []
        assert warnings(container) == []
    assert (volume / "acme/ada/project").is_dir()


def test_a_user_whom_the_image_does_not_know_edits_and_previews(
    slim: Image, volume: Path, dependencies: Path
) -> None:
    own(volume, 4711, 4711)
    with Container(slim, uid=FOREIGN, volume=volume, cache=dependencies) as container:
        container.ready()
        assert {each.uid for each in container.processes()} == {4711}
        container.init()
        container.execute("change the heading of the home page to From a stranger")
        container.shown("From a stranger")
        assert container.end() == 0, container.log[-4000:]


def test_a_volume_of_somebody_else_s_is_explained(slim: Image, volume: Path) -> None:
    [problem] = refused(Container(slim, uid=FOREIGN, volume=volume))
    assert "service.workspaces.options.root: WORKSPACE_PATH='/workspace': /workspace" in problem
    for words in ("belongs to uid 1000", "runs as uid 4711", "PosixUser", "--user 1000", "chown"):
        assert words in problem


def test_what_another_user_left_on_the_volume_is_told(slim: Image, volume: Path) -> None:
    (volume / "acme").mkdir()
    own(volume / "acme", 4711, 4711)
    with Container(slim, volume=volume) as container:
        container.ready()
        assert container.end() == 0
        [told] = warnings(container)
        assert "acme (uid 4711) in /workspace belong to others" in told


def test_a_volume_that_is_read_only_is_explained(slim: Image, volume: Path) -> None:
    mounts = (Mount(volume, "/workspace", readonly=True),)
    [problem] = refused(Container(slim, mounts=mounts))
    assert "/workspace is read-only: mount a volume there that may be written to" in problem


def test_without_a_volume_it_works_and_says_that_all_will_be_lost(slim: Image) -> None:
    with Container(slim, anonymous=False, readonly=False) as container:
        container.ready()
        container.init()
        assert container.end() == 0, container.log[-4000:]
        [told] = warnings(container)
        assert "nothing is mounted at /workspace: everything is lost" in told


def test_without_volumes_on_a_read_only_root_there_is_nowhere_to_write(slim: Image) -> None:
    problems = refused(Container(slim, anonymous=False, environment={}))
    for option, place in (
        ("workspaces.options.root", "/workspace"),
        ("previews.options.cache", "/tmp"),
        ("api.options.token_file", "/tmp"),
    ):
        assert any(option in each and f"{place} is read-only" in each for each in problems), option


def test_dependencies_in_memory_are_told(slim: Image, volume: Path) -> None:
    with Container(slim, volume=volume, tmp="memory") as container:
        container.ready()
        assert container.end() == 0, container.log[-4000:]
        [told] = warnings(container)
        assert "/tmp/nurseryd is in memory, as all of /tmp" in told


def test_all_that_is_wrong_with_the_environment_is_said_at_once(slim: Image, volume: Path) -> None:
    wrong = {
        "PORT": "abc",
        "ASTRO_PORT": "4322",
        "AUTO_SHUTDOWN_MINUTES": "five",
        "LOG_LEVEL": "verbose",
        "AGENT_BACKEND": "gpt",
        "NURSERYD_TOKEN": "short",
        "CLIENT_ID": "../x",
        "GIT_AUTO_PUSH": "perhaps",
    }
    problems = refused(Container(slim, environment=wrong, volume=volume))
    for name in wrong:
        assert any(f"{name}=" in each for each in problems), name
    assert not any("short" in each for each in problems)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"AGENT_BACKEND": "claude", "ANTHROPIC_API_KEY": "k"}, "use the image's target full"),
        ({"AGENT_BACKEND": "bedrock", "AGENT_MODEL": "m"}, "set AWS_REGION"),
        ({"WORKSPACE_PATH": "sites"}, "no absolute path"),
    ],
)
def test_what_the_image_cannot_do_is_refused(
    slim: Image, volume: Path, environment: dict[str, str], words: str
) -> None:
    told = {"NURSERYD_TOKEN": TOKEN, **environment}
    [problem] = refused(Container(slim, environment=told, volume=volume))
    assert words in problem


def test_check_says_the_same_in_the_image(slim: Image, volume: Path) -> None:
    own(volume, 4711, 4711)
    command = ("check", "--strict", "/etc/nurseryd/container.toml")
    with Container(slim, command=command, volume=volume) as container:
        assert container.wait(20) == 2
        assert "warning: WORKSPACE_PATH='/workspace': /workspace belongs to uid 4711" in (
            container.log
        )
