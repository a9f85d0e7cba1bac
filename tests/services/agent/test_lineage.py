"""What a list that shares its beginning amounts to is what a list of its own would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.agent.lineage import Lineage, extended, in_order, without


@given(st.lists(st.text("abcdef", min_size=1, max_size=2), unique=True), st.data())
def test_it_is_as_a_list_of_its_own_would_be(turns: list[str], data: st.DataObject):
    gone = data.draw(st.sets(st.sampled_from([*turns, "x"])))
    whole = extended(None, iter(turns))
    assert in_order(whole) == tuple(turns)
    assert in_order(without(whole, gone)) == tuple(turn for turn in turns if turn not in gone)


def test_what_comes_before_the_first_that_is_gone_is_shared():
    first = Lineage("a")
    second = Lineage("b", first)
    third = Lineage("c", second)
    assert without(third, {"b"}).before is first
    assert without(third, set()) is third
    assert without(third, {"a", "b", "c"}) is None
