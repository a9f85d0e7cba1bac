"""What `services/client` has that is made of the API's document: `python -m` this makes it anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import services
from services.api import Options
from services.api.app import build
from services.api.generate import python_models, python_operations, typescript
from services.api.grace import Grace
from services.api.openapi import description
from services.keyring.ring import Keyring
from services.messages import Activity
from tests.services.api.fakes import Fakes

FOLDER = Path(services.__path__[0]) / "client"
MADE: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "models.py": python_models.models,
    "operations.py": partial(python_operations.operations, asynchronous=False),
    "async_operations.py": partial(python_operations.operations, asynchronous=True),
    "nurseryd.d.ts": typescript.types,
}


def document() -> dict[str, Any]:
    """What the API says of itself, without the version of what is installed."""
    fakes = Fakes(Path("/workspace"))
    ctx = fakes.harness.context(Options(preview="https://preview.example.com/"))
    with ctx.sender("activity", Activity) as activity:
        keyring = Keyring("a-token-for-tests")
        app = build(ctx, keyring=keyring, activity=activity, grace=Grace(1.0))
        return description(app, "0")


def made(name: str, document: Mapping[str, Any]) -> str:
    """One of the files, formatted as all code here is."""
    text = MADE[name](document)
    if name.endswith(".py"):
        for words in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
            text = subprocess.run(
                [sys.executable, "-m", "ruff", *words, "--stdin-filename", str(FOLDER / name), "-"],
                input=text,
                capture_output=True,
                check=True,
                text=True,
            ).stdout
    return text


if __name__ == "__main__":
    described = document()
    for name in MADE:
        (FOLDER / name).write_text(made(name, described))
