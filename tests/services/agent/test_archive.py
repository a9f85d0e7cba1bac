"""Journals read as one."""

from __future__ import annotations

import errno
import os
import random
from io import BufferedReader
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from services.agent import archive as module
from services.agent.archive import Archive, newest
from services.agent.heads import opened
from services.agent.journal import Journal
from services.messages import History, ThreadEvent, ThreadKey

END = 2**60


@pytest.fixture
def histories(tmp_path: Path) -> list[History]:
    return [
        History(ThreadKey("acme", "ann", f"t{n}"), tmp_path / f"t{n}.jsonl") for n in range(1, 8)
    ]


def write(history: History, *stamps: int) -> None:
    journal = Journal(history.path)
    for stamp in stamps:
        journal.append("text.delta", {"text": "x" * (stamp % 50)}, stamp)
    journal.close()


def old(history: History, *times: float) -> None:
    """As the first release wrote them: `times` need not increase."""
    with history.path.open("ab") as file:
        for number, time in enumerate(times, 1):
            line = {"id": number, "type": "text.delta", "time": time}
            file.write(msgspec.json.encode(line) + b"\n")


def paged(
    archive: Archive, histories: list[History], after: int = 0, until: int = END, limit: int = 3
) -> list[ThreadEvent]:
    """All events, page by page."""
    found: list[ThreadEvent] = []
    while after < until:
        page = archive.read(histories, after, until, limit)
        found += page.events
        after = page.reached
    return found


def named(events: list[ThreadEvent]) -> list[tuple[int, str, int]]:
    return [(it.stamp, it.key.thread, it.event.id) for it in events]


@pytest.mark.parametrize("limit", [1, 2, 7, 500])
def test_every_event_comes_once_in_the_order_of_stamps_from_any_of_them_on(
    histories: list[History], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STRIDE", 4)
    monkeypatch.setattr(module, "BATCH", 3)
    chance = random.Random(limit)
    stamps = random.Random(3).sample(range(1, 10_000), 150)
    wanted: list[tuple[int, str, int]] = []
    owned: dict[int, list[int]] = {}
    for stamp in stamps:
        owned.setdefault(chance.randrange(len(histories) - 1), []).append(stamp)
    for number, mine in owned.items():
        write(histories[number], *sorted(mine))
        wanted += [
            (stamp, histories[number].key.thread, n) for n, stamp in enumerate(sorted(mine), 1)
        ]
    wanted.sort()
    archive = Archive()
    for after in (0, 5000, 1, 9_999, *chance.sample(stamps, 5)):
        for until in (END, 7_000):
            for reader in (archive, Archive()):
                found = named(paged(reader, histories, after, until, limit))
                assert found == [it for it in wanted if after < it[0] <= until]


def test_it_goes_on_where_journals_go_on(histories: list[History]) -> None:
    archive = Archive()
    write(histories[0], 10, 30)
    assert named(paged(archive, histories)) == [(10, "t1", 1), (30, "t1", 2)]
    write(histories[1], 20, 40)
    write(histories[0], 50)
    after_30 = [(40, "t2", 2), (50, "t1", 3)]
    assert named(paged(archive, histories, 30)) == after_30
    assert named(paged(archive, histories)) == [
        (10, "t1", 1),
        (20, "t2", 1),
        (30, "t1", 2),
        *after_30,
    ]


def test_what_may_still_be_taken_back_is_not_counted_on(
    histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that could not be written whole goes, and another one takes its place."""
    monkeypatch.setattr(module, "STRIDE", 1)
    archive = Archive()
    write(histories[0], 10)
    size = histories[0].path.stat().st_size
    write(histories[0], 20)
    assert named(paged(archive, histories, until=15)) == [(10, "t1", 1)]
    os.truncate(histories[0].path, size)
    write(histories[0], 33)  # of another length
    assert named(paged(archive, histories)) == [(10, "t1", 1), (33, "t1", 2)]
    assert named(paged(archive, histories, 20)) == [(33, "t1", 2)]


def test_a_thread_that_was_deleted_has_no_events_and_a_later_one_its_own(
    histories: list[History],
) -> None:
    archive = Archive()
    write(histories[0], 10, 20)
    write(histories[1], 15)
    assert len(paged(archive, histories)) == 3
    histories[0].path.rename(histories[0].path.with_suffix(".retired"))
    assert named(paged(archive, histories)) == [(15, "t2", 1)]
    write(histories[0], 12)
    assert named(paged(archive, histories)) == [(12, "t1", 1), (15, "t2", 1)]


def test_a_thread_that_was_made_anew_is_not_read_where_the_old_one_went_on(
    histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STRIDE", 1)
    archive = Archive()
    write(histories[0], 10, 20)
    assert len(paged(archive, histories)) == 2
    histories[0].path.rename(histories[0].path.with_suffix(".retired"))
    write(histories[0], 12, 25)
    assert named(paged(archive, histories, 11)) == [(12, "t1", 1), (25, "t1", 2)]


def test_what_is_far_behind_is_not_read_again(
    histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There stands what would end the reading."""
    monkeypatch.setattr(module, "STRIDE", 1)
    archive, path = Archive(), histories[0].path
    write(histories[0], 10, 20, 30, 40)
    assert len(paged(archive, histories, until=50)) == 4
    path.write_bytes(path.read_bytes().replace(b'"time":0.00001', b'"time":9000000'))
    assert [it.stamp for it in paged(archive, histories, 30, until=50)] == [40]
    assert paged(Archive(), histories, 30, until=50) == []


def test_lines_that_mean_nothing_and_one_that_is_torn_are_left_out(
    histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STRIDE", 1)
    write(histories[0], 10)
    with histories[0].path.open("ab") as file:
        file.write(b"\xff\n[]\n")
    journal = Journal(histories[0].path)
    journal.append("text.delta", {}, 20)
    journal.append("text.delta", {}, 30)
    journal.close()
    with histories[0].path.open("ab") as file:
        file.write(b'{"id":4,"type":"text.delta","time":0.0001}')  # its end is still to come
    archive = Archive()
    for _ in range(2):
        for after, stamps in {0: [10, 20, 30], 10: [20, 30], 20: [30]}.items():
            found = paged(archive, histories, after, limit=1)
            assert [it.stamp for it in found] == stamps


def test_times_that_go_back_or_are_spoilt_keep_the_order_of_their_journal(
    histories: list[History],
) -> None:
    old(histories[0], 5.0, 3.0, 3.0, 1e300, -7.0, 9.0)
    write(histories[1], 5_000_002)
    found = named(paged(Archive(), histories, limit=2))
    assert [it for it in found if it[1] == "t1"] == [
        (5_000_000, "t1", 1),
        (5_000_001, "t1", 2),
        (5_000_002, "t1", 3),
        (5_000_003, "t1", 4),
        (5_000_004, "t1", 5),
        (9_000_000, "t1", 6),
    ]
    journal = Journal(histories[0].path)
    assert journal.stamp == 9_000_000


def test_a_page_of_long_events_has_few_of_them(
    histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 500)
    for number in range(2):
        write(histories[number], *(10 * n + number for n in range(1, 40)))
    page = Archive().read(histories, 0, END, 99)
    assert 5 <= len(page.events) < 10
    assert page.reached == page.events[-1].stamp
    assert len(paged(Archive(), histories, limit=99)) == 78


def test_a_page_has_as_many_events_as_are_asked_for(histories: list[History]) -> None:
    write(histories[0], 10, 30)
    write(histories[1], 20, 40)
    for limit in range(1, 5):
        page = Archive().read(histories, 0, END, limit)
        assert [it.stamp for it in page.events] == [10, 20, 30, 40][:limit]


@pytest.mark.parametrize("limit", range(1, 7))
def test_no_page_ends_between_two_that_have_the_same_stamp(
    histories: list[History], limit: int
) -> None:
    for number in range(3):
        old(histories[number], 1.0, 2.0)
    found = named(paged(Archive(), histories, limit=limit))
    assert sorted(found) == found
    assert len(found) == 6


def test_of_a_journal_of_long_ago_nothing_is_opened(histories: list[History]) -> None:
    """It has an unreadable journal say so by its complaint."""
    day = 86_400
    histories[0].path.symlink_to("elsewhere")
    os.utime(histories[0].path, (10 * day, 10 * day), follow_symlinks=False)
    write(histories[1], 12 * day * 1_000_000)
    with capture_logs() as logs:
        assert len(paged(Archive(), histories, 11 * day * 1_000_000 + 1)) == 1
        assert logs == []
        assert len(paged(Archive(), histories, 11 * day * 1_000_000 - 1)) == 1
    assert logs[0]["event"] == "journal not read"


def test_the_greatest_stamp_is_found_at_the_ends_of_those_written_last(
    histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TAIL", 64)
    paths = [history.path for history in histories]
    assert newest(paths, 0.0) == 0
    write(histories[0], 10, 20, 30)
    write(histories[1], 25)
    journal = Journal(paths[1])
    journal.append("text.delta", {"text": "x" * 10_000}, 40)
    journal.close()
    paths[2].write_bytes(b"\xff\n")
    os.mkfifo(paths[3])
    now = paths[0].stat().st_mtime
    assert newest(paths, now) == 40
    os.utime(paths[1], (now - 90_000, now - 90_000))
    assert newest(paths, now) == 30


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_greatest_stamp_is_found_wherever_the_end_of_a_journal_is_cut(
    histories: list[History], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    write(histories[0], *range(10, 10 + count))
    path = histories[0].path
    for tail in range(1, path.stat().st_size + 3):
        monkeypatch.setattr(module, "TAIL", tail)
        assert newest([path], path.stat().st_mtime) == 9 + count


def test_the_event_up_to_which_is_read_is_read_itself(histories: list[History]) -> None:
    """Whoever goes on after it would never see it."""
    write(histories[0], 10, 20)
    write(histories[1], 30)
    archive = Archive()
    assert [it.stamp for it in paged(archive, histories, until=20)] == [10, 20]
    assert [it.stamp for it in paged(archive, histories, 20, until=29)] == []
    assert [it.stamp for it in paged(archive, histories, 29, until=30)] == [30]


def test_journals_that_were_read_to_their_end_or_begin_later_are_not_opened(
    histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    archive = Archive()
    write(histories[0], 10, 15, 20)
    write(histories[1], 100)
    assert len(paged(archive, histories, until=99)) == 3
    assert len(archive.read(histories, 0, 99, 1).events) == 1  # somebody else is far behind
    with monkeypatch.context() as patched:
        patched.setattr(module, "opened", None)
        assert paged(archive, histories, 20, until=99) == []
    write(histories[0], 30)
    assert named(paged(archive, histories, 20, until=99)) == [(30, "t1", 4)]


@pytest.mark.parametrize("opening", [1, 2])
@pytest.mark.parametrize("gone", [True, False])
def test_a_journal_that_goes_or_breaks_while_others_are_read_is_left_out(
    histories: list[History], monkeypatch: pytest.MonkeyPatch, opening: int, gone: bool
) -> None:
    """It is opened for its first stamp, and again for its events."""
    write(histories[0], 10, 30)
    write(histories[1], 20, 40)
    opens: list[Path] = []

    def breaking(path: Path) -> BufferedReader:
        opens.append(path)
        if opens.count(histories[0].path) < opening or path != histories[0].path:
            return opened(path)
        if gone:
            path.unlink()
            return opened(path)
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(module, "opened", breaking)
    with capture_logs() as logs:
        page = Archive().read(histories, 0, END, 99)
    assert named(list(page.events)) == [(20, "t2", 1), (40, "t2", 2)]
    assert [it["event"] for it in logs] == ([] if gone else ["journal not read"])
