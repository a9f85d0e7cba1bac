from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor import toml

# TOML has 64-bit integers, and no text may hold a surrogate.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.one_of(TEXT, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12
)


@given(st.lists(TEXT, min_size=1, max_size=3), st.dictionaries(TEXT, VALUES))
def test_what_is_written_is_read_back_as_it_was(name: list[str], content: dict[str, object]):
    found: object = tomllib.loads(toml.table(name, content))
    for part in name:
        assert isinstance(found, dict)
        found = found[part]
    assert found == content


def test_it_is_as_a_person_would_write_it():
    content = {
        "command": ["a", 'b "c"'],
        "nothing": None,
        "ready": {"delay": 1, "log": None},
        "a b": 1.5,
        "empty": {},
    }
    assert toml.table(("service", "one@t.1"), content).splitlines() == [
        '[service."one@t.1"]',
        'command = ["a", "b \\"c\\""]',
        "ready = { delay = 1 }",
        '"a b" = 1.5',
        "empty = {}",
    ]


def test_a_long_list_has_a_line_for_each_item():
    assert toml.pair("x", ["a" * 60, "b" * 60]).count("\n") == 3
    assert "\n" not in toml.pair("x", "a" * 200)


def test_numbers_without_an_end_have_names():
    assert tomllib.loads(toml.pair("x", [float("inf"), float("-inf")])) == {
        "x": [float("inf"), float("-inf")]
    }


def test_what_toml_does_not_have_is_a_type_error():
    with pytest.raises(TypeError, match="object has no TOML"):
        toml.value(object())
