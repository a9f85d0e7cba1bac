"""A search ends, whatever the expression."""

from __future__ import annotations

import pytest
import trio

from services.agent.bedrock import searching
from services.agent.bedrock.searching import search
from services.agent.bedrock.tools import Wrong

TEXTS = [("a.md", "Hello\nWorld\n"), ("b.md", "hello again, “Wörld”\n")]


async def test_lines_are_found_with_their_place():
    assert await search(TEXTS, "W.+ld", ignore_case=False) == (
        "a.md:2: World\nb.md:1: hello again, “Wörld”"
    )
    assert await search(TEXTS, "hello", ignore_case=True) == (
        "a.md:1: Hello\nb.md:1: hello again, “Wörld”"
    )
    assert await search(TEXTS, "nowhere", ignore_case=False) == "(Nothing was found.)"


async def test_there_are_limits():
    many = [("a.md", "x" * 1000 + "\n" + "x\n" * 1000)]
    lines = (await search(many, "x", ignore_case=False)).splitlines()
    assert lines[0] == f"a.md:1: {'x' * 300}…"
    assert len(lines) == searching.MATCHES + 1
    assert "There are more" in lines[-1]


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<a>x)(?P<a>y)", "x{5}{6}"])
async def test_an_expression_that_is_none_is_told(pattern: str):
    with pytest.raises(Wrong, match="no regular expression: "):
        await search(TEXTS, pattern, ignore_case=False)


async def test_an_expression_that_takes_for_ever_does_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(searching, "SECONDS", 0.5)
    with trio.fail_after(30), pytest.raises(Wrong, match="took too long"):
        await search([("a.md", "a" * 64)], "(a|a)*b", ignore_case=False)


async def test_a_search_that_is_cancelled_is_gone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(searching, "SECONDS", 60.0)
    with trio.fail_after(30), trio.move_on_after(0.2) as scope:
        await search([("a.md", "a" * 64)], "(a|a)*b", ignore_case=False)
    assert scope.cancelled_caught
