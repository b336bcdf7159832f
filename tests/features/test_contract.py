"""Every handling that a design can name is held to the contract in a file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hornbook.features import FeatureType, Handling, handling_class, handling_names

HANDLINGS = [handling_class(kind, name) for kind in FeatureType for name in handling_names(kind)]


@pytest.mark.parametrize("handling", HANDLINGS, ids=lambda one: f"{one.feature_type}-{one.name}")
def test_a_file_of_tests_holds_it_to_the_contract(handling: type[Handling]) -> None:
    module = handling.__module__.rsplit(".", maxsplit=1)[-1]
    tests = (Path(__file__).parent / f"test_{module}.py").read_text("utf-8")
    assert "check_contract(" in tests
    assert handling.__name__ in tests


@pytest.mark.parametrize("handling", HANDLINGS, ids=lambda one: f"{one.feature_type}-{one.name}")
def test_its_options_are_described(handling: type[Handling]) -> None:
    assert handling.storages
    assert all(field.description for field in handling.model_fields.values())
