"""The studio's readers: any text is shown, leads to the web alone, and means what it meant."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from services.client.sse import Parser
from services.previews.node import find_node
from tests.fuzz.claim import holds
from tests.fuzz.mutating import mutated
from tests.services.previews.astro import ENVIRONMENT

pytestmark = pytest.mark.system

MARKDOWN = [
    b"# Title #\n\nOne **bold** _it_ `code` [link](https://a.b/c) https://d.e.\n\n"
    b"- a\n  1. b\n\n> q\n",
    b"```js\nx = 1\n```\n\n| a | b |\n|---|:-:|\n| `x\\|y` | **2** |\n\n---\n",
]
DIFFS = [
    b"--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@ f\n same\n-old\n+new\n+more\n\\ No newline at end of file\n"
]
EVENTS = [
    b"id: 3\nevent: turn.started\ndata: {}\n\n: nothing new\n\ndata: a\ndata: b\nretry: 9\n\n"
]
WORDS = (
    b"**",
    b"*",
    b"_",
    b"`",
    b"~~~",
    b"> ",
    b"- ",
    b"1. ",
    b"[a](javascript:alert(1))",
    b"[a](JaVaScRiPt://a.b/%0aalert(1))",
    b"[a](//a.b)",
    b"[a](data:text/html,x)",
    b"<https://a.b>",
    b"<script>",
    b"@@ -0,0 +1,9999999999 @@",
    b"\\",
    b"id: \0\n",
    b"\r\ndata\r\n\r\n",
)


@pytest.fixture
def studio() -> Generator[subprocess.Popen[str]]:
    """Node with the readers of the studio."""
    with subprocess.Popen(
        [find_node().node, Path(__file__).with_name("reading.ts")],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def test_any_text_is_shown_and_means_what_it_meant(studio: subprocess.Popen[str]):
    def text(data: bytes) -> bool:
        said = data.decode("utf-8", "replace").replace("\ufeff", "")
        found = asked(studio, said)
        # Nothing that an agent writes is a link to anything but a page.
        assert all(link.startswith(("https://", "http://")) for link in found["links"])
        # The client for programs reads the same events.
        theirs = [(it["type"], it["data"]) for it in found["events"] if it["data"]]
        ours = [(it.kind, it.data) for it in Parser().feed(said.encode()) if it.data]
        assert theirs == ours
        return bool(found["links"] or found["rows"] or theirs)

    holds(st.one_of(mutated(it, WORDS) for it in (MARKDOWN, DIFFS, EVENTS)), text)


def asked(studio: subprocess.Popen[str], text: str) -> Any:
    assert studio.stdin is not None
    assert studio.stdout is not None
    studio.stdin.write(f"{json.dumps(text)}\n")
    studio.stdin.flush()
    return json.loads(studio.stdout.readline() or "null")
