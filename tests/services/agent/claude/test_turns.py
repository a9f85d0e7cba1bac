"""Turns of the real Claude Code CLI, on both wires."""

from __future__ import annotations

import pytest

from services.agent.backend import BackendError
from services.messages import Mode
from services.standin import Say, Use, on

pytestmark = pytest.mark.system


@pytest.fixture(params=["direct", "bedrock"])
def wire(request) -> str:
    return request.param


async def test_an_edit_of_several_steps(desk):
    desk.script(
        on(
            "greet",
            [
                Say("I look at the page first."),
                Use("Read", {"file_path": "{cwd}/src/pages/index.astro"}),
            ],
            [
                Use(
                    "Edit",
                    {
                        "file_path": "{cwd}/src/pages/index.astro",
                        "old_string": "Welcome",
                        "new_string": "Hello",
                    },
                ),
                Use("Write", {"file_path": "{cwd}/src/pages/new.astro", "content": "<p>new</p>\n"}),
            ],
            [Say("It greets.")],
        )
    )
    host = await desk.run("Please greet people")
    assert "Hello" in (desk.root / "src/pages/index.astro").read_text()
    assert (desk.root / "src/pages/new.astro").read_text() == "<p>new</p>\n"
    assert host.text == "I look at the page first.\n\nIt greets."
    assert host.tools == [
        ("read", "src/pages/index.astro", True),
        ("edit", "src/pages/index.astro", True),
        ("write", "src/pages/new.astro", True),
    ]
    assert host.files == [
        ("src/pages/index.astro", "modified"),
        ("src/pages/new.astro", "added"),
    ]
    assert host.asked == [(tool, about) for tool, about, _ in host.tools]
    assert host.used.input_tokens > 0
    assert host.used.cost > 0
    assert "sonnet" in host.used.model


@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
async def test_where_nothing_may_change_there_is_no_tool_that_could(desk, mode):
    desk.script(
        on(
            "greet",
            [
                Use("Read", {"file_path": "src/pages/index.astro"}),
                Use("Write", {"file_path": "{cwd}/src/pages/new.astro", "content": "x"}),
                Use("ExitPlanMode", {"plan": "x"}),
                Use("Bash", {"command": "touch made"}),
            ],
            [Say("I would greet.")],
        )
    )
    host = await desk.run("Please greet people", mode=mode)
    assert host.text == "I would greet."
    assert [ok for _, _, ok in host.tools] == [True, False, False, False]
    assert not host.files
    assert not (desk.root / "src/pages/new.astro").exists()
    assert set(desk.api.asked[-1].tools) == {"Read", "Glob", "Grep"}


async def test_an_error_of_the_api_is_a_sentence(desk):
    from services.standin import Fail

    desk.script(on("greet", [Fail(400, "that is too odd")]))
    with pytest.raises(BackendError, match=r"does not accept the request .*too odd"):
        await desk.run("Please greet people")
