from __future__ import annotations

import polars as pl
import pytest
from pydantic import ValidationError

from hornbook.errors import NotFoundError
from hornbook.features import (
    CategoricalDummy,
    FeatureType,
    Handling,
    NumericalRegular,
    handling_class,
    handling_names,
)
from hornbook.features.handling import column_expression


def test_each_feature_type_has_a_default_handling() -> None:
    assert handling_class(FeatureType.NUMERICAL) is NumericalRegular
    assert handling_class(FeatureType.CATEGORICAL) is CategoricalDummy
    assert handling_class(FeatureType.CATEGORICAL, "dummy") is CategoricalDummy
    names = [handling_names(kind)[0] for kind in (FeatureType.NUMERICAL, FeatureType.CATEGORICAL)]
    assert names == ["regular", "dummy"]


def test_an_unknown_handling_names_the_closest() -> None:
    with pytest.raises(NotFoundError, match="'dumy' is no handling of categorical") as caught:
        handling_class(FeatureType.CATEGORICAL, "dumy")
    assert caught.value.fix == "Did you mean 'dummy'?"


@pytest.mark.parametrize("handling", [NumericalRegular, CategoricalDummy])
def test_options_are_strict_and_do_not_change(handling: type[Handling]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        handling(rescalling="minmax")
    with pytest.raises(ValidationError, match="frozen"):
        handling().missing = "drop_rows"  # type: ignore[attr-defined]
    assert all(field.description for field in handling.model_fields.values())


@pytest.mark.parametrize("name", ["^a.*$", "*", "count", "a b"])
def test_a_column_is_named_to_the_letter(name: str) -> None:
    frame = pl.LazyFrame({"ab": [1], name: [2], "abc": [3]})
    found = frame.select(column_expression(name).is_null()).collect()
    assert (found.columns, found.rows()) == ([name], [(False,)])


def test_the_default_is_the_first_name_whatever_was_registered_before() -> None:
    for kind in FeatureType:
        names = handling_names(kind)
        defaults = [name for name in names if handling_class(kind, name).is_default]
        assert defaults == list(names[:1])
