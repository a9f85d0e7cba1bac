"""Claude Code in the container, ended as it works and as it waits for a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.container.ending import AGENT, KILL, TERM, begin, container, ended, goes_on, stop
from tests.container.image import Image
from tests.container.volume import Volume
from tests.whole.api import until
from tests.whole.clients import Caller

pytestmark = pytest.mark.system

PORT = 4599
MODEL = r"""
[[rule]]
when = "speak"
  [[rule.reply]]
  steps = [{ use = "Write", input = { file_path = "{cwd}/edited.md", content = "edited\n" } }]
  [[rule.reply]]
  steps = [{ say = "And so on, and so on." }, { pause = inf }]

[[rule]]
when = "wait"
  [[rule.reply]]
  steps = [{ use = "Write", input = { file_path = "{cwd}/edited.md", content = "edited\n" } }]
  [[rule.reply]]
    [[rule.reply.steps]]
    use = "Edit"
    input = { file_path = "{cwd}/edited.md", old_string = "edited", new_string = "changed" }

[[rule]]
when = "later"
  [[rule.reply]]
  steps = [{ use = "Write", input = { file_path = "{cwd}/later.md", content = "later\n" } }]
  [[rule.reply]]
  steps = [{ say = "Later it is." }]
"""
ENVIRONMENT = {
    "AGENT_BACKEND": "claude",
    "AGENT_MODEL": "claude-sonnet-5",
    "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{PORT}",
    "ANTHROPIC_API_KEY": "what-pays-for-models",
    f"{AGENT}approve": '["edit"]',
}


@pytest.mark.parametrize("signum", [TERM, KILL], ids=["term", "kill"])
def test_claude_code_is_ended_and_goes_on(full: Image, tmp_path: Path, signum: int) -> None:
    volume = Volume(tmp_path / "volume")
    volume.put("model.toml", MODEL)
    standin = ("python", "-m", "services.standin", "--script", "/workspace/model.toml")
    with container(full, volume, environment=ENVIRONMENT) as it:
        it.ready()
        Caller(lambda: it.exec(*standin))
        turns: dict[str, str] = {}
        for thread, instruction, stage in (
            ("speaking", "speak", "text.delta"),
            ("asking", "wait", "permission.asked"),
        ):
            it.init(thread, empty=True)
            turns[thread] = begin(it, thread, instruction)
            until(stage, lambda thread=thread, stage=stage: volume.told(thread, stage))
        assert sum("claude" in each.command[0] for each in it.processes() if each.command) == 2
        stop(it, signum)
    with container(full, volume, environment=ENVIRONMENT) as it:
        it.ready()
        Caller(lambda: it.exec(*standin))
        for thread, turn in turns.items():
            found = ended(it, thread, turn)
            assert (found["state"], found["leftover"]) == ("interrupted", "offered")
            assert volume.status(thread) == ["?? edited.md"]
            assert volume.file(thread, "edited.md").read_text() == "edited\n"
            goes_on(it, volume, thread)
        stop(it)
    assert (volume.wrong(), volume.busy()) == ([], set())
