from __future__ import annotations

import pytest

from supervisor.kinds.rlimits import NAMES, pair


def test_the_names_are_those_of_setrlimit_in_small_letters():
    assert {"nofile", "core", "nproc", "as", "memlock", "stack", "rtprio"} <= NAMES


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (4096, (4096, 4096)),
        ("4096", (4096, 4096)),
        ("unlimited", (-1, -1)),
        ((1, 2), (1, 2)),
        ((1, "unlimited"), (1, -1)),
        ((0, 0), (0, 0)),
    ],
)
def test_one_value_is_both_and_two_are_soft_and_hard(limit, expected):
    assert pair(limit) == expected


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (-1, "neither a number nor"),
        ("infinite", "neither a number nor"),
        ("²", "neither a number nor"),
        ((2, 1), "the soft limit 2 is above the hard limit 1"),
        (("unlimited", 1), "the soft limit unlimited is above the hard limit 1"),
        (2**63, 'write "unlimited"'),
    ],
)
def test_what_is_no_limit_is_said(limit, text: str):
    with pytest.raises(ValueError, match=text):
        pair(limit)
