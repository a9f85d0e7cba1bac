from math import inf

from hypothesis import assume, given
from hypothesis import strategies as st

from services.previews.budget import Limits, Live, excess, idle, next_idle

MIB = 1 << 20
BOTH = st.booleans()


@st.composite
def servers(draw, sizes=(0, 100, 400, 900), busy=BOTH):
    number = draw(st.integers(0, 8))
    return [
        Live(
            id=f"p{index}",
            used=draw(st.integers(0, 1000)),
            memory=draw(st.sampled_from(sizes)) * MIB,
            clients=draw(st.integers(0, 2)),
            busy=draw(busy),
        )
        for index in range(number)
    ]


def calm():
    """Servers that were all measured, and any of which may go."""
    return servers(sizes=(100, 400, 900), busy=st.just(False))


LIMITS = st.builds(
    Limits,
    memory=st.integers(1, 4000).map(lambda size: size * MIB),
    most=st.integers(1, 8),
    sleep_after=st.sampled_from([0, 60, 300]),
)
COMING = st.integers(0, 2)


@given(servers(), LIMITS, COMING)
def test_a_busy_one_and_without_others_coming_the_last_used_one_stays(live, limits, coming):
    gone = excess(live, limits, coming=coming)
    assert len(set(gone)) == len(gone)
    assert not {server.id for server in live if server.busy}.intersection(gone)
    if live and not coming:
        assert max(live, key=lambda server: server.used).id not in gone


@given(calm(), LIMITS)
def test_what_is_left_is_within_the_limits_or_cannot_go(live, limits):
    gone = excess(live, limits)
    left = [server for server in live if server.id not in gone]
    fits = len(left) <= limits.most and sum(server.memory for server in left) <= limits.memory
    assert fits or len(left) == 1


@given(calm(), LIMITS, COMING)
def test_none_goes_that_need_not(live, limits, coming):
    gone = excess(live, limits, coming=coming)
    assume(gone)
    expected = sum(server.memory for server in live) // len(live)
    left = [server for server in live if server.id not in gone[:-1]]
    taken = sum(server.memory for server in left) + coming * expected
    assert len(left) + coming > limits.most or taken > limits.memory


@given(servers(), LIMITS, COMING)
def test_those_without_a_tab_go_first_and_of_each_the_longest_unused(live, limits, coming):
    by_id = {server.id: server for server in live}
    order = [(by_id[name].clients > 0, by_id[name].used) for name in excess(live, limits)]
    assert order == sorted(order)


def test_one_that_comes_takes_what_the_others_take_and_may_push_the_last_one_out():
    limits = Limits(memory=1000 * MIB, most=8, sleep_after=0)
    live = [Live("a", 1, 450 * MIB), Live("b", 2, 450 * MIB)]
    assert excess(live, limits) == []
    assert excess(live, limits, coming=1) == ["a"]
    assert excess(live[:1], Limits(1000 * MIB, 1, 0), coming=1) == ["a"]


def test_one_that_is_still_growing_counts_as_what_it_will_be():
    limits = Limits(memory=1000 * MIB, most=8, sleep_after=0)
    live = [Live("a", 1, 450 * MIB), Live("b", 2, 450 * MIB), Live("c", 3, MIB, busy=True)]
    assert excess(live, limits) == ["a"]


@given(servers(), LIMITS, st.integers(0, 2000))
def test_nobody_is_idle_before_the_moment_that_is_waited_for_and_somebody_is_then(
    live, limits, now
):
    due = next_idle(live, limits)
    if now < due:
        assert idle(live, limits, now) == []
    if due < inf:
        assert idle(live, limits, due)
    else:
        assert not limits.sleep_after or all(server.busy for server in live)


def test_an_open_tab_keeps_nobody_awake():
    limits = Limits(memory=MIB, most=8, sleep_after=300)
    assert idle([Live("a", 0, clients=3)], limits, 300) == ["a"]
