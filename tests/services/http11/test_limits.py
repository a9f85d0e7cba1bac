"""How many there may be: as many as was said, of one client no more than its share."""

import resource
import weakref
from contextlib import contextmanager

import pytest

from services.http11.limits import SPARE, Tally, room_for


@contextmanager
def descriptors(count):
    """As if the process might have no more of them; what is open stays open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("spared", "wanted", "each", "room"),
    [
        (100, 1000, 1, 100),
        (100, 1000, 2, 50),
        (101, 1000, 2, 50),
        (100, 100, 1, 100),
        (100, 99, 1, 99),
        (1, 1000, 1, 1),
        (0, 1000, 1, 1),
        (-SPARE + 100, 1000, 2, 1),
    ],
)
def test_there_is_room_for_what_there_are_descriptors_for_and_always_for_one(
    spared, wanted, each, room
):
    with descriptors(SPARE + spared):
        assert room_for(wanted, each) == room


def test_where_descriptors_have_no_limit_there_is_room_for_all(monkeypatch):
    # Linux lets no process go so far; a kernel beneath a sandbox may.
    without = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: without)
    assert room_for(1000, 2) == 1000


def test_nobody_enters_where_all_is_full_until_somebody_leaves():
    tally = Tally(3)
    assert [tally.enter("a"), tally.enter(), tally.full] == [True, True, False]
    assert [tally.enter("a"), tally.full, tally.total] == [True, True, 3]
    assert [tally.enter(client) for client in (None, "a", "b")] == [False] * 3
    assert tally.total == 3
    tally.leave()
    assert (tally.total, tally.full) == (2, False)
    assert [tally.enter("b"), tally.enter("b")] == [True, False]


def test_a_client_has_its_share_and_leaves_the_rest_to_others():
    tally = Tally(10, 2)
    assert [tally.enter("a") for _ in range(3)] == [True, True, False]
    assert [tally.enter("b"), tally.enter("b"), tally.enter("b")] == [True, True, False]
    assert tally.total == 4  # who was refused is not counted
    tally.leave("a")
    assert tally.total == 3
    assert [tally.enter("a"), tally.enter("a")] == [True, False]


def test_what_belongs_to_no_client_has_no_share():
    tally = Tally(5, 1)
    assert [tally.enter() for _ in range(6)] == [True] * 5 + [False]


def test_a_client_that_has_left_altogether_has_its_whole_share_again():
    tally = Tally(5, 2)
    for _ in range(3):
        assert [tally.enter("a"), tally.enter("a"), tally.enter("a")] == [True, True, False]
        tally.leave("a")
        tally.leave("a")
        assert tally.total == 0


class Address(str):
    """One that shows whether somebody still has it."""


def test_of_clients_that_have_left_nothing_is_remembered():
    tally, client = Tally(1), Address("192.0.2.1")
    seen = weakref.ref(client)
    assert [tally.enter(client), tally.enter(client)] == [True, False]
    tally.leave(client)
    del client
    assert seen() is None
