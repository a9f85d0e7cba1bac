"""The one claim of all fuzzers here: a value or its named error, never anything else."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning

T = TypeVar("T")
SHOWN = 4000  # characters of what broke the claim


def holds(
    inputs: st.SearchStrategy[T],
    read: Callable[[T], object],
    *errors: type[Exception],
    known: Iterable[T] = (),
) -> None:
    """Try `read` on whatever `inputs` makes, and on what is `known` to have broken it.

    It returns, or raises one of `errors`. What it returns is true for what it took: that must have
    happened too, and so must the other, or the claim was tried on one side alone.
    """
    ends: Counter[bool] = Counter()

    def a_value_or_its_named_error(value: T) -> None:
        note(f"given {repr(value)[:SHOWN]}")
        try:
            found = read(value)
        except errors:
            found = None
        ends[bool(found)] += 1

    # Hypothesis knows a test by this: examples of one are not tried on another.
    a_value_or_its_named_error.__name__ = read.__name__
    test = a_value_or_its_named_error
    for each in known:
        test = example(each)(test)
    # Nothing fails for being slow on a busy machine.
    patient = settings(suppress_health_check=[HealthCheck.too_slow])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)  # what is long is long on purpose
        patient(given(inputs)(test))()
    # How many is chance, even with a seed: Hypothesis takes constants from whatever was imported.
    assert ends[True], f"it took nothing: {ends}"
    assert ends[False], f"it took everything: {ends}"
