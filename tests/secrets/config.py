"""The configuration of a day: `config/local.toml`, and what an operator would add to it."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path

from tests.whole.daemon import CONFIG, SERVICES

# A program that tells all it was given, as one that is being debugged does, and breaks. It waits
# for somebody to write to a pipe first, so as to be seen.
NOISY = """
import json, os, sys
open("go").read()
print("environment", os.environ)
print(json.dumps({"event": "connecting", "password": os.environ["DB_PASSWORD"]}))
token = os.environ.get("NURSERYD_TOKEN_FILE")
print("token", open(token).read() if token else None)
print("url postgres://db:" + os.environ["DB_PASSWORD"] + "@db/site", file=sys.stderr)
raise ConnectionError("no way in with " + os.environ["DB_PASSWORD"])
"""
# A service that is no better.
BROKEN = """
import os

async def serve(ctx, *, task_status):
    task_status.started()
    raise RuntimeError("refused: " + ", ".join(map(str, [{names}])))
"""


def write(folder: Path, hooks: list[str], hosts: dict[str, dict[str, str]]) -> Path:
    """The configuration, with webhooks that go to `hooks` and credentials for `hosts`."""
    secrets = tomllib.loads(SERVICES.read_text())["supervisor"]["secrets"]
    config = folder / "nurseryd.toml"
    config.write_text(f'[supervisor]\ninclude = ["{CONFIG}"]\n')
    drop_ins = folder / "nurseryd.toml.d"
    drop_ins.mkdir()
    ours = [*secrets, "WEBHOOK_SECRET", "DB_PASSWORD", "FORGE_TOKEN", "NPM_TOKEN"]
    _add(drop_ins / "secrets.toml", f"[supervisor]\nsecrets = {json.dumps(ours)}\n")
    for number, url in enumerate(hooks):
        kinds = '["turn.finished", "preview.error"]' if number else '["turn.finished"]'
        _add(
            drop_ins / "hooks.toml",
            f'[[service.webhooks.options.hooks]]\nurl = "{url}"\n'
            f'secrets = ["${{WEBHOOK_SECRET}}"]\nevents = {kinds}\n',
        )
    _add(
        drop_ins / "git.toml",
        '[service.workspaces.options]\nschemes = ["https", "http", "file"]\n',
    )
    for host, credential in hosts.items():
        said = ", ".join(f"{key} = {json.dumps(value)}" for key, value in credential.items())
        _add(drop_ins / "git.toml", f'credentials."{host}" = {{ {said} }}\n')
    program = json.dumps([sys.executable, "-c", NOISY])
    _add(
        drop_ins / "noisy.toml",
        f'[service.noisy]\nkind = "process"\ncommand = {program}\nrestart = "never"\n'
        "autostart = false\n"
        'environment = { DB_PASSWORD = "${DB_PASSWORD}" }\n'
        '[service.broken]\nkind = "task"\nrun = "broken:serve"\nrestart = "never"\n',
    )
    os.mkfifo(folder / "go")
    names = ("NURSERYD_TOKEN", "DB_PASSWORD", "ANTHROPIC_API_KEY", "GITHUB_TOKEN")
    told = ", ".join(f"os.environ.get({name!r})" for name in names)
    (folder / "broken.py").write_text(BROKEN.format(names=told))
    return config


def _add(file: Path, text: str) -> None:
    with file.open("a") as it:
        it.write(text)
