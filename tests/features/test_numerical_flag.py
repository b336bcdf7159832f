from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from sklearn.impute import MissingIndicator

from hornbook.features import Feature, FeaturePipeline, NumericalFlag

VALUES = [1.0, None, math.nan, math.inf, -math.inf, 0.0]


def transformed(train: Any, values: Any) -> list[float]:
    feature = Feature("x", NumericalFlag())
    pipeline = FeaturePipeline.fit([feature], [pl.DataFrame({"x": train})])
    return pipeline.transform(pl.DataFrame({"x": values}))["main"][:, 0].tolist()


def test_says_where_a_finite_number_is() -> None:
    assert transformed(VALUES, VALUES) == [1, 0, 0, 0, 0, 1]
    assert transformed([True, False, None], [True, False, None]) == [1, 1, 0]
    assert transformed([1, 2], ["3", "x", None]) == [1, 0, 0]


def test_is_the_opposite_of_scikit_learns_missing_indicator() -> None:
    values = [[1.0], [math.nan], [3.0]]
    theirs = MissingIndicator(features="all").fit_transform(values)[:, 0]
    assert transformed([1.0], [value for (value,) in values]) == (1 - theirs).tolist()


@pytest.mark.parametrize("train", [[None, None], [1.0, 2.0], []])
def test_nothing_is_learnt_so_any_column_will_do(train: list[Any]) -> None:
    assert transformed(pl.Series(train, dtype=pl.Float64), VALUES) == [1, 0, 0, 0, 0, 1]


def test_no_row_is_dropped() -> None:
    assert not NumericalFlag().drops_missing_rows


def test_contract(check_contract: Any) -> None:
    fitted = check_contract(NumericalFlag(), VALUES, [7.0, math.nan])
    assert [output.name for output in fitted.outputs] == ["a column:present"]
