from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pydantic import ValidationError

from hornbook.errors import FeatureError
from hornbook.features import DateCyclical, DateElapsed, Feature, FeaturePipeline
from hornbook.features.date_cyclical import time_since
from hornbook.features.dates import moment_of

MOMENT = datetime(2021, 9, 27, 2, 17, 35)
SECONDS = {
    "minute": (35, 60),
    "hour": (17 * 60 + 35, 3600),
    "day": (2 * 3600 + 17 * 60 + 35, 86_400),
    "week": (2 * 3600 + 17 * 60 + 35, 604_800),
    "month": (26 * 86_400 + 2 * 3600 + 17 * 60 + 35, 2_678_400),
    "quarter": ((31 + 31 + 26) * 86_400 + 2 * 3600 + 17 * 60 + 35, 7_948_800),
    "year": (269 * 86_400 + 2 * 3600 + 17 * 60 + 35, 31_622_400),
}
ALL = tuple(SECONDS)
DAYS = [date(2024, 1, 3), date(2024, 2, 29), None, date(2023, 12, 31)]


def fitted(train: Any, **options: Any) -> FeaturePipeline:
    feature = Feature("when", DateCyclical(**options))
    return FeaturePipeline.fit([feature], [pl.DataFrame({"when": train})])


def transformed(train: Any, values: Any, **options: Any) -> np.ndarray:
    return fitted(train, **options).transform(pl.DataFrame({"when": values}))["main"]


def names(train: Any, **options: Any) -> list[str]:
    return [column.name for column in fitted(train, **options).inputs["main"].columns]


@pytest.mark.parametrize("period", ALL)
def test_the_documented_periods(period: str) -> None:
    since, length = SECONDS[period]
    angle = 2 * np.pi * since / length
    array = transformed([MOMENT], [MOMENT], periods=[period], keep_original=False)
    np.testing.assert_allclose(array, [[np.sin(angle), np.cos(angle)]], atol=1e-6)


@pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
def test_periods_begin_where_pandas_lets_them_begin(period: str) -> None:
    random = np.random.default_rng(8)
    start = datetime(1900, 1, 1)
    stamps = [start + timedelta(seconds=float(one)) for one in random.uniform(0, 6e9, 500)]
    stamps += [datetime(1969, 12, 31, 23, 59), datetime(2024, 2, 29), datetime(2000, 1, 1)]
    moments = np.array([moment_of(stamp) for stamp in stamps])
    alias = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}[period]
    begins = pd.DatetimeIndex(stamps).to_period(alias).start_time
    expected = (pd.DatetimeIndex(stamps) - begins) // pd.Timedelta(microseconds=1)
    np.testing.assert_array_equal(time_since(period, moments), expected)


def test_by_default_what_the_train_rows_can_tell() -> None:
    circles = [f"when:{one} {wave}" for one in ("week", "month", "year") for wave in ("sin", "cos")]
    assert names(DAYS) == [*circles, "when:elapsed"]
    assert names([*DAYS[:1], None]) == [*circles, "when:elapsed"]
    assert names([MOMENT]) == ["when:day sin", "when:day cos", *circles, "when:elapsed"]
    assert names(DAYS, periods=["hour"], keep_original=False) == ["when:hour sin", "when:hour cos"]


def test_a_missing_date_is_the_middle_of_the_circle() -> None:
    array = transformed(DAYS, DAYS)
    assert array[2].tolist() == pytest.approx([0.0] * 7, abs=1e-6)
    np.testing.assert_allclose(np.hypot(array[[0, 1, 3], 0], array[[0, 1, 3], 1]), 1.0, rtol=1e-6)


def test_a_missing_date_may_be_imputed() -> None:
    options: dict[str, Any] = {"missing": "impute", "impute_with": "constant"}
    array = transformed(DAYS, [None, date(2024, 2, 29)], impute_value="2024-02-29", **options)
    np.testing.assert_allclose(array[0], array[1], rtol=1e-6)
    middle = transformed(
        [date(2024, 1, 1), date(2024, 1, 3), None],
        [None, date(2024, 1, 2)],
        missing="impute",
        rescaling="none",
    )
    np.testing.assert_allclose(middle[0], middle[1], rtol=1e-6)


@pytest.mark.parametrize("rescaling", ["standard", "minmax", "robust"])
def test_the_time_beside_it_is_the_elapsed_time(rescaling: str) -> None:
    frame = pl.DataFrame({"when": DAYS})
    elapsed = Feature("when", DateElapsed(rescaling=rescaling))
    expected = FeaturePipeline.fit([elapsed], [frame]).transform(frame)["main"]
    array = transformed(DAYS, DAYS, rescaling=rescaling)
    np.testing.assert_allclose(array[:, -1:], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("periods", [[], ["day", "day"], ["decade"]])
def test_periods_are_known_and_each_named_once(periods: list[str]) -> None:
    with pytest.raises(ValidationError, match="periods"):
        DateCyclical(periods=periods)


def test_a_column_without_dates_is_an_error() -> None:
    with pytest.raises(FeatureError, match="'when' has no date in the train rows"):
        fitted(pl.Series([None], dtype=pl.Date))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"periods": ALL, "keep_original": False},
        {"periods": ["week"], "missing": "drop_rows", "rescaling": "none"},
        {"missing": "impute", "impute_with": "median"},
    ],
)
@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us", "UTC")])
def test_contract(check_contract: Any, options: dict[str, Any], dtype: Any) -> None:
    train = pl.Series(DAYS * 2).cast(dtype)
    unseen = pl.Series([date(1, 1, 1), date(9999, 12, 31)]).cast(dtype)
    check_contract(DateCyclical(**options), train, unseen)
