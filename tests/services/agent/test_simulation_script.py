"""A script drives the simulation, and what is wrong in one is told before anything runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
import trio
from trio.testing import MockClock

import services.workspaces
from services.agent.backend import BackendError, Decision, Turn
from services.agent.simulation import Options, make, script
from services.agent.simulation.stage import pieces
from services.messages import Mode, TextDelta, ThreadKey, ToolFinished, Usage, Used
from tests.services.agent.recorder import Recorder

STARTER = Path(services.workspaces.__path__[0]) / "starter"
DEMO = Path(__file__).parent / "scripts/demo.toml"
ABOUT, HEADER = "src/pages/about.astro", "src/components/Header.astro"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "site"))


async def run(
    root: Path,
    instruction: str,
    options: Options | None = None,
    host: Recorder | None = None,
    mode: Mode = Mode.EXECUTE,
    repair: int = 0,
) -> Recorder:
    host = host or Recorder(root)
    key = ThreadKey("acme", "ann", "t1")
    turn = Turn("t", key, instruction, root, root.parent / "store", mode, repair=repair)
    await make(options or Options(pause=0.001, script=str(DEMO))).run(turn, host)
    return host


def written(tmp_path: Path, text: str) -> Options:
    path = tmp_path / "script.toml"
    path.write_text(text)
    return Options(pause=0, script=str(path))


async def test_the_steps_of_the_rule_that_matches_are_done_in_order(root: Path):
    told = await run(root, "Add our prices")
    assert told.changes == [("src/pages/prices.astro", "added"), (HEADER, "modified")]
    assert "label: 'Prices'" in (root / HEADER).read_text()
    assert told.text == (
        "I will write a page for your prices, and link to it from the home page.\n\n"
        "There is a page for your prices."
    )
    used = [each.usage for each in told.events if isinstance(each, Used)]
    assert used == [Usage("a-model", 1200, 300, cost=0.02), Usage("simulation")]


async def test_a_sentence_that_no_rule_matches_is_understood_as_ever(root: Path):
    told = await run(root, "change the heading of the about page to Us")
    assert told.changes == [(ABOUT, "modified")]


async def test_a_rule_for_repairs_is_for_repairs_alone(root: Path):
    whole = (root / ABOUT).read_bytes()
    await run(root, "Break the about page")
    assert b"nobody.knows" in (root / ABOUT).read_bytes()
    told = await run(root, "nobody is not defined")
    assert told.changes == []
    told = await run(root, "nobody is not defined (src/pages/about.astro)", repair=1)
    assert told.changes == [(ABOUT, "modified")]
    assert (root / ABOUT).read_bytes() == whole
    told = await run(root, "Break the about page", repair=2)
    assert told.changes == []


async def test_a_refusal_ends_the_rule(root: Path):
    host = Recorder(root, decide=lambda _tool, _summary: Decision(allowed=False, reason="not now"))
    told = await run(root, "publish it", host=host)
    assert told.asked == [("publish", "the site")]
    assert told.changes == []
    assert told.text == "I was not allowed to publish the site: not now. I changed nothing."


async def test_a_refusal_in_the_middle_says_what_was_done_before(root: Path):
    host = Recorder(root, decide=lambda tool, _summary: Decision(allowed=tool == "delete"))
    told = await run(root, "delete the contact page", host=host)
    assert told.changes == [("src/pages/contact.astro", "deleted")]
    assert told.text == (
        f"I was not allowed to edit {HEADER}."
        " I had changed src/pages/contact.astro before, and nothing after."
    )


async def test_a_rule_may_fail_and_what_it_did_stays(root: Path):
    host = Recorder(root)
    with pytest.raises(BackendError, match="publishes nothing; ask for something else"):
        await run(root, "publish it", host=host)
    assert host.changes == [("src/pages/contact.astro", "deleted")]


async def test_a_step_that_fails_is_told_and_the_next_one_follows(root: Path, tmp_path: Path):
    (root / "src/text.bin").write_bytes(b"\xff\xfe")
    options = written(
        tmp_path,
        """
        [[rule]]
        when = "go"
        steps = [
          { edit = "src/pages/about.astro", old = "not there", new = "x" },
          { edit = "src/pages/gone.astro", old = "x", new = "y" },
          { edit = "src/text.bin", old = "x", new = "y" },
          { delete = "src/pages/gone.astro" },
          { write = "node_modules/x.js", text = "x" },
          { write = "src/pages", text = "x" },
          { say = "done" },
        ]
        """,
    )
    told = await run(root, "go", options)
    assert told.changes == []
    assert [each.ok for each in told.finished] == [False] * 6
    assert told.finished[0].summary == ("cannot find the text to change in src/pages/about.astro")
    assert told.text == "done"


async def test_an_edit_keeps_the_line_ends(root: Path, tmp_path: Path):
    (root / ABOUT).write_bytes(b"<h1>\r\nOne</h1>\r\n")
    options = written(
        tmp_path,
        '[[rule]]\nwhen = "go"\nsteps = [{ edit = "src/pages/about.astro", old = "<h1>\\nOne",'
        ' new = "<h1>\\nTwo" }]',
    )
    await run(root, "go", options)
    assert (root / ABOUT).read_bytes() == b"<h1>\r\nTwo</h1>\r\n"


async def test_a_script_changes_nothing_where_the_mode_does_not(root: Path):
    header = (root / HEADER).read_bytes()
    told = await run(root, "Add our prices", mode=Mode.PLAN)
    assert told.changes == []
    assert (root / HEADER).read_bytes() == header
    assert {each.summary for each in told.finished} == {"changed no file: the turn's mode is plan"}


# Pieces and pauses


async def test_it_speaks_with_pauses(root: Path, autojump_clock: MockClock):
    began = trio.current_time()
    told = await run(root, "help", Options(pause=0.5))
    said = [each for each in told.events if isinstance(each, TextDelta)]
    assert len(said) > 5
    assert trio.current_time() - began == pytest.approx(0.5 * (len(said) - 1))


@pytest.mark.parametrize(
    "text", ["", " ", "one", "one two three four", " a\n\nb  c d\te\n", "x " * 5000]
)
def test_the_pieces_are_the_text(text: str):
    assert "".join(pieces(text)) == text
    assert len(pieces(text)) <= 60
    assert all(pieces(text))


async def test_cancelled_at_any_event_it_leaves_each_file_whole(
    root: Path, tmp_path: Path, autojump_clock: MockClock
):
    """Every event of the turn is once the one at which it is cancelled."""
    names = ("src/pages/prices.astro", HEADER)
    before = {name: (root / name).read_bytes() if name != names[0] else None for name in names}
    whole = await run(Path(shutil.copytree(root, tmp_path / "whole")), "Add our prices")
    after = {name: (whole.root / name).read_bytes() for name in names}
    for number in range(len(whole.events)):
        copy = Path(shutil.copytree(root, tmp_path / f"copy-{number}"))
        with trio.CancelScope() as scope:
            host = Recorder(copy)

            async def stop(_event: object, host: Recorder = host, number: int = number) -> None:
                if len(host.events) > number:
                    scope.cancel()
                await trio.lowlevel.checkpoint()

            host.when_told = stop
            await run(copy, "Add our prices", host=host)
        assert scope.cancelled_caught
        for name in names:
            now = (copy / name).read_bytes() if (copy / name).exists() else None
            assert now in (before[name], after[name])
            assert (name in dict(host.changes)) <= (now == after[name])
        assert not list(copy.rglob("*.tmp"))


# What a person can get wrong


def test_the_example_of_the_module_is_one():
    example = (script.__doc__ or "").partition("by itself:\n")[2].partition("\n`write`")[0]
    rules = script.parse("\n".join(line.removeprefix("    ") for line in example.splitlines()))
    assert [len(rule.steps) for rule in rules] == [8, 1]
    assert script.matching(rules, "our PRICES") is rules[0]
    assert script.matching(rules, "it cannot be shown", repair=True) is rules[1]
    assert script.matching(rules, "it cannot be shown") is None


def test_all_mistakes_of_a_script_are_told_at_once(tmp_path: Path):
    path = tmp_path / "script.toml"
    path.write_text(
        """
        rules = 1
        [[rule]]
        when = "(("
        steps = [
          { say = 1 },
          { wrte = "x" },
          { write = "", txt = "s" },
          { use = { cost = -1, tokens = 2 } },
          { use = 3 },
          { pause = -1 },
          { say = "x", fail = "y" },
          { write = {}, text = [] },
        ]
        [[rule]]
        stepz = []
        repair = 1
        """
    )
    with pytest.raises(ValueError, match="cannot use the script") as caught:
        Options(script=str(path))
    for said in (
        "rules: is no known key; did you mean rule?",
        "rule 1, when: is no regular expression: missing )",
        "rule 1, step 1, say: Expected `str`, got `int`",
        "rule 1, step 2: has to have one of say, write, edit, delete, pause, ask, use, fail",
        "rule 1, step 3, txt: is no known key; did you mean text?",
        "rule 1, step 3, write: Expected `str` of length >= 1",
        "rule 1, step 3, text: is missing",
        "rule 1, step 4, use, tokens: is no known key; did you mean input_tokens?",
        "rule 1, step 4, use, cost: Expected `float` >= 0.0",
        "rule 1, step 5, use: Expected `object`, got `int`",
        "rule 1, step 6, pause: Expected `float` >= 0.0",
        "rule 1, step 7: has to have one of",
        "rule 1, step 8, write: Expected `str`, got `object`",
        "rule 1, step 8, text: Expected `str`, got `array`",
        "rule 2, stepz: is no known key; did you mean steps?",
        "rule 2, repair: Expected `bool`, got `int`",
        "rule 2, when: is missing",
        "rule 2, steps: is missing",
    ):
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule = 1", r"rule: has to be written \[\[rule\]\]"),
        ("[[rule]", "cannot use the script"),
        ("[[rule]]\nwhen = 'x'\nsteps = [1]", "rule 1, steps: Expected `object`, got `int`"),
        ("[[rule]]\nwhen = 'x'\nsteps = []\nzzz = 1", "the keys are when, steps, repair"),
    ],
)
def test_what_is_no_script_is_refused(tmp_path: Path, text: str, said: str):
    with pytest.raises(ValueError, match=said):
        written(tmp_path, text)


def test_options_are_read_from_a_configuration(tmp_path: Path):
    assert msgspec.convert({"script": str(DEMO)}, Options) == Options(script=str(DEMO))
    with pytest.raises(msgspec.ValidationError, match=r"cannot read the script .*: No such file"):
        msgspec.convert({"script": str(tmp_path / "none.toml")}, Options)
    with pytest.raises(msgspec.ValidationError, match="cannot pause for that long"):
        msgspec.convert({"pause": 11}, Options)


def test_a_script_that_is_gone_meanwhile_is_refused(tmp_path: Path):
    options = written(tmp_path, "")
    Path(options.script).unlink()
    with pytest.raises(ValueError, match="cannot read the script"):
        make(options)


async def test_a_failed_tool_says_why_where_the_system_refuses(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.agent.simulation.files.os.replace", full)
    told = await run(root, "Add our prices")
    failed = [each for each in told.events if isinstance(each, ToolFinished) and not each.ok]
    assert len(failed) == 2
    assert "No space left on device" in failed[0].summary
