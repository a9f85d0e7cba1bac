"""The history that the original kept is read, whatever state its file is in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.original import LARGEST, parse, read_original
from services.agent.turns import TurnIds
from services.messages import Mode, ThreadKey, TurnState

KEY = ThreadKey("acme", "ann", "t1")
HASH = "8330920c0ffee0123456789abcdef0123456789a"

# As `JSON.stringify(context, null, 2)` wrote it: a key whose value was undefined is not there.
WRITTEN = """\
{
  "history": [
    {
      "instruction": "Create a file \\"hello.md\\" — schön",
      "mode": "execute",
      "timestamp": "2025-08-10T17:03:21.512Z",
      "result": "Created file: hello.md",
      "filesChanged": [
        "hello.md"
      ],
      "committed": true,
      "commitHash": "8330920c0ffee0123456789abcdef0123456789a",
      "pushed": true,
      "prUrl": "https://github.com/acme/site/compare/main...thread-t1?expand=1"
    },
    {
      "instruction": "git status",
      "mode": "analyze",
      "timestamp": "2025-08-10T17:05:00.000Z",
      "result": "Git status:\\\\nWorking tree clean",
      "filesChanged": [],
      "committed": false,
      "pushed": false
    }
  ],
  "plans": [],
  "threadId": "t1",
  "branch": "thread-t1",
  "workingDirectory": "/workspace/acme/ann/project",
  "gitBranch": "thread-t1"
}"""


def turns(*history: Any) -> Any:
    return parse(json.dumps({"history": history}).encode(), KEY)


def test_a_history_is_read_as_it_was_written():
    first, second = parse(WRITTEN.encode(), KEY)
    assert first.key == KEY
    assert first.instruction == 'Create a file "hello.md" — schön'
    assert first.mode is Mode.EXECUTE
    assert first.state is TurnState.COMMITTED
    assert first.output == "Created file: hello.md"
    assert first.files == ("hello.md",)
    assert first.commit == HASH
    assert first.queued == first.started == first.finished == 1754845401.512
    assert second.mode is Mode.ANALYZE
    assert second.commit is None
    assert second.files == ()


def test_ids_stay_and_sort_before_ours():
    one, two = parse(WRITTEN.encode(), KEY)
    grown = json.loads(WRITTEN)
    grown["history"].append({"instruction": "more", "timestamp": "3025-01-01T00:00:00Z"})
    again = parse(json.dumps(grown).encode(), KEY)
    assert [each.turn for each in again][:2] == [one.turn, two.turn]
    names = [*(each.turn for each in again), TurnIds(lambda: 1.0e9).next()]
    assert names == sorted(set(names))
    assert {len(each) for each in names} == {20}


def test_without_times_the_ids_differ_all_the_same():
    found = turns({"instruction": "a"}, {"instruction": "a"})
    assert len({each.turn for each in found}) == 2
    assert [each.started for each in found] == [0, 0]


@pytest.mark.parametrize(
    ("entry", "facts"),
    [
        ({"mode": "dream"}, {"mode": Mode.EXECUTE}),
        ({"mode": ["plan"]}, {"mode": Mode.EXECUTE}),
        ({"mode": "plan"}, {"mode": Mode.PLAN}),
        ({"timestamp": "yesterday"}, {"started": 0}),
        ({"timestamp": 1754845401512}, {"started": 1754845401.512}),
        ({"timestamp": 10**400}, {"started": 0}),
        ({"timestamp": True}, {"started": 0}),
        ({"timestamp": -1}, {"started": 0}),
        ({"timestamp": "2025-08-10T17:03:21"}, {"started": 1754845401}),
        ({"timestamp": "0001-01-01T00:00:00+23:00"}, {"started": 0}),
        ({"result": {"output": "done"}}, {"output": "done"}),
        ({"result": 7}, {"output": ""}),
        ({"result": None}, {"output": ""}),
        ({"filesChanged": "a.md"}, {"files": ()}),
        ({"filesChanged": ["a.md", 1, None, "", "a.md"]}, {"files": ("a.md",)}),
        ({"committed": False, "commitHash": HASH}, {"commit": None}),
        ({"committed": True, "commitHash": "--output=/x"}, {"commit": None}),
        ({"committed": True, "commitHash": HASH[:7]}, {"commit": HASH[:7]}),
        ({"instruction": "a\ud83d"}, {"instruction": "a?"}),
    ],
)
def test_odd_fields_are_borne(entry: dict[str, Any], facts: dict[str, Any]):
    (found,) = turns({"instruction": "do", **entry})
    assert {name: getattr(found, name) for name in facts} == facts


def test_what_says_nothing_is_left_out():
    found = turns(None, 3, "text", [], {}, {"mode": "plan"}, {"instruction": "do"})
    assert [each.instruction for each in found] == ["do"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"3",
        b'"history"',
        b'{"history": null}',
        b'{"history": {"0": {"instruction": "do"}}}',
        WRITTEN.encode()[:200],
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_none_has_no_turns(content: bytes):
    assert parse(content, KEY) == ()


def test_a_mark_at_the_beginning_and_broken_bytes_are_borne():
    assert len(parse(b"\xef\xbb\xbf" + WRITTEN.encode(), KEY)) == 2
    (found,) = parse(b'{"history": [{"instruction": "gr\xfcn"}]}', KEY)
    assert found.instruction == "gr\ufffdn"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("instruction", "mode", "timestamp", "result", "filesChanged", "committed", "commitHash")


@given(st.lists(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON))))
def test_whatever_the_history_holds_it_can_be_told(history: list[Any]):
    for found in turns(*history):
        assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


def test_only_an_ordinary_file_is_read(tmp_path: Path):
    path = tmp_path / "t1.json"
    assert read_original(path, KEY) == ()
    path.write_text(WRITTEN)
    assert len(read_original(path, KEY)) == 2
    link = tmp_path / "link.json"
    link.symlink_to(path)
    assert read_original(link, KEY) == ()
    os.mkfifo(tmp_path / "pipe.json")
    assert read_original(tmp_path / "pipe.json", KEY) == ()
    assert read_original(tmp_path, KEY) == ()
    with path.open("ab") as file:
        file.truncate(LARGEST + 1)
    assert read_original(path, KEY) == ()
