from services.figures.coming import Coming
from services.messages import Preview, PreviewState, Routes, ThreadKey

KEY = ThreadKey("acme", "ann", "t1")
INSTALLING, STARTING = PreviewState.INSTALLING, PreviewState.STARTING
READY, ASLEEP, FAILED = PreviewState.READY, PreviewState.ASLEEP, PreviewState.FAILED


def seen(*states, built=None):
    """What is noted of a preview that is in these states, one a second."""
    coming = Coming()
    found = []
    for second, state in enumerate(states):
        previews = {} if state is None else {"p": Preview("p", KEY, state, 1, built=built)}
        found += coming.note(Routes(previews), float(second))
    return found


def test_it_is_the_time_from_being_asked_to_the_first_page():
    assert seen(None, INSTALLING, INSTALLING, STARTING, READY, READY) == [3]


def test_waking_counts_from_the_waking():
    assert seen(READY, ASLEEP, ASLEEP, STARTING, READY) == [1]


def test_one_that_fails_or_is_closed_has_no_time():
    assert seen(STARTING, FAILED, READY) == []
    assert seen(STARTING, None, READY) == []
    assert seen(STARTING, FAILED, STARTING, STARTING, READY) == [2]


def test_one_that_was_up_before_anybody_looked_has_none():
    assert seen(READY, READY) == []


def test_the_output_of_a_build_is_no_preview_to_wait_for():
    assert seen(STARTING, READY, built=1.0) == []


def test_previews_do_not_wait_for_one_another():
    coming = Coming()
    both = {name: Preview(name, KEY, STARTING, 1) for name in "ab"}
    assert list(coming.note(Routes({"a": both["a"]}), 0)) == []
    assert list(coming.note(Routes(both), 1)) == []
    one = {"a": Preview("a", KEY, READY, 1), "b": both["b"]}
    assert list(coming.note(Routes(one), 5)) == [5]
    assert list(coming.note(Routes({"b": Preview("b", KEY, READY, 1)}), 7)) == [6]
