from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pydantic import ValidationError
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from hornbook.errors import FeatureError
from hornbook.features import DateParts, Feature, FeaturePipeline

MOMENTS = [datetime(2024, 2, 29, 23, 59, 58), None, datetime(1969, 12, 28, 1, 2, 3)]
PARTS = {
    "year": [2024, 1969],
    "quarter": [1, 4],
    "month": [2, 12],
    "week": [9, 52],
    "day": [29, 28],
    "day_of_year": [60, 362],
    "weekday": [4, 7],
    "is_weekend": [0, 1],
    "hour": [23, 1],
    "minute": [59, 2],
    "second": [58, 3],
}


def fitted(train: Any, **options: Any) -> FeaturePipeline:
    feature = Feature("when", DateParts(**options))
    return FeaturePipeline.fit([feature], [pl.DataFrame({"when": train})])


def transformed(train: Any, values: Any, **options: Any) -> np.ndarray:
    return fitted(train, **options).transform(pl.DataFrame({"when": values}))["main"]


def test_each_part_is_what_calendar_and_clock_show() -> None:
    pipeline = fitted(MOMENTS, parts=list(PARTS), rescaling="none")
    names = [column.name for column in pipeline.inputs["main"].columns]
    assert names == [f"when:{part}" for part in PARTS]
    array = pipeline.transform(pl.DataFrame({"when": MOMENTS}))["main"]
    np.testing.assert_array_equal(array[[0, 2]].T, list(PARTS.values()))


def test_a_missing_date_has_the_mean_of_each_part() -> None:
    array = transformed(MOMENTS, MOMENTS, parts=["year", "hour"], rescaling="none")
    assert array[1].tolist() == [(2024 + 1969) / 2, 12]
    options: dict[str, Any] = {"impute_with": "constant", "impute_value": "2000-06-01T07:00"}
    array = transformed(MOMENTS, MOMENTS, parts=["month", "hour"], rescaling="none", **options)
    assert array[1].tolist() == [6, 7]


def test_by_default_what_the_train_rows_can_tell() -> None:
    days = ["when:year", "when:month", "when:day", "when:weekday", "when:is_weekend"]
    of_days = fitted([date(2024, 1, 1), None]).inputs["main"].columns
    assert [column.name for column in of_days] == days
    of_moments = fitted(MOMENTS).inputs["main"].columns
    assert [column.name for column in of_moments] == [*days, "when:hour"]


@pytest.mark.parametrize(
    ("rescaling", "scaler"), [("standard", StandardScaler), ("minmax", MinMaxScaler)]
)
@pytest.mark.parametrize("impute_with", ["mean", "median"])
def test_each_part_is_rescaled_as_a_number(rescaling: str, scaler: Any, impute_with: str) -> None:
    random = np.random.default_rng(9)
    stamps = pd.Series(pd.to_datetime(random.integers(0, 2_000_000_000, 200), unit="s"))
    stamps[::9] = pd.NaT
    parts = pd.DataFrame(
        {
            "year": stamps.dt.year,
            "weekday": stamps.dt.day_of_week + 1,
            "day_of_year": stamps.dt.day_of_year,
            "hour": stamps.dt.hour,
        }
    )
    reference = make_pipeline(SimpleImputer(strategy=impute_with), scaler())
    series = pl.from_pandas(stamps)
    ours = transformed(
        series, series, parts=list(parts), rescaling=rescaling, impute_with=impute_with
    )
    np.testing.assert_allclose(ours, reference.fit_transform(parts), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("parts", [[], ["day", "day"], ["century"]])
def test_parts_are_known_and_each_named_once(parts: list[str]) -> None:
    with pytest.raises(ValidationError, match="parts"):
        DateParts(parts=parts)


def test_a_column_without_dates_is_an_error() -> None:
    with pytest.raises(FeatureError, match="'when' has no date in the train rows"):
        fitted(pl.Series([None], dtype=pl.Date))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"parts": list(PARTS), "rescaling": "minmax"},
        {"missing": "drop_rows"},
        {"impute_with": "median", "rescaling": "robust"},
        {"impute_with": "constant", "impute_value": "2024-12-31"},
    ],
)
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    unseen = [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)]
    check_contract(DateParts(**options), MOMENTS * 3, unseen)
