from __future__ import annotations

import re

import pytest

from hornbook.errors import HornbookError
from hornbook.registry import ModelReference, new_id, parse_model_reference
from hornbook.registry.ids import session_number, version_number


def test_new_ids_are_eight_letters_and_digits_and_differ():
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[A-Za-z0-9]{8}", it) for it in ids)


def test_a_reference_is_three_ids():
    reference = parse_model_reference("Ab3dE6gH/Zx9wV7uT/s2")
    assert reference == ModelReference("Ab3dE6gH", "Zx9wV7uT", "s2")
    assert str(reference) == "Ab3dE6gH/Zx9wV7uT/s2"


@pytest.mark.parametrize("wrong", ["", "s2", "a/s2", "a/b/s2/model.keras", "a//s2"])
def test_another_number_of_ids_is_refused_with_the_right_form(wrong: str):
    with pytest.raises(HornbookError, match="expected 3") as caught:
        parse_model_reference(wrong)
    assert "<analysis_id>/<mltask_id>/<session_id>" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["s0", "s01", "s", "S1", "s-1", "s1 ", "v1", "s1\n", "s" + "9" * 30]
)
def test_only_the_canonical_form_is_a_session_number(text: str):
    assert session_number(text) is None


def test_numbers_of_ids():
    assert session_number("s12") == 12
    assert version_number("v3") == 3
