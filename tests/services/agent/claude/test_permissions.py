"""Who decides on a tool, and what the model is told of it."""

from __future__ import annotations

import pytest
import trio

from services.agent.backend import Decision
from services.agent.claude import Options
from services.standin import Say, Use, on
from tests.services.agent.claude.conftest import FakeHost

pytestmark = pytest.mark.system

WRITE = on(
    "page",
    [Use("Write", {"file_path": "{cwd}/src/pages/new.astro", "content": "x"})],
    [Say("That is all.")],
)


class Thoughtful(FakeHost):
    """Lets the person think, who then says `allowed`."""

    answer: Decision

    def __post_init__(self) -> None:
        self.wanted = trio.Event()
        self.said = trio.Event()

    async def decide(self, tool: str, summary: str) -> Decision:
        self.wanted.set()
        await self.said.wait()
        return self.answer


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_person_is_asked_and_the_answer_holds(desk, allowed):
    desk.script(WRITE)
    host = Thoughtful()
    host.answer = Decision(allowed, "" if allowed else "we want no new pages")
    page = desk.root / "src/pages/new.astro"
    async with trio.open_nursery() as nursery:

        async def person() -> None:
            await host.wanted.wait()
            assert not page.exists()
            # It is told of before it is asked about.
            assert [type(it).__name__ for it in host.events] == ["ToolStarted"]
            host.said.set()

        nursery.start_soon(person)
        await desk.run("A page, please", host)
    assert host.asked == [("write", "src/pages/new.astro")]
    assert page.exists() is allowed
    assert host.tools == [("write", "src/pages/new.astro", allowed)]
    assert bool(host.files) is allowed
    assert host.text == "That is all."
    if not allowed:
        assert "we want no new pages" in host.why("write")
        (result,) = desk.api.asked[-1].results
        assert not result.ok
        assert "we want no new pages" in result.text


async def test_several_calls_at_once_are_asked_about_one_by_one_and_each_has_its_answer(desk):
    class Picky(FakeHost):
        async def decide(self, tool: str, summary: str) -> Decision:
            await trio.lowlevel.checkpoint()
            return Decision("b" not in summary, "no b")

    uses = [Use("Write", {"file_path": f"{{cwd}}/{name}.txt", "content": name}) for name in "abc"]
    desk.script(on("files", uses, [Say("Done.")]))
    host = await desk.run("Some files", Picky())
    assert sorted(it.name for it in desk.root.glob("*.txt")) == ["a.txt", "c.txt"]
    assert sorted(host.tools) == [
        ("write", "a.txt", True),
        ("write", "b.txt", False),
        ("write", "c.txt", True),
    ]


async def test_an_npm_script_that_is_allowed_runs_with_none_of_our_variables(desk):
    desk.options = Options(model="claude-sonnet-5", scripts=("check",))
    (desk.root / "package.json").write_text('{"scripts": {"check": "env > env.txt"}}')
    desk.script(on("check", [Use("Bash", {"command": "npm run check"})], [Say("Fine.")]))
    host = await desk.run("Please check")
    assert host.tools == [("run", "npm run check", True)]
    variables = (desk.root / "env.txt").read_text()
    assert "PATH=" in variables
    assert "not-a-key" not in variables
    assert "ANTHROPIC" not in variables
    assert ("env.txt", "added") in host.files


@pytest.mark.parametrize(
    "command",
    [
        "npm run other",
        "npm run check; id",
        "npm run check && touch made",
        "npm  run check",
        "npm run check -- --fix",
        "$(npm run check)",
        "npm run check\ntouch made",
    ],
)
async def test_anything_else_in_a_shell_is_refused(desk, command):
    desk.options = Options(model="claude-sonnet-5", scripts=("check",))
    (desk.root / "package.json").write_text('{"scripts": {"check": "touch made"}}')
    desk.script(on("check", [Use("Bash", {"command": command})], [Say("No.")]))
    host = await desk.run("Please check")
    assert [ok for _, _, ok in host.tools] == [False]
    assert "npm run check" in host.why("run")
    assert not host.asked
    assert not (desk.root / "made").exists()


async def test_without_scripts_there_is_no_shell(desk):
    desk.script(on("check", [Use("Bash", {"command": "npm run check"})], [Say("No.")]))
    host = await desk.run("Please check")
    assert [ok for _, _, ok in host.tools] == [False]
    assert "Bash" not in desk.api.asked[-1].tools


def test_a_script_has_a_plain_name():
    with pytest.raises(ValueError, match="cannot allow the npm script 'a; b'"):
        Options(scripts=("a; b",))
