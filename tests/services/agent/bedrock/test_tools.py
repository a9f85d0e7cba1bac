"""What a model may ask for, and what it is told when it asks in a wrong way."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.agent import files
from services.agent.bedrock.messages import Call
from services.agent.bedrock.toolbox import replaced
from services.agent.bedrock.tools import TOOLS, Edit, Read, Wrong, asked, offered
from services.messages import Mode


def call(tool: str, **input: Any) -> Call:
    return Call("c1", tool, input)


def test_each_tool_has_a_name_a_description_and_a_schema():
    for spec in offered(Mode.EXECUTE):
        schema = spec["inputSchema"]["json"]
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert spec["description"]
        assert all(field["description"] for field in schema["properties"].values())
    assert [spec["name"] for spec in offered(Mode.EXECUTE)] == list(TOOLS)


@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
def test_no_tool_that_writes_is_offered_where_nothing_may_change(mode: Mode):
    names = {spec["name"] for spec in offered(mode)}
    assert names == {"read", "list", "search", "git_status", "git_diff", "preview_errors"}
    for name in ("write", "edit", "delete"):
        with pytest.raises(Wrong, match="Nothing may be changed in this turn"):
            asked(call(name, path="a.md", text="", old="a", new="b"), mode)


def test_a_right_call_is_understood_leniently():
    assert asked(call("read", path="a.md"), Mode.PLAN) == Read("a.md")
    assert asked(call("read", path="a.md", line="3", why="x"), Mode.PLAN) == Read("a.md", 3)
    found = asked(call("edit", path="a.md", old="x", new="", all=True), Mode.EXECUTE)
    assert found == Edit("a.md", "x", "", all=True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("Bash", command="ls"), r"There is no tool 'Bash'. The tools are read, write, "),
        (call("read", file="a.md"), r"missing required field `path`.*\"required\":\[\"path\"\]"),
        (call("read", path="a.md", line=0), r"`int` >= 1 - at `\$.line`"),
        (call("edit", path="a.md", old="", new="x"), r"length >= 1 - at `\$.old`"),
        (call("search", pattern=["x"]), r"Expected `str`, got `array`"),
        (Call("c1", "write", {}, broken=True), "no whole JSON object"),
    ],
)
def test_a_wrong_call_is_told_what_to_do(wrong: Call, told: str):
    with pytest.raises(Wrong, match=told):
        asked(wrong, Mode.EXECUTE)


def test_an_edit_makes_no_file_that_is_too_long():
    text = "a" * (files.LARGEST // 2)
    assert replaced(text, Edit("a.md", "a", "bc", all=True)) == ("bc" * len(text), len(text))
    for new in ("abc", "éé"):
        with pytest.raises(Wrong, match="too long for one file"):
            replaced(text, Edit("a.md", "a", new, all=True))
