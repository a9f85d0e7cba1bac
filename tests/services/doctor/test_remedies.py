import pytest

from services.doctor.causes import Symptom
from services.doctor.remedies import FROM_OUTSIDE, remedy


@pytest.mark.parametrize("symptom", Symptom)
def test_every_symptom_has_a_cause_and_an_advice_in_sentences(symptom):
    told = remedy(symptom, inside=False)
    for text in told:
        assert text.endswith(".")
        assert "  " not in text


def test_no_two_symptoms_say_the_same():
    told = [remedy(symptom, inside=False) for symptom in Symptom]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("symptom", FROM_OUTSIDE)
def test_from_inside_the_advice_is_to_look_from_outside_first(symptom):
    assert "nurseryctl doctor --url" in remedy(symptom, inside=True).advice
    assert "nurseryctl doctor --url" not in remedy(symptom, inside=False).advice
