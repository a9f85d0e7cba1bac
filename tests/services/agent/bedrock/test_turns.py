"""Turns over Bedrock's wire: what the model is asked, and what comes of what it says."""

from __future__ import annotations

import base64

import pytest

from services.agent import files
from services.agent.bedrock import toolbox
from services.agent.bedrock.messages import Call
from services.agent.bedrock.toolbox import Toolbox
from services.messages import Image, Mode, TextDelta, ToolFinished, ToolStarted, Used
from services.standin import Result, Say, Standin, Think, Use
from tests.services.agent.bedrock.conftest import MODEL
from tests.services.agent.bedrock.turning import bodies, remembered, run, scripted
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import ABOUT, FILES, INDEX, Worktree

EDIT = Use("edit", {"path": INDEX, "old": "Hello", "new": "Hi"})


def results(it: Standin, request: int = -1) -> list[str]:
    """What the tools answered in the last message of a request."""
    parts = it.asked[request].messages[-1].parts
    return [part.text for part in parts if isinstance(part, Result)]


async def test_a_model_is_asked_as_bedrock_wants_it(it: Standin, site: Worktree):
    scripted(it, [EDIT], [Say("Done.")])
    await run(site, max_tokens=1000, temperature=0.5, additional_fields={"top_k": 5})
    first, second = bodies(it)
    assert it.requests[0].target == f"/model/{MODEL}/converse-stream"
    assert first["inferenceConfig"] == {"maxTokens": 1000, "temperature": 0.5}
    assert first["additionalModelRequestFields"] == {"top_k": 5}
    assert "Astro" in first["system"][0]["text"]
    names = [tool["toolSpec"]["name"] for tool in first["toolConfig"]["tools"][:-1]]
    assert names == [
        "read", "write", "edit", "delete", "list", "search", "git_status", "git_diff",
        "preview_errors",
    ]  # fmt: skip
    point = {"cachePoint": {"type": "default"}}
    for body in (first, second):
        assert body["system"][-1] == point
        assert body["toolConfig"]["tools"][-1] == point
    said = [message["content"] for message in second["messages"]]
    assert [block[-1] == point for block in said] == [True, False, True]
    # What the second request begins with is what the first one had in the cache.
    assert second["messages"][0] == first["messages"][0]


async def test_there_are_never_more_cache_points_than_bedrock_takes(it: Standin, site: Worktree):
    scripted(it, *[[Use("read", {"path": ABOUT})] for _ in range(5)], [Say("Done.")])
    await run(site)
    assert [request.cached for request in it.asked] == [3, 4, 4, 4, 4, 4]


async def test_the_cache_can_last_longer_or_be_off(it: Standin, site: Worktree):
    scripted(it, [Say("Done.")])
    await run(site, cache_ttl="1h")
    await run(site, cache=False)
    first, second = bodies(it)
    assert first["system"][-1] == {"cachePoint": {"type": "default", "ttl": "1h"}}
    assert "cachePoint" not in str(second)


async def test_the_model_of_the_turn_comes_before_the_one_of_the_options(
    it: Standin, site: Worktree
):
    scripted(it, [Say("Done.")])
    told = await run(site, site.turn("Do it", model="us.anthropic.claude-opus"))
    assert it.asked[0].model == "us.anthropic.claude-opus"
    assert [each.usage.model for each in told.events if isinstance(each, Used)] == [
        "us.anthropic.claude-opus"
    ]


async def test_an_api_key_of_bedrock_is_enough_where_it_is_encrypted(
    it: Standin, encrypted: str, site: Worktree, monkeypatch: pytest.MonkeyPatch
):
    assert encrypted.startswith("https:")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "testing")
    scripted(it, [Say("Done.")])
    await run(site)
    assert it.requests[0].get("authorization") == "Bearer testing"
    assert "testing" not in it.requests[0].text


async def test_several_tools_of_one_answer_are_used_in_order(it: Standin, site: Worktree):
    scripted(
        it,
        [
            Say("Three things."),
            EDIT,
            Use("write", {"path": "src/b.md", "text": "B"}),
            Use("delete", {"path": ABOUT}),
        ],
        [Say("Done.")],
    )
    told = await run(site)
    assert told.changes == [(INDEX, "modified"), ("src/b.md", "added"), (ABOUT, "deleted")]
    assert told.text == "Three things.\n\nDone."
    kinds = [type(event) for event in told.events if not isinstance(event, TextDelta)]
    assert kinds[0] is Used
    assert kinds[1:3] == [ToolStarted, ToolFinished]
    assert results(it) == ["Replaced it 1 times in src/pages/index.astro.", "Wrote src/b.md.",
                           f"Deleted {ABOUT}."]  # fmt: skip


async def test_what_tools_show_reaches_the_model(it: Standin, site: Worktree):
    scripted(
        it,
        [
            Use("read", {"path": INDEX, "line": 5, "lines": 2}),
            Use("list", {"pattern": "*.astro"}),
            Use("search", {"pattern": "f.rns"}),
            Use("git_status"),
            Use("git_diff"),
            Use("preview_errors"),
        ],
        [Say("Done.")],
    )
    told = await run(site)
    assert results(it) == [
        "     5\t<main>\n     6\t  <h1>Hello</h1>\n(That is up to line 6 of 8: read on from 7.)",
        f"{ABOUT}\n{INDEX}",
        f"{ABOUT}:3:   <p>We grow ferns.</p>",
        "(Nothing has changed since the last commit.)",
        "(Nothing has changed since the last commit.)",
        "(No error is known.)",
    ]
    assert [summary for _, summary in told.asked] == [
        INDEX, "the site", "f.rns", "changed files", "changes", "errors of the pages",
    ]  # fmt: skip


async def test_a_search_passes_by_pictures_and_has_a_limit(
    site: Worktree, monkeypatch: pytest.MonkeyPatch
):
    (site.root / "a.png").write_bytes(b"\x89PNG\xff ferns")
    tools = Toolbox(site.root, Mode.PLAN, Recorder(site.root))
    result = await tools.use(Call("c1", "search", {"pattern": "ferns"}))
    assert result.text == f"{ABOUT}:3:   <p>We grow ferns.</p>"
    monkeypatch.setattr(toolbox, "MOST_TEXT", 60)
    result = await tools.use(Call("c2", "search", {"pattern": "ferns"}))
    assert "Nothing was found" in result.text
    assert "not all of it was searched" in result.text


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (Use("edit", {"path": INDEX, "old": "Howdy", "new": "x"}), "does not stand in the file"),
        (Use("edit", {"path": INDEX, "old": "main>", "new": "x"}), "stands 2 times in the file"),
        (Use("edit", {"path": "no.md", "old": "a", "new": "x"}), "There is no file no.md"),
        (Use("edit", {"path": INDEX, "old": "Hello", "new": "Hello"}), "changes nothing"),
        (Use("read", {"path": "src"}), "is a folder"),
        (Use("read", {"file_path": INDEX}), "missing required field `path`"),
        (Use("write", {"path": f"{INDEX}/x.md", "text": ""}), "Not a directory"),
        (Use("delete", {"path": "src"}), "is a folder"),
        (Use("search", {"pattern": "("}), "no regular expression"),
        (Use("Bash", {"command": "id"}), "There is no tool 'Bash'"),
    ],
)
async def test_a_call_that_does_not_work_is_answered_and_changes_nothing(
    it: Standin, site: Worktree, call: Use, told: str
):
    scripted(it, [call], [Say("I see.")])
    recorder = await run(site)
    assert told in results(it)[0]
    assert recorder.changes == []
    assert recorder.text == "I see."


async def test_a_file_has_a_limit(site: Worktree):
    told = Recorder(site.root)
    call = Call("c1", "write", {"path": "b.md", "text": "x" * (files.LARGEST + 1)})
    result = await Toolbox(site.root, Mode.EXECUTE, told).use(call)
    assert not result.ok
    assert "too long for one file" in result.text
    assert not (site.root / "b.md").exists()


async def test_a_text_can_be_replaced_everywhere(it: Standin, site: Worktree):
    scripted(it, [Use("edit", {"path": INDEX, "old": "main>", "new": "div>", "all": True})])
    await run(site)
    assert site.text(INDEX) == FILES[INDEX].replace("main>", "div>")


@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
async def test_in_a_mode_that_changes_nothing_no_tool_that_writes_is_offered(
    it: Standin, site: Worktree, mode: Mode
):
    scripted(it, [EDIT], [Say("I would.")])
    told = await run(site, site.turn("Plan it", mode=mode))
    assert not {"write", "edit", "delete"} & set(it.asked[0].tools)
    assert "Change nothing." in it.asked[0].system
    assert "Nothing may be changed in this turn" in results(it)[0]
    assert [event.ok for event in told.finished] == [False]
    assert told.asked == []


async def test_a_picture_comes_with_the_instruction(it: Standin, site: Worktree):
    scripted(it, [Say("A fern.")])
    turn = site.turn("What is it?", images=(Image("image/png", b"\x89PNG"),))
    await run(site, turn)
    await run(site, site.turn("And now?", id="turn-2"))
    picture, text, _ = bodies(it)[0]["messages"][0]["content"]
    source = {"bytes": base64.b64encode(b"\x89PNG").decode()}
    assert picture == {"image": {"format": "png", "source": source}}
    assert text == {"text": "What is it?"}
    # The next turn still sees it.
    assert bodies(it)[1]["messages"][0]["content"][0] == picture


async def test_a_thought_goes_back_while_the_turn_lasts_and_no_longer(it: Standin, site: Worktree):
    scripted(it, [Think("Let me see."), EDIT], [Think("Hm."), Say("Done.")])
    told = await run(site)
    assert told.text == "Done."
    thought = {"reasoningText": {"text": "Let me see.", "signature": "unsigned"}}
    assert bodies(it)[1]["messages"][1]["content"][0] == {"reasoningContent": thought}
    await run(site, site.turn("And now?", id="turn-2"))
    assert "Let me see." not in it.requests[-2].text
    assert "Hm." not in "".join(remembered(site))
