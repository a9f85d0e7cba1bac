"""The examples of the documentation are what the services take, and do what is said of them."""

from __future__ import annotations

import base64
import hmac
import json
import time
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from services.api import Options
from services.hmr import Options as DoorOptions
from services.posting import signing
from services.webhooks import Options as WebhookOptions
from services.workspaces import Options as WorkspaceOptions
from services.workspaces.git import saves
from supervisor.cli.nurseryd import PLACES
from supervisor.config import load
from supervisor.plan import plan
from supervisor.spec import TaskSpec
from tests.docs.commands import mistake
from tests.docs.pages import pages


def example(page: str, heading: str, kind: str = "toml") -> str:
    """The first block of a kind below a heading of a page."""
    return pages()[page].split(f"\n## {heading}\n")[1].split(f"```{kind}\n")[1].split("```")[0]


def test_the_example_for_other_programs_is_a_plan_in_which_somebody_probes(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(example("supervisor/README.md", "A file"), encoding="utf-8")
    planned = plan(load(file, {}))
    names = [service.spec.name for service in planned.services]
    assert sorted(names) == ["database", "prober", "web"]
    assert names.index("database") < names.index("web")


def test_the_example_of_an_image_runs_programs_and_a_file_that_there_are() -> None:
    """It is not built here: that takes minutes, and a package index."""
    lines = example("supervisor/README.md", "As PID 1 of a container", "dockerfile")
    statements = [line.partition(" ") for line in lines.replace("\\\n", " ").splitlines()]
    texts = {word: rest for word, _, rest in statements}
    run = [json.loads(texts[word].removeprefix("CMD ")) for word in ("HEALTHCHECK", "ENTRYPOINT")]
    assert [mistake(words) for words in run] == [None, None]
    # Each is on the PATH of whoever runs something in the container.
    assert [f"/opt/nurseryd/bin/{words[0]} " in texts["RUN"] for words in run] == [True, True]
    assert texts["RUN"].endswith(" /usr/local/bin/")
    assert texts["COPY"].split() == ["my.toml", PLACES[-1]]


def test_the_example_of_where_sites_come_from_is_one_that_the_service_takes() -> None:
    table = tomllib.loads(example("services/README.md", "Sites, threads and git"))["service"]
    options = msgspec.convert(
        {"root": "/workspace"} | table["workspaces"]["options"], WorkspaceOptions
    )
    assert set(options.credentials) == set(options.hosts)


def test_the_example_of_where_previews_are_is_one_that_the_services_take() -> None:
    table = tomllib.loads(example("services/README.md", "Previews in your product"))["service"]
    door = msgspec.convert(table["hmr"]["options"], DoorOptions)
    api = msgspec.convert(table["api"]["options"], Options)
    assert urlsplit(api.preview).hostname in door.domains


def test_the_example_of_webhooks_is_one_that_the_service_takes_and_signs_for(
    tmp_path: Path,
) -> None:
    drop_in = tmp_path / "hooks.toml"
    drop_in.write_text(
        f'[supervisor]\n[service.webhooks]\nkind = "task"\nrun = "services.webhooks:serve"\n'
        f'[service.webhooks.options]\nstate = "x"\n{example("services/README.md", "Webhooks")}',
        encoding="utf-8",
    )
    [service] = load(drop_in, {}).services
    assert isinstance(service, TaskSpec)
    hook = msgspec.convert(service.options, WebhookOptions).hooks[0]
    namespace: dict[str, Any] = {"base64": base64, "hmac": hmac, "time": time}
    exec(example("services/README.md", "Webhooks", "python"), namespace)
    headers = signing.headers("msg_1", int(time.time()), b"{}", hook.secrets)
    assert namespace["is_ours"](headers, b"{}", hook.secrets[0])
    assert not namespace["is_ours"](headers, b"{ }", hook.secrets[0])
    old = signing.headers("msg_1", int(time.time()) - 301, b"{}", hook.secrets)
    assert not namespace["is_ours"](old, b"{}", hook.secrets[0])


def test_every_reference_with_unfinished_work_is_documented() -> None:
    for place in (saves.wip("T"), saves.parked("T", "B"), saves.kept("T"), saves.deleted("T")):
        shown = place.replace("T", "{thread}").replace("B", "{branch}")
        assert f"`{shown}" in pages()["services/README.md"], shown
