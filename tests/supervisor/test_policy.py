import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.model import Exit
from supervisor.policy import (
    Again,
    GiveUp,
    History,
    Rest,
    Restarted,
    backoff,
    decide,
    soonest_give_up,
)
from supervisor.spec import Backoff, Budget, CauseBudget, Restart
from tests.supervisor.fakes import task

WELL = Exit(True, "ended")
BROKEN = Exit(False, "boom")
PLAIN = Backoff(first=1.0, factor=2.0, limit=10.0, jitter=0.0)


def spec(**fields):
    return task("a", **{"backoff": PLAIN, "stable_after": 5.0} | fields)


@pytest.mark.parametrize(
    ("restart", "end", "again"),
    [
        (Restart.ALWAYS, WELL, True),
        (Restart.ALWAYS, BROKEN, True),
        (Restart.ON_FAILURE, WELL, False),
        (Restart.ON_FAILURE, BROKEN, True),
        (Restart.NEVER, WELL, False),
        (Restart.NEVER, BROKEN, False),
    ],
)
def test_the_policy_says_which_ends_are_followed_by_a_life(restart, end, again):
    decision, _ = decide(spec(restart=restart), History(), end, 0.0, 0.0)
    assert decision == (Again(1.0) if again else Rest())


def test_lives_that_do_not_last_are_followed_later_and_later_up_to_the_limit():
    service, history, delays = spec(budget=Budget(restarts=6)), History(), []
    for now in range(6):
        decision, history = decide(service, history, BROKEN, float(now), 0.0)
        delays.append(decision.delay)
    assert delays == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_life_that_lasted_is_followed_at_once_and_resets_the_delay():
    stable = Exit(False, "boom", lasted=5.0)
    _, history = decide(spec(), History(), BROKEN, 0.0, 0.0)
    _, history = decide(spec(), history, BROKEN, 0.0, 0.0)
    decision, history = decide(spec(), history, stable, 10.0, 0.0)
    assert decision == Again(0.0)
    decision, _ = decide(spec(), history, BROKEN, 10.0, 0.0)
    assert decision == Again(1.0)


def test_a_life_just_short_of_lasting_is_followed_later():
    decision, _ = decide(spec(), History(), Exit(False, "boom", lasted=4.99), 0.0, 0.0)
    assert decision == Again(1.0)


def test_a_life_that_was_never_ready_did_not_last_where_a_moment_is_enough():
    service = spec(stable_after=0.0)
    assert decide(service, History(), BROKEN, 0.0, 0.0)[0] == Again(1.0)
    ready = Exit(False, "boom", lasted=0.0)
    assert decide(service, History(), ready, 0.0, 0.0)[0] == Again(0.0)


def test_one_restart_more_than_the_budget_is_given_up():
    service = spec(budget=Budget(restarts=2, period=60.0))
    _, history = decide(service, History(), BROKEN, 0.0, 0.0)
    _, history = decide(service, history, BROKEN, 1.0, 0.0)
    decision, _ = decide(service, history, BROKEN, 2.0, 0.0)
    assert decision == GiveUp("2 restarts within 60 s")


def test_a_restart_older_than_the_period_no_longer_counts():
    service = spec(budget=Budget(restarts=1, period=60.0))
    _, history = decide(service, History(), BROKEN, 0.0, 0.0)
    assert isinstance(decide(service, history, BROKEN, 59.9, 0.0)[0], GiveUp)
    assert isinstance(decide(service, history, BROKEN, 60.0, 0.0)[0], Again)


def test_stable_lives_count_against_the_budget_too():
    service = spec(budget=Budget(restarts=1, period=60.0))
    stable = Exit(False, "boom", lasted=6.0)
    _, history = decide(service, History(), stable, 6.0, 0.0)
    assert isinstance(decide(service, history, stable, 12.0, 0.0)[0], GiveUp)


def test_a_budget_of_none_gives_up_at_the_first_failure():
    decision, _ = decide(spec(budget=Budget(restarts=0)), History(), BROKEN, 0.0, 0.0)
    assert isinstance(decision, GiveUp)


class Looked(tuple):
    """The past, and how many of its restarts were looked at one by one."""

    looks = 0

    def __getitem__(self, index):
        self.looks += not isinstance(index, slice)
        return super().__getitem__(index)

    def __iter__(self):
        self.looks += len(self)
        return super().__iter__()


def test_many_restarts_in_the_past_make_no_decision_long():
    service = spec(budget=Budget(restarts=10_000, period=5000.0))
    past = Looked(Restarted(float(at), 1) for at in range(9999))
    decision, history = decide(service, History(past), BROKEN, 9999.0, 0.0)
    assert isinstance(decision, Again)
    assert [restart.at for restart in history.restarts] == [*range(5000, 10_000)]
    assert past.looks < 100


def test_chance_takes_off_at_most_the_jitter():
    jittery = spec(backoff=Backoff(first=10.0, limit=10.0, jitter=0.5))
    assert decide(jittery, History(), BROKEN, 0.0, 0.0)[0] == Again(10.0)
    assert decide(jittery, History(), BROKEN, 0.0, 0.999)[0].delay == pytest.approx(5.0, rel=0.01)


def test_a_delay_too_long_for_a_float_is_the_limit():
    assert backoff(Backoff(first=1.0, factor=10.0, limit=30.0), 10_000) == 30.0


def test_the_soonest_end_of_a_budget_is_the_sum_of_the_luckiest_delays():
    lucky = Backoff(first=1.0, factor=2.0, limit=3.0, jitter=0.5)
    assert soonest_give_up(lucky, Budget(restarts=3)) == pytest.approx((1 + 2 + 3) * 0.5)


backoffs = st.builds(
    Backoff,
    first=st.floats(0.001, 100),
    factor=st.floats(1, 100),
    limit=st.floats(0.001, 1000),
    jitter=st.floats(0, 1),
)
ends = st.builds(Exit, ok=st.booleans(), reason=st.just("x"), lasted=st.none() | st.floats(0, 20))


@given(
    backoffs,
    st.builds(Budget, restarts=st.integers(0, 6), period=st.floats(1, 100)),
    st.lists(st.tuples(ends, st.floats(0, 50), st.floats(0, 1, exclude_max=True)), max_size=30),
)
def test_delays_are_bounded_and_the_budget_holds_whatever_happens(waits, budget, lives):
    service = spec(backoff=waits, budget=budget, restart=Restart.ALWAYS)
    history, now, restarts = History(), 0.0, []
    for end, pause, chance in lives:
        now += pause
        decision, history = decide(service, history, end, now, chance)
        within = [at for at in restarts if now - at < budget.period]
        if isinstance(decision, GiveUp):
            assert len(within) == budget.restarts
            restarts = []
            assert history == History()
        else:
            assert 0 <= decision.delay <= waits.limit
            stable = end.lasted is not None and end.lasted >= service.stable_after
            assert decision.delay == 0 or not stable or waits.jitter == 1
            restarts.append(now)
            assert len(within) + 1 <= budget.restarts


@given(backoffs, st.integers(1, 50))
def test_a_further_failure_never_shortens_the_wait(waits, failures):
    assert backoff(waits, failures) <= backoff(waits, failures + 1) <= waits.limit


# Limits by cause.

CRASH, RAN_OUT = -11, 75
LIMITS = (
    CauseBudget(causes=("SEGV", 125), restarts=1, period=100.0),
    CauseBudget(causes=("70-79",), restarts=0),
)


def ended_with(code):
    return Exit(False, f"ended with {code}", lasted=9.0, code=code)


def lives(*codes, every=1.0, **fields):
    """What is decided after lives that ended with these codes, one after the other."""
    declared, history, decisions = spec(limits=LIMITS, **fields), History(), []
    for number, code in enumerate(codes):
        decision, history = decide(declared, history, ended_with(code), number * every, 0.0)
        decisions.append(decision)
    return decisions


def test_a_limit_counts_the_ends_of_its_causes_alone():
    assert lives(1, CRASH, 1, CRASH)[-1] == GiveUp("1 restart within 100 s after SEGV, 125")
    assert isinstance(lives(1, 1, 1, CRASH)[-1], Again)


def test_the_causes_of_a_limit_count_together():
    assert isinstance(lives(125, CRASH)[-1], GiveUp)


def test_with_no_restarts_the_first_such_end_is_the_last():
    assert lives(RAN_OUT) == [GiveUp("0 restarts within 60 s after 70-79")]


def test_a_limit_forgets_what_is_longer_ago_than_its_period():
    assert isinstance(lives(CRASH, CRASH, every=101.0)[-1], Again)


def test_a_limit_remembers_for_longer_than_the_budget_does():
    assert isinstance(lives(CRASH, CRASH, every=99.0)[-1], GiveUp)


def test_an_end_without_a_code_has_no_cause():
    assert isinstance(lives(None, None, None)[-1], Again)
    assert isinstance(lives(None, CRASH)[-1], Again)


def test_a_limit_remembers_for_its_whole_period_and_nothing_remembers_longer():
    limits = (CauseBudget(causes=(7,), restarts=2, period=3600.0),)
    service = spec(budget=Budget(restarts=2, period=60.0), limits=limits)
    history, decisions = History(), []
    for number in range(3):
        end = Exit(False, "exited with 7", code=7)
        decision, history = decide(service, history, end, number * 1000.0, 0.0)
        decisions.append(decision)
    assert decisions[-1] == GiveUp("2 restarts within 3600 s after 7")
    history = History()
    for number in range(10_000):
        _, history = decide(service, history, BROKEN, number * 1000.0, 0.0)
        assert len(history.restarts) <= 4
