"""What an editor's things are called: within AWS's limits, and never as another editor's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fleet.names import Names, started_by
from supervisor.desk import Refused

# Ids in which few letters meet again and again, and long ones.
IDS = st.one_of(
    st.from_regex(r"[aAb][a-b_-]{0,4}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True),
)
EDITORS = st.tuples(IDS, IDS)


@given(EDITORS, st.sampled_from(["nurseryd", "a", "b" * 255]))
def test_names_are_within_the_limits(editor: tuple[str, str], base: str) -> None:
    names = Names(base, *editor)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,255}", names.family)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", names.label)
    assert names.label[2:4] != "--"
    assert len(set(names.groups)) == 2
    for group in names.groups:
        assert re.fullmatch(r"(?!.*--)(?!internal-)[a-z0-9][a-z0-9-]{0,30}[a-z0-9]", group)
    # The pattern that EFS has for a path, which has four folders and 100 letters at most.
    assert re.fullmatch(r"(/(?!\.)+[^$#<>;`|&?{}^*/\n]+){1,4}", names.folder)
    assert len(names.folder) <= 100
    assert len(names.token) <= 64


@given(st.sets(EDITORS, min_size=2, max_size=20))
def test_no_two_editors_share_a_name(editors: set[tuple[str, str]]) -> None:
    fleet = [Names("nurseryd", *editor) for editor in editors]
    for names in (
        [one.family for one in fleet],
        [one.label for one in fleet],
        [group for one in fleet for group in one.groups],
        [one.folder for one in fleet],
        [one.token for one in fleet],
    ):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("client", "user", "family", "label"),
    [
        ("acme", "ada", "n-acme-ada", "ada--acme"),
        ("acme", "Ada", "n-acme-Ada", r"ada-acme-[0-9a-f]{16}"),
        ("a-b", "c", r"n-a-b-c--[0-9a-f]{16}", "c--a-b"),
        ("a", "b-c", r"n-a-b-c--[0-9a-f]{16}", "b-c--a"),
        ("a", "b_c", "n-a-b_c", r"b-c-a-[0-9a-f]{16}"),
        ("acme", "xn", "n-acme-xn", r"xn-acme-[0-9a-f]{16}"),
    ],
)
def test_plain_ids_stay_readable(client: str, user: str, family: str, label: str) -> None:
    names = Names("n", client, user)
    assert re.fullmatch(family, names.family)
    assert re.fullmatch(label, names.label)


def test_what_is_no_id_is_refused() -> None:
    with pytest.raises(Refused, match="cannot use this CLIENT"):
        Names("n", "a/b", "c")
    with pytest.raises(Refused, match="cannot use this USER"):
        Names("n", "a", "")


def test_a_long_fleet_is_known_by_a_hash() -> None:
    assert started_by("nurseryd") == "nurseryd"
    one, other = started_by("n" * 200 + "a"), started_by("n" * 200 + "b")
    assert len(one) == len(other) == 128
    assert one != other
