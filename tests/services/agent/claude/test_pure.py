"""What is decided without the CLI: calls, variables, arguments, words for failures, lines."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from claude_agent_sdk import CLIConnectionError, ResultMessage
from hypothesis import given
from hypothesis import strategies as st

from services.agent.backend import BudgetExceeded
from services.agent.claude.command import READING, command, new_enough, tools
from services.agent.claude.environment import environment, key
from services.agent.claude.failures import ended, failure
from services.agent.claude.gate import examine
from services.agent.claude.session import Folder
from services.agent.claude.summary import LONGEST, summary
from services.agent.claude.transport import Lines
from services.messages import Mode
from services.site.containment import Outside

ALL = tools(Mode.EXECUTE, ("check",))
PATTERN = st.text("ab./*~{},[]!? -\\\0\n", max_size=12)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    around = tmp_path_factory.mktemp("around")
    (around / "site" / "src").mkdir(parents=True)
    (around / "site" / "out").symlink_to(around)
    return around / "site"


def let(root: Path, tool: str, **asked: object) -> dict[str, object] | None:
    try:
        return examine(root, tool, asked, tools=ALL, scripts=("check",))
    except Outside:
        return None


@given(st.sampled_from(["Glob", "Grep"]), PATTERN, PATTERN)
def test_no_pattern_that_is_let_through_leads_up_or_to_the_root(root, tool, one, two):
    given = let(root, tool, pattern=one, glob=two, path="src")
    if given is None:
        return
    assert given["path"] == str(root.resolve() / "src")
    for pattern in (one, two) if tool == "Glob" else (two,):
        assert ".." not in pattern
        assert not pattern.startswith(("/", "~"))


@given(st.text("npm run check;&|\n$()`-", max_size=16))
def test_no_command_is_let_through_but_the_one(root, command):
    given = let(root, "Bash", command=command)
    assert (given is not None) is (command == "npm run check")


@pytest.mark.parametrize("asked", [{}, {"file_path": None}, {"file_path": 3}, {"file_path": ""}])
def test_a_file_has_to_be_named(root, asked):
    assert let(root, "Read", **asked) is None


def test_what_is_let_through_is_the_file_itself(root):
    assert let(root, "Write", file_path="src/../a", content="x") == {
        "file_path": str(root.resolve() / "a"),
        "content": "x",
    }
    assert let(root, "Write", file_path="out/a", content="x") is None
    assert let(root, "Grep", pattern="../x") == {"pattern": "../x"}  # it is no path there
    assert let(root, "Task", prompt="x") is None


@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
def test_some_modes_only_read(mode):
    assert tools(mode, ("check",)) == READING


def test_the_cli_is_called_with_all_that_keeps_it_in():
    made = command(
        Path("/bin/claude"),
        system="-- be kind",
        tools=("Read",),
        model="m",
        max_turns=3,
        budget=0.25,
        session="s",
        resume=True,
    )
    for flag in ("--restricted", "--strict-mcp-config", "--setting-sources=", "--resume=s"):
        assert flag in made
    assert made[made.index("--max-budget-usd") + 1] == "0.250000"
    denied = json.loads(made[made.index("--settings") + 1])["permissions"]["deny"]
    for rule in ("Read(**/.env)", "Edit(**/.env.*)", "Read(**/.git/**)", "Read(**/.npmrc)"):
        assert rule in denied
    assert {"Read(**/.dev.vars)", "Edit(**/.dev.vars.*)"} <= {*denied}


@pytest.mark.parametrize(
    ("version", "enough"),
    [("2.1.248", True), ("2.1.247", False), ("3.0.0", True), ("2.0.999", False), ("", False)],
)
def test_a_cli_is_new_enough_or_not(version, enough):
    assert new_enough(version) is enough


def test_the_keys_of_one_way_to_pay_are_not_given_to_the_other():
    ours = {
        "ANTHROPIC_API_KEY": "a",
        "AWS_REGION": "b",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "c",
        "CLAUDECODE": "1",
        "NODE_OPTIONS": "--inspect",
    }
    places = {"home": Path("/h"), "config": Path("/c"), "temporary": Path("/t"), "retries": 2}
    direct = environment(ours, **places)
    assert "ANTHROPIC_API_KEY" not in direct  # it comes by a descriptor
    assert key(ours) == "a"
    assert not [name for name in direct if name.startswith("AWS_")]
    bedrock = environment({**ours, "CLAUDE_CODE_USE_BEDROCK": "1"}, **places)
    assert "ANTHROPIC_API_KEY" not in bedrock
    assert key({**ours, "CLAUDE_CODE_USE_BEDROCK": "1"}) == ""
    assert bedrock["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] == "c"
    for made in (direct, bedrock):
        assert not {"CLAUDECODE", "NODE_OPTIONS"} & made.keys()
        assert "a" not in made.values()
        assert (made["HOME"], made["CLAUDE_CONFIG_DIR"], made["TMPDIR"]) == ("/h", "/c", "/t")


def result(**fields: object) -> ResultMessage:
    return ResultMessage(
        **{
            "subtype": "success",
            "duration_ms": 1,
            "duration_api_ms": 1,
            "is_error": False,
            "num_turns": 1,
            "session_id": "s",
            **fields,
        }
    )


def said(**fields: object) -> str:
    return str(failure(result(**fields), budget=1.5, max_turns=7))


def test_failures_have_words():
    assert failure(result(), budget=None, max_turns=1) is None
    spent = failure(result(subtype="error_max_budget_usd", is_error=True), budget=1.5, max_turns=1)
    assert isinstance(spent, BudgetExceeded)
    assert "$1.50" in str(spent)
    assert "after 7 steps" in said(subtype="error_max_turns", is_error=True)
    busy = said(is_error=True, api_error_status=429, result="API Error: slow down")
    assert busy.endswith("(HTTP 429: slow down)")
    assert "in trouble" in said(is_error=True, api_error_status=503)
    assert "does not accept the request" in said(is_error=True, api_error_status=418)
    assert "broke off" in said(is_error=True, terminal_reason="api_error", result="x" * 1000)
    assert "out of luck" in said(is_error=True, errors=["out of luck"])
    assert "error_during" in said(is_error=True, subtype="error_during_execution")


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "with code 1"), (-signal.SIGTERM, "by SIGTERM"), (-99, "by signal 99")],
)
def test_ends_have_words(code, words):
    assert words in ended(code)
    assert "memory" not in ended(code)
    assert "more memory" in ended(-signal.SIGKILL)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=9), max_size=2), max_size=4),
    st.integers(1, 40),
)
def test_lines_come_whole_however_they_are_cut(messages, size):
    stream = b"".join(json.dumps(it).encode() + b"\nnoise\n\n" for it in messages)
    lines, found = Lines(), []
    for begin in range(0, len(stream), size):
        found += lines.take(stream[begin : begin + size])
    assert found == messages


def test_a_line_that_is_half_or_endless_is_an_error(monkeypatch):
    with pytest.raises(CLIConnectionError, match="no JSON"):
        Lines().take(b'{"a": \n')
    monkeypatch.setattr("services.agent.claude.transport.LONGEST", 10)
    with pytest.raises(CLIConnectionError, match="too long"):
        Lines().take(b"{" * 11)


def test_a_summary_is_short_and_says_where():
    root = Path("/site")
    assert summary(root, "Read", {"file_path": "/site/src/a.astro"}) == "src/a.astro"
    assert summary(root, "Read", {"file_path": "/etc/passwd"}) == "/etc/passwd"
    assert summary(root, "Grep", {"pattern": "a\n b", "path": "src"}) == "a b in src"
    assert summary(root, "Glob", {"pattern": "*", "path": "/site"}) == "*"
    assert summary(root, "Bash", {"command": "npm run check"}) == "npm run check"
    assert summary(root, "Read", {"file_path": "x" * 999}) == "x" * (LONGEST - 1) + "…"
    assert summary(root, "Mystery", {"a": 1}) == "Mystery"


def test_a_move_of_a_session_that_was_cut_short_is_made_again(tmp_path):
    folder = Folder(tmp_path / "store")
    one, _, _ = folder.open(tmp_path)
    there = tmp_path / "store" / "config" / "projects" / "elsewhere"
    (there / one.id).mkdir(parents=True)
    (there / one.id / "result.txt").write_text("long")
    (there / f"{one.id}.jsonl").write_text("{}")
    # The first part had moved, and something is there by its name already.
    slug = "".join(c if c.isalnum() else "-" for c in os.path.realpath(tmp_path))
    (there.parent / slug / one.id).mkdir(parents=True)
    assert folder.open(tmp_path) == (one, True, False)
    assert (there.parent / slug / one.id / "result.txt").read_text() == "long"
    assert not list(there.iterdir())
