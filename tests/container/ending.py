"""What tests of a container's end share: turns that stand still, and who ends it how."""

from __future__ import annotations

import signal
import time
from typing import Any

from tests.container.container import Container
from tests.container.image import Image
from tests.container.volume import Volume
from tests.whole.api import until

STOP_TIMEOUT = 25.0  # seconds; ECS kills after 30
AT = "/v1/threads/acme/ada"
AGENT = "NURSERYD__SERVICE__AGENT__OPTIONS__"
TERM, KILL = signal.SIGTERM, signal.SIGKILL
SCRIPT = r"""
[[rule]]
when = "think"
steps = [{ say = "I think." }, { pause = 300.0 }]

[[rule]]
when = "edit"
steps = [{ write = "edited.md", text = "edited\n" }, { pause = 300.0 }]

[[rule]]
when = "ask"
steps = [{ write = "edited.md", text = "edited\n" }, { ask = "publish" }]

[[rule]]
when = "hang"
steps = [{ write = "src/pages/hang.astro", text = "---\nawait new Promise(() => {});\n---\n" }]

[[rule]]
when = "wait a moment"
steps = [{ write = "edited.md", text = "edited\n" }, { pause = 5.0 }]

[[rule]]
when = "remove"
steps = [{ delete = "heavy.bin" }]

[[rule]]
when = "later"
steps = [{ write = "later.md", text = "later\n" }]
"""


def container(image: Image, volume: Volume, **options: Any) -> Container:
    """One whose simulation stands still where the script says so."""
    volume.put("script.toml", SCRIPT)
    environment = {
        "NURSERYD_TOKEN": "a-token-for-tests",
        "AGENT_SCRIPT": "/workspace/script.toml",
        f"{AGENT}approve": '["publish"]',
        f"{AGENT}running": "5",
        # To write down how each turn ends on a busy disk: all that there is within 25 s for all.
        "NURSERYD__SERVICE__AGENT__STOP_TIMEOUT": "8",
        **options.pop("environment", {}),
    }
    return Container(image, volume=volume.folder, environment=environment, **options)


def begin(it: Container, thread: str, instruction: str) -> str:
    """Ask for a turn, without waiting for its end; its id."""
    status, answer = it.ask("POST", f"{AT}/{thread}/turns", {"instruction": instruction})
    assert status == 202, answer
    return answer["turn"]["id"]


def ended(it: Container, thread: str, turn: str) -> dict[str, Any]:
    """A turn that has ended."""

    def look() -> dict[str, Any] | None:
        found = it.get(f"{AT}/{thread}/turns/{turn}")[1]["turn"]
        return None if found["state"] in ("queued", "running", "verifying") else found

    return until(f"the end of a turn in {thread}", look, 180)


def goes_on(it: Container, volume: Volume, thread: str) -> None:
    """The next turn of a thread is had, and leaves it clean."""
    found = ended(it, thread, begin(it, thread, "later"))
    assert found["state"] == "committed", found
    assert volume.file(thread, "later.md").read_text() == "later\n"
    assert volume.status(thread) == []


def stop(it: Container, signum: int = TERM, within: float = STOP_TIMEOUT) -> float:
    """End it: by SIGTERM in order, or by SIGKILL with no warning; the seconds that took."""
    began = time.monotonic()
    code = it.end(signum, within)
    took = time.monotonic() - began
    assert code == (0 if signum == TERM else 128 + signum), it.log[-4000:]
    assert it.processes() == []
    print(f"ended by {signal.Signals(signum).name} in {took:.1f} s")
    return took
