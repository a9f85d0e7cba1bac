"""The journal of a thread."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.agent import journal as journal_module
from services.agent.journal import STRIDE, Journal
from services.messages import BuildError
from tests.services.agent.held import held


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".claude/threads/t1.jsonl"


def started(journal: Journal, turn: str = "a") -> int:
    return journal.append("turn.started", {"turn": turn}, journal.stamp + 1).id


def test_an_event_is_one_line_with_its_id_and_time(path: Path) -> None:
    journal = Journal(path)
    event = journal.append("text.delta", {"turn": "a", "text": "one\ntwo"}, 12_500_000)
    journal.close()
    assert (event.id, event.type) == (1, "text.delta")
    assert path.read_bytes() == event.data + b"\n"
    assert json.loads(event.data) == {
        "id": 1,
        "type": "text.delta",
        "turn": "a",
        "text": "one\ntwo",
        "time": 12.5,
    }


def test_ids_go_on_after_a_restart_and_after_the_file_was_closed(path: Path) -> None:
    first = Journal(path)
    started(first)
    first.close()
    started(first)
    first.close()
    second = Journal(path)
    assert second.last == 2
    assert started(second) == 3
    second.close()
    assert [event["id"] for event in events(path)] == [1, 2, 3]


def test_a_torn_last_line_is_cut_off(path: Path) -> None:
    first = Journal(path)
    started(first)
    started(first)
    first.close()
    with path.open("ab") as file:
        file.write(b'{"id":3,"type":"turn.sta')
    second = Journal(path)
    started(second)
    second.close()
    assert [event["id"] for event in events(path)] == [1, 2, 3]


def test_lines_that_mean_nothing_are_passed_over(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(
        b'{"id":7,"type":"turn.started","turn":"a"}\n'
        b"\xff\xfe\n\n[]\n"
        + (b'{"id":8,"type":"commit","turn":"a","files":' + b"[" * 5000 + b"]" * 5000 + b"}\n")
        + b'{"id":"x","type":"turn.finished","turn":"a"}\n'
        + b'{"id":9,"type":"turn.finished\xff"}\n'
    )
    journal = Journal(path)
    assert journal.last == 7
    assert [event.id for event in journal.read()] == [7]
    assert started(journal) == 8
    journal.close()
    assert [event.id for event in journal.read()] == [7, 8]


@pytest.mark.parametrize("count", [0, 1, STRIDE - 1, STRIDE, STRIDE + 1, 3 * STRIDE + 7])
def test_it_is_read_from_any_place_and_so_far_as_wanted(path: Path, count: int) -> None:
    journal = Journal(path)
    for number in range(count):
        journal.append("text.delta", {"text": "x" * (number % 13)}, number + 1)
    journal.close()
    for reader in (journal, Journal(path)):
        for after in {0, 1, STRIDE - 1, STRIDE, STRIDE + 1, count - 1, count, count + 5}:
            if after < 0:
                continue
            found = [event.id for event in reader.read(after)]
            assert found == list(range(after + 1, count + 1))
            assert [event.id for event in reader.read(after, 3)] == found[:3]


@pytest.mark.parametrize("anew", [False, True])
def test_what_is_far_behind_is_not_read_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    """There stands what would end the reading."""
    monkeypatch.setattr(journal_module, "STRIDE", 4)
    journal = Journal(path)
    for number in range(1, 24):
        journal.append("text.delta", {}, number)
    journal.close()
    if anew:
        journal = Journal(path)
    later = path.read_bytes().replace(b'"id":12,', b'"id":99,')
    path.write_bytes(later)
    for after in (12, 13, 16, 22):
        assert [event.id for event in journal.read(after)] == [*range(after + 1, 24)]
    assert [event.id for event in journal.read(11)] == []
    assert [event.id for event in journal.read(7)] == [8, 9, 10, 11]


def test_of_long_events_fewer_are_read_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "PAGE", 1000)
    journal = Journal(path)
    for number in range(1, 6):
        journal.append("text.delta", {"text": "x" * 600}, number)
    journal.close()
    assert [event.id for event in journal.read(1, 99)] == [2, 3]
    assert len(journal.read()) == 5


def test_a_file_name_that_is_no_text_does_not_break_the_journal(path: Path) -> None:
    journal = Journal(path)
    journal.append("commit", {"files": (os.fsdecode(b"caf\xe9.md"), "b.md")}, 1)
    journal.append("turn.checked", {"errors": [BuildError("no", os.fsdecode(b"\xe9"))]}, 2)
    journal.close()
    assert events(path)[0]["files"] == ["caf?.md", "b.md"]
    [error] = json.loads(path.read_bytes().splitlines()[1])["errors"]
    assert (error["message"], error["file"]) == ("no", "?")
    assert [event.id for event in Journal(path).read()] == [1, 2]


def test_a_full_disk_leaves_no_half_line(path: Path) -> None:
    journal = Journal(path)
    started(journal)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
        with pytest.raises(OSError, match="No space left"):
            journal.append("text.delta", {"text": "x" * 1000}, 2)
        assert held(path) == 0
        with pytest.raises(OSError, match="No space left"):
            journal.note("preview.error", {"error": "x" * 100}, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert started(journal) == 2
    journal.close()


DECIDING = [
    *("turn.queued", "turn.started", "turn.finished", "turn.settling", "turn.settled"),
    *("turn.undoing", "turn.undone", "turn.redone", "turn.given_up"),
]
PASSING = ["text.delta", "tool.started", "file.changed", "usage", "preview.error"]


@pytest.mark.parametrize("kind", DECIDING + PASSING)
def test_what_decides_over_a_turn_is_on_the_disk_before_anybody_hears_of_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """And for what is only told of it nobody waits."""
    journal = Journal(path)
    synced: list[bytes] = []
    sync = os.fsync

    def noted(file: int) -> None:
        synced.append(path.read_bytes())
        sync(file)

    monkeypatch.setattr(os, "fsync", noted)
    event = journal.append(kind, {}, 1)
    journal.close()
    assert synced == ([event.data + b"\n"] if kind in DECIDING else [])


def test_a_disk_that_cannot_keep_an_event_has_none_of_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    started(journal)
    before = path.read_bytes()

    def fails(file: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="the disk is broken"):
            started(journal)
    assert path.read_bytes() == before
    assert (journal.last, started(journal)) == (1, 2)
    journal.close()


def test_others_may_read_a_journal_and_not_write_it(path: Path) -> None:
    before = os.umask(0)
    try:
        started(journal := Journal(path))
    finally:
        os.umask(before)
    journal.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_what_it_did_not_write_itself_is_not_read_before_it_is_opened_anew(path: Path) -> None:
    """So whoever reads never sees more than was said to have happened."""
    started(journal := Journal(path))
    started(other := Journal(path))
    other.close()
    journal.close()
    assert [event.id for event in journal.read()] == [1]
    assert [event.id for event in Journal(path).read()] == [1, 2]


def test_an_id_that_was_there_before_makes_no_later_one_smaller(path: Path) -> None:
    path.parent.mkdir(parents=True)
    lines = [(1, 5.0), (3, 9.0), (2, 7.0), (3, 8.0)]
    path.write_text("".join(f'{{"id":{n},"type":"usage","time":{t}}}\n' for n, t in lines))
    journal = Journal(path)
    assert (journal.last, journal.stamp) == (3, 9_000_000)


def test_a_journal_is_not_written_through_a_symbolic_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        Journal(path)
    assert not (tmp_path / "elsewhere").exists()


def test_nobody_waits_for_something_that_is_no_file(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    journal = Journal(path)
    with pytest.raises(OSError, match="seek"):
        journal.read()
    with pytest.raises(OSError, match="No such device"):
        started(journal)


def test_a_note_stands_in_order_with_the_turns(path: Path) -> None:
    journal = Journal(path)
    started(journal)
    note = journal.note("preview.updated", {"update": "update", "paths": ("x",)}, 2)
    started(journal)
    journal.close()
    assert journal.note("preview.error", {"error": None}, 4)
    assert [event["id"] for event in events(path)] == [1, 2, 3, 4]
    assert note is not None
    assert events(path)[1] == json.loads(note.data)


def test_a_note_lets_go_of_the_file_unless_it_was_held(path: Path) -> None:
    journal = Journal(path)
    started(journal)
    held = path.with_suffix(".held")
    path.rename(held)
    assert journal.note("preview.error", {}, 2)
    started(journal)
    assert [event["id"] for event in events(held)] == [1, 2, 3]
    assert not path.exists()
    journal.close()
    held.rename(path)
    assert journal.note("preview.error", {}, 4)
    path.rename(held)
    assert journal.note("preview.error", {}, 5) is None


def test_a_note_makes_no_journal(path: Path) -> None:
    assert Journal(path).note("preview.error", {}, 9) is None
    assert not path.exists()
    journal = Journal(path)
    started(journal)
    journal.close()
    path.rename(path.with_suffix(".retired"))  # as the deletion of a thread does
    assert journal.note("preview.error", {}, 9) is None
    assert not path.exists()


def test_a_journal_that_went_with_its_thread_is_not_begun_anew(path: Path) -> None:
    started(journal := Journal(path))
    journal.close()
    path.rename(path.with_suffix(".retired"))
    with pytest.raises(FileNotFoundError):
        started(journal)
    assert not path.exists()


def test_it_knows_whether_its_file_is_still_the_one_at_its_path(path: Path) -> None:
    journal = Journal(path)
    assert journal.is_there  # neither is
    started(journal)
    journal.close()
    assert journal.is_there
    path.rename(path.with_suffix(".retired"))
    assert not journal.is_there
    path.symlink_to(path.with_suffix(".retired"))
    assert not journal.is_there  # what is there is no file of a journal
    path.unlink()
    path.touch()
    assert not journal.is_there
    assert Journal(path).is_there
    path.unlink()
    path.with_suffix(".retired").unlink()
    path.parent.rmdir()
    path.parent.touch()
    assert not journal.is_there


def test_a_journal_that_was_closed_holds_no_file(path: Path) -> None:
    journal = Journal(path)
    started(journal)
    journal.read()
    assert held(path) == 1
    journal.close()
    journal.close()
    assert journal.note("preview.error", {}, 2)
    assert held(path) == 0


def test_many_worker_threads_give_every_event_an_id_of_its_own(path: Path) -> None:
    journal = Journal(path)
    started(journal)

    def write() -> None:
        for _ in range(100):
            journal.note("preview.updated", {}, 1)
            journal.append("text.delta", {}, 1)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    journal.close()
    assert [event["id"] for event in events(path)] == list(range(1, 802))
    assert [event.id for event in journal.read()] == list(range(1, 802))


class Asked:
    """A lock that says when somebody comes for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.came = threading.Event()

    def __enter__(self) -> None:
        self.came.set()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.parametrize(
    ("do", "comes"), [(lambda it: it.is_there, True), (lambda it: it.close(), None)]
)
def test_whoever_comes_while_a_line_is_written_waits_for_its_end(
    path: Path, monkeypatch: pytest.MonkeyPatch, do: Callable[[Journal], object], comes: object
) -> None:
    """It would look like somebody else's, and the file be closed under it."""
    started(journal := Journal(path))
    lock, fsync = Asked(), os.fsync
    done: list[object] = []

    def come() -> None:
        done.append(do(journal))
        lock.came.set()

    other = threading.Thread(target=come)

    def sync(file: int) -> None:
        lock.came.clear()
        other.start()
        lock.came.wait()
        fsync(file)

    monkeypatch.setattr(journal, "_lock", lock)
    monkeypatch.setattr(os, "fsync", sync)
    started(journal)
    other.join()
    journal.close()
    assert done == [comes]
    assert [event["id"] for event in events(path)] == [1, 2]


def test_of_two_that_write_to_one_file_the_later_is_told_and_writes_nothing(tmp_path):
    path = tmp_path / "t.jsonl"
    first = Journal(path)
    first.append("turn.queued", {"turn": "a"}, 1)
    second = Journal(path)
    first.append("turn.started", {"turn": "a"}, 2)
    written = path.read_bytes()
    assert (first.is_there, second.is_there) == (True, False)
    with pytest.raises(OSError, match="somebody else wrote to it"):
        second.append("turn.finished", {"turn": "a"}, 3)
    assert path.read_bytes() == written
    assert Journal(path).append("turn.finished", {"turn": "a"}, 3).id == 3


def test_one_that_saw_no_file_does_not_begin_anew_in_one_that_came_back(tmp_path):
    path = tmp_path / "t.jsonl"
    away = Journal(path)
    Journal(path).append("turn.queued", {"turn": "a"}, 1)
    assert not away.is_there
    with pytest.raises(OSError, match="somebody else wrote to it"):
        away.append("turn.queued", {"turn": "b"}, 2)
