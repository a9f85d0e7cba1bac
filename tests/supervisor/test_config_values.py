from __future__ import annotations

from supervisor.config.values import leaves
from supervisor.spec import CauseBudget, GroupSpec


def test_tables_and_lists_of_tables_are_gone_into_and_names_are_none():
    value = {"a": 1, "b": [{"c": 2}, {"d": [3, 4]}], "e": [], "f": {}}
    assert dict(leaves(value, ("x",))) == {
        ("x", "a"): 1,
        ("x", "b", 0, "c"): 2,
        ("x", "b", 1, "d"): [3, 4],
        ("x", "e"): [],
        ("x", "f"): {},
    }
    group = GroupSpec(name="g", members=("a", "b"))
    assert [path for path, _ in leaves(group, ())] == [("members",), ("strategy",)]
    limits = (CauseBudget(causes=(1,)),)
    assert [path for path, _ in leaves(limits, ())][-1] == (0, "causes")


def test_every_list_is_gone_into_where_each_item_counts():
    assert dict(leaves({"a": [1, [2]]}, (), split=True)) == {("a", 0): 1, ("a", 1, 0): 2}
