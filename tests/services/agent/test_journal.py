"""The journal of a thread."""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
from pathlib import Path

import pytest

from services.agent.journal import Journal, scan


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".claude/threads/t1.jsonl"


def test_an_event_is_one_line_with_its_id_turn_and_time(path: Path) -> None:
    journal = Journal(path, now=lambda: 12.5)
    assert journal.append("a", "text.delta", {"text": "one\ntwo"}) == 1
    journal.close()
    assert events(path) == [
        {"id": 1, "type": "text.delta", "turn": "a", "time": 12.5, "text": "one\ntwo"}
    ]


def test_ids_go_on_after_a_restart(path: Path) -> None:
    first = Journal(path)
    first.append("a", "turn.started", {})
    first.append("a", "turn.finished", {})
    first.close()
    second = Journal(path)
    assert second.append("b", "turn.started", {}) == 3
    second.close()
    assert [event["id"] for event in events(path)] == [1, 2, 3]


def test_ids_go_on_after_the_file_was_closed(path: Path) -> None:
    journal = Journal(path)
    journal.append("a", "turn.started", {})
    journal.close()
    assert journal.append("a", "turn.finished", {}) == 2
    journal.close()


def test_a_torn_last_line_is_cut_off(path: Path) -> None:
    first = Journal(path)
    first.append("a", "turn.started", {})
    first.append("a", "turn.finished", {"state": "committed"})
    first.close()
    with path.open("ab") as file:
        file.write(b'{"id":3,"type":"turn.sta')
    second = Journal(path)
    second.append("b", "turn.started", {})
    second.close()
    assert [event["id"] for event in events(path)] == [1, 2, 3]


def test_a_turn_without_an_end_is_closed_as_interrupted(path: Path) -> None:
    first = Journal(path)
    for turn in ("a", "b"):
        first.append(turn, "turn.started", {})
    first.append("a", "turn.finished", {"state": "committed"})
    first.close()
    Journal(path)
    last = events(path)[-1]
    assert (last["id"], last["type"], last["turn"]) == (4, "turn.finished", "b")
    assert last["state"] == "interrupted"
    assert "uncommitted" in str(last["error"])
    Journal(path)
    assert len(events(path)) == 4


def test_lines_that_mean_nothing_are_passed_over() -> None:
    content = (
        b'{"id":7,"type":"turn.started","turn":"a"}\n'
        b"\xff\xfe\n\n[]\n"
        b'{"id":"x","type":"turn.finished","turn":"a"}\n'
    )
    found = scan(content)
    assert (found.last, found.unfinished, found.size) == (7, ("a",), len(content))


def test_a_file_name_that_is_no_text_does_not_break_the_journal(path: Path) -> None:
    journal = Journal(path)
    journal.append("a", "commit", {"files": (os.fsdecode(b"caf\xe9.md"), "b.md")})
    journal.close()
    assert events(path)[0]["files"] == ["caf?.md", "b.md"]
    assert scan(path.read_bytes()).last == 1


def test_a_full_disk_leaves_no_half_line(path: Path) -> None:
    journal = Journal(path)
    journal.append("a", "turn.started", {})
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
        with pytest.raises(OSError, match="No space left"):
            journal.append("a", "text.delta", {"text": "x" * 1000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert journal.append("a", "turn.finished", {}) == 2
    journal.close()


def test_a_journal_is_not_written_through_a_symbolic_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    journal = Journal(path)
    with pytest.raises(OSError, match="symbolic links"):
        journal.append("a", "turn.started", {})
    assert not (tmp_path / "elsewhere").exists()


def test_a_note_stands_in_order_with_the_turns_and_belongs_to_none(path: Path) -> None:
    journal = Journal(path, now=lambda: 1.5)
    journal.append("a", "turn.started", {})
    assert journal.note("preview.updated", {"update": "update", "paths": ("x",)}) == 2
    journal.append("a", "turn.finished", {})
    journal.close()
    assert journal.note("preview.error", {"error": None}) == 4
    assert [event["id"] for event in events(path)] == [1, 2, 3, 4]
    assert events(path)[1] == {
        "id": 2,
        "type": "preview.updated",
        "time": 1.5,
        "update": "update",
        "paths": ["x"],
    }
    assert Journal(path).append("b", "turn.started", {}) == 5


def test_a_note_makes_no_journal(path: Path) -> None:
    assert Journal(path).note("preview.error", {}) is None
    assert not path.exists()
    journal = Journal(path)
    journal.append("a", "turn.started", {})
    journal.close()
    path.rename(path.with_suffix(".retired"))  # as the deletion of a thread does
    assert journal.note("preview.error", {}) is None
    assert not path.exists()


def test_a_note_that_the_disk_does_not_take_is_not_half_there(path: Path) -> None:
    journal = Journal(path)
    journal.append("a", "turn.started", {})
    journal.close()
    before = path.read_bytes()
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, kept[1]))
    try:
        with pytest.raises(OSError):
            journal.note("preview.error", {"error": "x" * 100})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_bytes() == before
    assert journal.note("preview.error", {}) == 2


def test_many_worker_threads_give_every_event_an_id_of_its_own(path: Path) -> None:
    journal = Journal(path)
    journal.append("a", "turn.started", {})

    def write() -> None:
        for _ in range(100):
            journal.note("preview.updated", {})
            journal.append("a", "text.delta", {})

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    journal.close()
    assert [event["id"] for event in events(path)] == list(range(1, 802))
