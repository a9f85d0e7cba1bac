import pytest

from services.posting.answer import Answer
from services.webhooks.retrying import Again, Delivered, Dropped, Over, decide


def after(answer, attempts=1, age=0.0, chance=1.0):
    return decide(answer, attempts, age, most=5, longest=100.0, chance=chance)


@pytest.mark.parametrize("status", [200, 204, 299])
def test_what_was_taken_is_delivered(status):
    assert after(Answer(status)) == Delivered()


@pytest.mark.parametrize("status", [0, 199, 301, 400, 404, 429, 500, 503])
def test_anything_else_is_tried_again(status):
    assert after(Answer(status)) == Again(1.0)


def test_each_attempt_comes_after_twice_as_long():
    assert [after(Answer(500), attempts).seconds for attempts in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert decide(Answer(500), 30, 0, most=99, longest=1e9, chance=1.0) == Again(60.0)


def test_chance_spreads_it_over_half_of_the_delay():
    assert after(Answer(500), 3, chance=0.0) == Again(2.0)
    assert after(Answer(500), 3, chance=0.5) == Again(3.0)


@pytest.mark.parametrize(("wanted", "waits"), [(0.1, 1.0), (30.0, 30.0), (9000.0, 300.0)])
def test_the_receiver_may_want_more_time_but_not_for_ever(wanted, waits):
    answer = Answer(503, after=wanted)
    assert decide(answer, 1, 0.0, most=5, longest=1000.0, chance=1.0) == Again(waits)


def test_it_is_dropped_after_so_many_attempts():
    assert after(Answer(500), 4) == Again(8.0)
    assert after(Answer(500), 5) == Dropped("the receiver answered 500, 5 times")


def test_it_is_dropped_when_the_next_attempt_would_be_too_late():
    assert after(Answer(0, "no answer in time"), 1, 99.0) == Again(1.0)
    assert after(Answer(0, "no answer in time"), 1, 99.1) == Dropped(
        "no answer in time, and it is too long ago"
    )


def test_410_is_the_end_of_it():
    assert isinstance(after(Answer(410), 5, 500.0), Over)
