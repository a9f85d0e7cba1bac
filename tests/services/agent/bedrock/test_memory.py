"""What is remembered of a conversation: whole turns, whatever becomes of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.bedrock import memory
from services.agent.bedrock.memory import NAME, Remembered
from services.agent.bedrock.messages import Message, Picture, Text, assistant, user
from tests.services.agent.bedrock import conversations

ONE = Remembered("turn-1", (user(Picture("png", b"\x89\0"), Text("Hi")), assistant(Text("Ho"))))
TWO = Remembered("turn-2", (user(Text("Grüß\n\u2028Gott")), assistant(Text("Danke"))))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "threads" / "t1.agent"


def test_nothing_is_remembered_of_a_new_thread(store: Path):
    assert memory.load(store) == []
    assert not store.exists()


def test_turns_are_remembered_in_their_order(store: Path):
    memory.append(store, ONE)
    memory.append(store, TWO)
    assert memory.load(store) == [ONE, TWO]
    assert (store / NAME).stat().st_mode & 0o077 == 0


def test_the_file_says_its_version_first(store: Path):
    memory.append(store, TWO)
    assert (store / NAME).read_text().splitlines()[0] == '{"version":1}'


def test_a_conversation_that_the_first_version_wrote_is_read(store: Path):
    store.mkdir(parents=True)
    (store / NAME).write_text(
        '{"version":1}\n{"turn":"a","messages":[{"role":"user","blocks":[{"type":"text","text":"Hi"},'
        '{"type":"picture","format":"png","data":"AA=="}]},{"role":"assistant","blocks":['
        '{"type":"thought","text":"Hm","signature":"s","redacted":""},'
        '{"type":"call","id":"c1","tool":"read","input":{"path":"a.md"},"broken":false}]},'
        '{"role":"user","blocks":[{"type":"result","id":"c1","text":"x","ok":true}]},'
        '{"role":"assistant","blocks":[{"type":"text","text":"Ho"}]}]}\n'
    )
    (turn,) = memory.load(store)
    assert [message.role for message in turn.messages] == ["user", "assistant"] * 2
    conversations.check(turn.messages)


@given(st.lists(conversations.turns(), min_size=1, max_size=3), st.data())
@settings(max_examples=30)
def test_a_file_that_was_cut_anywhere_keeps_its_whole_turns(
    tmp_path_factory: pytest.TempPathFactory, turns: list[list[Message]], data: st.DataObject
):
    store = tmp_path_factory.mktemp("store")
    kept = [Remembered(f"t{n}", tuple(turn)) for n, turn in enumerate(turns)]
    sizes = [0]
    for turn in kept:
        memory.append(store, turn)
        sizes.append((store / NAME).stat().st_size)
    size = data.draw(st.integers(0, sizes[-1]))
    with (store / NAME).open("r+b") as file:
        file.truncate(size)
    # The last newline of a turn may be missing.
    whole = [turn for turn, end in zip(kept, sizes[1:], strict=True) if end - 1 <= size]
    assert memory.load(store) == whole
    memory.append(store, TWO)
    assert memory.load(store) == [*whole, TWO]


def test_lines_that_are_not_understood_count_for_nothing(store: Path):
    memory.append(store, ONE)
    with (store / NAME).open("ab") as file:
        file.write(b'\n[]\n{"turn": "x"}\n\xff\xfe\n{"turn": "y", "messages": []}\n')
        file.write(b'{"turn": "z", "messages": [{"role": "user", "blocks": [{"type": "song"}]}]}\n')
    memory.append(store, TWO)
    assert memory.load(store) == [ONE, TWO]


@pytest.mark.parametrize(
    ("line", "aside"),
    [('{"version":7}', "messages-7.jsonl"), ("what?", "messages-unknown.jsonl")],
)
def test_a_file_of_a_later_version_is_put_aside(store: Path, line: str, aside: str):
    store.mkdir(parents=True)
    (store / NAME).write_text(f"{line}\nanything\n")
    assert memory.load(store) == []
    assert (store / aside).read_text() == f"{line}\nanything\n"
    memory.append(store, ONE)
    assert memory.load(store) == [ONE]


def test_it_can_be_written_anew(store: Path):
    memory.append(store, ONE)
    memory.append(store, TWO)
    memory.rewrite(store, [TWO])
    assert memory.load(store) == [TWO]
    memory.append(store, ONE)
    assert memory.load(store) == [TWO, ONE]
    assert [path.name for path in store.iterdir()] == [NAME]


def test_turns_that_were_shortened_keep_their_names():
    shorter = [user(Text("Gott")), assistant(Text("Danke"))]
    assert memory.again([ONE, TWO], [shorter]) == [Remembered("turn-2", tuple(shorter))]
    assert memory.again([ONE], []) == []
