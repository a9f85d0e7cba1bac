"""Nothing is said twice when an answer has to be asked for again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.bedrock.speech import Speech


def heard(speech: Speech, *pieces: str) -> str:
    return "".join(speech.take(piece) for piece in pieces)


def test_what_is_said_comes_through_as_it_is():
    assert heard(Speech(), "I ", "", "look.") == "I look."


def test_two_answers_are_two_paragraphs():
    speech = Speech()
    assert heard(speech, "I look.") == "I look."
    speech.answered()
    assert heard(speech, "\n", "Done", ".") == "\n\nDone."


def test_an_answer_without_words_makes_no_paragraph():
    speech = Speech()
    speech.answered()
    assert heard(speech, "Done.") == "Done."


def test_there_is_nothing_to_tell_of_an_answer_that_had_not_begun():
    speech = Speech()
    speech.broke()
    assert speech.note is None
    assert heard(speech, "Hello") == "Hello"


@pytest.mark.parametrize(
    ("again", "more"),
    [
        (["the page."], "the page."),
        (["I will look", " at the page."], " at the page."),
        (["I", " will", " look at ", "it."], " at it."),
        (["I will lo"], ""),
        (["I will look"], ""),
        (["I am done."], "I am done."),
        (["I will look for it."], " for it."),
        (["I will loathe it."], "I will loathe it."),
    ],
)
def test_the_answer_goes_on_where_it_broke_off(again: list[str], more: str):
    speech = Speech()
    heard(speech, "I will look")
    speech.broke()
    assert speech.note is not None
    assert "I will look" in speech.note
    assert heard(speech, *again) == more


def test_an_answer_that_begins_in_the_same_way_and_goes_on_otherwise_is_heard_whole():
    speech = Speech()
    heard(speech, "I will change the heading to")
    speech.broke()
    again = "I will change the title first."
    assert heard(speech, again) == f"\n\n{again}"


def test_it_may_break_off_more_than_once():
    speech = Speech()
    heard(speech, "One, two,")
    speech.broke()
    heard(speech, "One, two, three,")
    speech.broke()
    assert heard(speech, "One, two, three, four.") == " four."
    assert speech.said == "One, two, three, four."


@given(
    st.text(min_size=1).filter(str.strip),
    st.lists(st.integers(0, 60), max_size=4),
    st.lists(st.integers(1, 60), max_size=8),
)
def test_a_model_that_says_the_same_again_is_heard_once(
    answer: str, breaks: list[int], cuts: list[int]
):
    speech, said = Speech(), ""
    for at in [*breaks, len(answer)]:
        text = answer[:at]
        for cut in cuts:
            said += speech.take(text[:cut])
            text = text[cut:]
        said += speech.take(text)
        speech.broke()
    assert said == answer
