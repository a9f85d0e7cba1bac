"""The order over all threads, and what of it is in memory."""

from __future__ import annotations

import random

import pytest

from services.agent import feed as module
from services.agent.feed import Feed, within
from services.messages import Event, Scope, ThreadKey

ONE = ThreadKey("acme", "ann", "t1")
TWO = ThreadKey("acme", "bob", "t2")
THREE = ThreadKey("other", "ann", "t1")
ALL = Scope()


def begun(now: float = 100.0) -> Feed:
    feed = Feed(lambda: now)
    feed.go_on_after(0)
    return feed


def event(number: int, size: int = 2) -> Event:
    return Event(number, "text.delta", b"x" * size)


def write(feed: Feed, key: ThreadKey, number: int, size: int = 2) -> int:
    stamp = feed.begin(0)
    feed.end(stamp, key, event(number, size))
    return stamp


def shown(feed: Feed, scope: Scope, after: int, limit: int = 99) -> list[tuple[str, int]]:
    return [(str(it.key), it.event.id) for it in feed.page(scope, after, limit).events]


def test_stamps_are_microseconds_and_increase_though_the_clock_stands_or_goes_back() -> None:
    times = iter([10.0, 20.0, 20.0, 5.0, 30.0])
    feed = Feed(lambda: next(times))
    feed.go_on_after(0)
    stamps = [feed.begin(0) for _ in range(4)]
    assert stamps == [20_000_000, 20_000_001, 20_000_002, 30_000_000]


def test_stamps_are_greater_than_those_of_an_earlier_life_and_of_the_same_journal() -> None:
    feed = Feed(lambda: 10.0)
    feed.go_on_after(77_000_000)
    assert feed.reached == feed.before == 77_000_000
    assert feed.begin(0) == 77_000_001
    assert feed.begin(99_000_000) == 99_000_001
    assert feed.begin(0) == 99_000_002


def test_an_event_does_not_show_among_all_before_those_with_smaller_stamps() -> None:
    feed = begun()
    start = feed.reached
    slow, quick, failing, last = (feed.begin(0) for _ in range(4))
    feed.end(quick, TWO, event(1))
    assert (shown(feed, ALL, start), feed.reached) == ([], slow - 1)
    assert feed.of(TWO, 0, 9) == (event(1),)  # in its own thread it does
    feed.end(slow, ONE, event(1))
    assert shown(feed, ALL, start) == [("acme/ann/t1", 1), ("acme/bob/t2", 1)]
    assert feed.reached == failing - 1
    feed.end(last, ONE, event(2))
    assert feed.reached == failing - 1
    feed.end(failing, TWO, None)
    assert feed.reached == last
    assert shown(feed, ALL, quick) == [("acme/ann/t1", 2)]


def test_a_page_has_what_a_scope_covers_and_says_how_far_that_is_all() -> None:
    feed = begun()
    start = feed.reached
    stamps = [write(feed, key, n) for n, key in enumerate((ONE, TWO, THREE, ONE, TWO), 1)]
    page = feed.page(Scope("acme", "ann"), start, 9)
    assert [it.event.id for it in page.events] == [1, 4]
    assert page.reached == stamps[-1]
    page = feed.page(Scope("acme"), start, 2)
    assert [it.event.id for it in page.events] == [1, 2]
    assert page.reached == stamps[1]
    assert shown(feed, Scope("acme"), page.reached) == [("acme/ann/t1", 4), ("acme/bob/t2", 5)]
    assert feed.page(Scope("nobody"), start, 9).reached == stamps[-1]


def test_memory_is_bounded_in_events_and_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVENTS", 4)
    monkeypatch.setattr(module, "SIZE", 100)
    feed = begun()
    stamps = [write(feed, ONE if n % 2 else TWO, n) for n in range(1, 11)]
    assert feed.before == stamps[5]
    assert [number for _, number in shown(feed, ALL, feed.before)] == [7, 8, 9, 10]
    large = write(feed, THREE, 1, 101)
    assert feed.before == large
    assert shown(feed, ALL, large) == []
    assert (feed.of(ONE, 0, 9), feed.of(THREE, 0, 9)) == (None, None)


def test_a_thread_is_read_from_memory_as_far_as_it_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "EVENTS", 3)
    feed = begun()
    for number in range(1, 6):
        write(feed, ONE, number)
    for after, ids in {1: None, 2: [3, 4, 5], 3: [4, 5], 5: [], 9: []}.items():
        found = feed.of(ONE, after, 99)
        assert (found if found is None else [it.id for it in found]) == ids
    assert feed.of(ONE, 2, 2) == (event(3), event(4))
    assert feed.of(TWO, 0, 9) is None


def test_a_page_of_long_events_has_few_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 100)
    feed = begun()
    start = feed.reached
    stamps = [write(feed, ONE, number, 60) for number in range(1, 6)]
    found = feed.of(ONE, 0, 9)
    assert found is not None
    assert [it.id for it in found] == [1, 2]
    page = feed.page(ALL, start, 9)
    assert [it.event.id for it in page.events] == [1, 2]
    assert page.reached == stamps[1]


def test_a_thread_that_was_made_anew_has_none_of_the_old_ones_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "EVENTS", 3)
    feed = begun()
    for number in range(1, 4):
        write(feed, ONE, number)
    feed.forget(ONE)
    assert feed.of(ONE, 0, 9) is None
    write(feed, ONE, 1)
    assert feed.of(ONE, 0, 9) == (event(1),)
    write(feed, ONE, 2)  # two of the old ones have left by now, and none of these
    assert feed.of(ONE, 0, 9) == (event(1), event(2))


def test_what_is_forgotten_of_a_thread_leaves_the_memory_with_the_others_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "EVENTS", 2)
    feed = begun()
    for number in (1, 2):
        write(feed, ONE, number)
    feed.forget(ONE)
    stamps = [write(feed, TWO, number) for number in (1, 2, 3)]
    assert feed.before == stamps[0]
    assert feed.of(TWO, 1, 9) == (event(2), event(3))


def test_whoever_goes_on_from_page_to_page_has_each_event_once_and_in_order() -> None:
    """However writes overlap, end in another order, or fail."""
    chance = random.Random(7)
    for _ in range(50):
        feed = begun()
        after = feed.reached
        under_way: list[tuple[int, ThreadKey]] = []
        busy: set[ThreadKey] = set()
        counts = dict.fromkeys((ONE, TWO, THREE), 0)
        seen: list[tuple[int, ThreadKey, int]] = []
        for _ in range(200):
            idle = [key for key in counts if key not in busy]
            if idle and chance.random() < 0.5:
                key = chance.choice(idle)
                busy.add(key)
                under_way.append((feed.begin(0), key))
            elif under_way:
                stamp, key = under_way.pop(chance.randrange(len(under_way)))
                busy.remove(key)
                if chance.random() < 0.2:
                    feed.end(stamp, key, None)
                else:
                    counts[key] += 1
                    feed.end(stamp, key, event(counts[key]))
            if chance.random() < 0.3:
                page = feed.page(ALL, after, chance.randint(1, 3))
                seen += [(it.stamp, it.key, it.event.id) for it in page.events]
                after = page.reached
        for stamp, key in under_way:
            feed.end(stamp, key, None)
        seen += [(it.stamp, it.key, it.event.id) for it in feed.page(ALL, after, 999).events]
        assert seen == sorted(seen)
        for key, count in counts.items():
            assert [number for _, its, number in seen if its == key] == [*range(1, count + 1)]


def test_an_event_rings_for_those_who_want_it() -> None:
    feed = begun()
    bells = {
        scope: feed.bell(scope)
        for scope in (ALL, Scope("acme"), Scope("acme", "ann"), Scope.of(ONE), Scope.of(TWO))
    }
    assert feed.bell(Scope("acme")) is bells[Scope("acme")]
    slow = feed.begin(0)
    write(feed, ONE, 1)
    assert {bell.value for bell in bells.values()} == {0}  # it does not show yet
    feed.end(slow, ONE, None)
    rung = {scope for scope, bell in bells.items() if bell.value}
    assert rung == {ALL, Scope("acme"), Scope("acme", "ann"), Scope.of(ONE)}
    feed.ring()
    assert bells[Scope.of(TWO)].value == 1


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (ALL, {ONE, TWO, THREE}),
        (Scope("acme"), {ONE, TWO}),
        (Scope("acme", "bob"), {TWO}),
        (Scope("other", "ann", "t1"), {THREE}),
        (Scope("other", "ann", "t2"), set()),
    ],
)
def test_a_scope_covers_what_it_names(scope: Scope, covered: set[ThreadKey]) -> None:
    assert {key for key in (ONE, TWO, THREE) if within(key, scope)} == covered
