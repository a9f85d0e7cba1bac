"""A day of work of a daemon that holds every secret there is, with all that goes wrong in one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.standin import Pause, Say, on
from tests.secrets import sources, steps
from tests.secrets.client import Client, operators_shell
from tests.secrets.cloud import Cloud
from tests.secrets.config import write
from tests.secrets.hearing import Ear
from tests.secrets.processes import Watch
from tests.services.workspaces.git_server import GitServer
from tests.whole.daemon import Daemon, until
from tests.whole.turns.model import Model
from tests.whole.turns.wires import Wire

# As a machine has it on which nobody forbids core dumps: the daemon has to.
UNLIMITED = ("/bin/sh", "-c", 'ulimit -S -c unlimited; exec "$@"', "sh")


@dataclass
class Day:
    """What there is to be looked through afterwards. `minted` are secrets that the API made."""

    folder: Path
    ears: list[Ear] = field(default_factory=list[Ear])
    minted: dict[str, str] = field(default_factory=dict[str, str])
    answers: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    watches: list[Watch] = field(default_factory=list[Watch])
    model: bytes = b""
    forge: bytes = b""


@contextmanager
def others(day: Day) -> Generator[tuple[Ear, Ear, Ear]]:
    """A receiver of webhooks, one that takes none, and AWS."""
    cloud = Cloud(
        sources.CONTAINER,
        {
            "AccessKeyId": "ASIAROLE",
            "SecretAccessKey": sources.ROLE_KEY,
            "Token": sources.ROLE_SESSION,
        },
        {"git": f'{{"token": "{sources.STORED}"}}'},
    )
    with ExitStack() as stack:
        receiver = stack.enter_context(Ear("receiver"))
        deaf = stack.enter_context(Ear("deaf", lambda _handler, _body: (410, b"gone")))
        aws = stack.enter_context(cloud.serve("aws"))
        day.ears += [receiver, deaf, aws]
        yield receiver, deaf, aws


def remote(root: Path) -> None:
    """A bare repository of one page."""
    site = root.parent / "pages"
    site.mkdir()
    (site / "index.md").write_text("# Hello\n")
    (site / ".gitignore").write_text(".env\n")
    root.mkdir()
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    for words in (
        ("init", "-q", "-b", "trunk"),
        ("add", "-A"),
        ("commit", "-qm", "Begin"),
        ("clone", "-q", "--bare", str(site), str(root / "remote.git")),
    ):
        subprocess.run(
            ["git", "-C", str(site), *who, *words],
            env={"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(site)},
            check=True,
        )


def variables(folder: Path, aws: Ear) -> dict[str, str]:
    """What every daemon of the day is given."""
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    (folder / "home/.npmrc").write_text(f"//npm.example.com/:_authToken={sources.NPMRC}\n")
    return {
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "NURSERYD_TOKEN": sources.OPERATOR,
        "GITHUB_TOKEN": sources.GITHUB,
        "FORGE_TOKEN": sources.FORGE,
        "WEBHOOK_SECRET": sources.HOOK,
        "IDLE_WEBHOOK_SECRET": sources.IDLE,
        "DB_PASSWORD": sources.DATABASE,
        "NPM_TOKEN": sources.NPM,
        "PREVIEW_ACCESS": "signed",
        "AWS_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": aws.url,
        "NURSERYD__SERVICE__AGENT__OPTIONS__backends": '["simulation", "bedrock"]',
    }


@contextmanager
def begun(day: Day, daemon: Daemon, given: dict[str, str]) -> Generator[tuple[Client, Watch]]:
    """A daemon that runs and is watched; what it said is kept."""
    with daemon:
        assert daemon.process is not None
        with Watch(daemon.process.pid) as watch:
            client = Client(daemon, operators_shell(daemon.folder))
            day.watches.append(watch)
            try:
                yield client, watch
            finally:
                day.answers += client.answers


# With Claude's key, the role's credentials, and a site that has a preview.


def of_a_container(day: Day, cache: Path, model: Model, git: GitServer, lost: GitServer) -> None:
    folder = day.folder / "one"
    folder.mkdir()
    with others(day) as (receiver, deaf, aws):
        hosts = {git.host: {"secret": "git", "key": "token"}, lost.host: {"env": "FORGE_TOKEN"}}
        hooks = [f"{ear.url}/{sources.HOOK_PATH}" for ear in (receiver, deaf)]
        given = {
            **variables(folder, aws),
            "AGENT_BACKEND": "claude",
            "AGENT_MODEL": "claude-sonnet-5",
            "ANTHROPIC_BASE_URL": model.url,
            "ANTHROPIC_API_KEY": sources.ANTHROPIC,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{aws.url}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": sources.CONTAINER,
        }
        config = write(folder, hooks, hosts)
        daemon = Daemon(folder, cache, prefix=UNLIMITED, config=config, **given)
        daemon.token = sources.OPERATOR
        with begun(day, daemon, given) as (client, watch):
            steps.sites(client, git, lost)
            steps.turns(client, model, watch, Wire("claude", "claude", "m", "u"))
            steps.commits(client, git)
            steps.tokens(day.minted, client)
            steps.refusals(client)
            steps.configuration(client, config, given)
            until("both webhooks", lambda: receiver.heard and deaf.heard)
            client.ask("POST", "/v1/webhooks/1/test", {})
            steps.be_noisy(client, watch)
            steps.looks(client)
            steps.crash(watch, daemon)
            assert daemon.end() == 0
    day.model += model.reached.encode()


# With a token in a file, AWS's keys in the environment, and pages without a preview.


def of_a_laptop(day: Day, cache: Path, model: Model, git: GitServer) -> None:
    folder = day.folder / "two"
    folder.mkdir()
    with others(day) as (receiver, _, aws):
        (folder / "token").write_text(f"{sources.FILED}\n")
        given = {
            **variables(folder, aws),
            "NURSERYD_TOKEN": "",
            "NURSERYD_TOKEN_FILE": str(folder / "token"),
            "AGENT_BACKEND": "claude",
            "AGENT_MODEL": "eu.anthropic.claude-sonnet-5",
            "CLAUDE_CODE_USE_BEDROCK": "1",
            "ANTHROPIC_BEDROCK_BASE_URL": model.url,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url,
            "AWS_ACCESS_KEY_ID": "AKIAUSER",
            "AWS_SECRET_ACCESS_KEY": sources.AWS_KEY,
            "AWS_SESSION_TOKEN": sources.AWS_SESSION,
            "ANTHROPIC_API_KEY": sources.ANTHROPIC,
        }
        config = write(folder, [receiver.url], {git.host: {"env": "FORGE_TOKEN"}})
        git.tokens = {sources.FORGE}
        daemon = Daemon(folder, cache, prefix=UNLIMITED, config=config, **given)
        daemon.token = sources.FILED
        with begun(day, daemon, given) as (client, watch):
            steps.done(client.ask("PUT", steps.BOB, {"repoUrl": f"{git.url}/remote.git"}))
            for wire in (Wire("cli", "claude", "m", "u"), Wire("bedrock", "bedrock", "m", "u")):
                read, edit = wire.edited("index.md", "Hello", "Good day")
                search = wire.search("Good")
                model.follow(
                    on("greet", read, edit, [search], [Say("Done.")]),
                    on("wait", [Say("One moment."), Pause()]),
                )
                steps.have_turn(client, steps.BOB, "greet properly", {"backend": wire.backend})
                turn = steps.begin(client, steps.BOB, "wait", {"backend": wire.backend})
                until("the model", lambda: any("wait" in it.instruction for it in model.heard))
                watch.look()
                client.ask("POST", f"{steps.BOB}/turns/{turn}/cancel", {})
                steps.end_of(client, steps.BOB, turn)
                day.model += model.reached.encode()
            rotated = client.ctl("token", "rotate").stdout.decode().strip()
            day.minted["rotated token"] = rotated
            assert client.ask("GET", "/v1/services")[0] == 200
            daemon.token = rotated
            until("the new token", lambda: client.ask("GET", "/v1/services")[0] == 200)
            steps.be_noisy(client, watch)
            client.ctl("logs")
            client.ask("GET", "/v1/services/api/logs")
            assert daemon.process is not None
            daemon.process.send_signal(11)
            daemon.process.wait(30)
