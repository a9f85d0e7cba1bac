"""What is decided about a turn."""

from __future__ import annotations

from services.agent.backend import BackendError, BudgetExceeded
from services.agent.turns import (
    TurnIds,
    broken_since,
    explained,
    still_broken,
    subject,
    to_repair,
    touched,
)
from services.messages import ID, BuildError, GitState, Reason


def test_turn_ids_are_unique_and_sort_by_time_even_when_the_clock_goes_back() -> None:
    clock = iter([100.0, 100.0, 99.0, 100.0005, 250.0])
    ids = TurnIds(lambda: next(clock))
    made = [ids.next() for _ in range(5)]
    assert made == sorted(made)
    assert len(set(made)) == 5
    assert all(ID.fullmatch(name) for name in made)


def test_the_subject_is_the_instruction_on_one_line_of_at_most_72_characters() -> None:
    assert subject("  Make the\n\ttitle   blue ") == "Make the title blue"
    assert subject("x" * 72) == "x" * 72
    assert subject("x" * 73) == "x" * 71 + "…"
    assert subject("x" * 70 + " yz") == "x" * 70 + "…"


def test_only_what_a_backend_says_of_itself_is_repeated() -> None:
    group = ExceptionGroup("", [BackendError("no key"), ExceptionGroup("", [BackendError("late")])])
    assert explained(BackendError("no key")) == (Reason.BACKEND, "no key")
    assert explained(group) == (Reason.BACKEND, "no key; late")
    assert explained(BudgetExceeded("spent")) == (Reason.BUDGET, "spent")
    assert explained(ExceptionGroup("", [BackendError("no key"), KeyError("secret")])) is None


def test_touched_names_every_path_whose_state_differs() -> None:
    before = GitState("b", ("b",), modified=("same.md", "gone.md"))
    after = GitState("b", ("b",), modified=("same.md",), deleted=("gone.md",), untracked=("new",))
    assert touched(before, after) == ("gone.md", "new")


def test_what_git_would_end_a_message_at_is_no_part_of_a_subject() -> None:
    assert subject("be\0fore") == "be fore"
    assert subject("\0") == "Change the site"


def test_a_turn_has_not_to_answer_for_what_was_broken_before() -> None:
    old, new = BuildError("no such", "a.astro", 3), BuildError("unclosed", "a.astro", 3)
    moved = BuildError("no such", "a.astro", 9)
    assert broken_since((), (old, new)) == (old, new)
    assert broken_since((old,), (moved, new)) == (new,)


def test_what_broke_is_told_to_the_agent_and_to_the_person() -> None:
    errors = (BuildError("no such", "a.astro", 3, 1, "> 3 | {x}"), BuildError("bad", "b.astro"))
    told = to_repair(errors)
    assert "no such (a.astro:3)\n> 3 | {x}" in told
    assert "bad (b.astro)" in told
    assert still_broken(errors[:1]).endswith("no such (a.astro:3)")
    assert still_broken(errors).endswith("no such (a.astro:3), and 1 more")
