from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from hornbook.errors import FeatureError
from hornbook.features import DateElapsed, Feature, FeaturePipeline

DAYS = [date(2024, 1, 3), date(2024, 1, 1), None, date(2024, 1, 11)]


def transformed(train: Any, values: Any, **options: Any) -> list[float]:
    feature = Feature("when", DateElapsed(**options))
    pipeline = FeaturePipeline.fit([feature], [pl.DataFrame({"when": train})])
    return pipeline.transform(pl.DataFrame({"when": values}))["main"][:, 0].tolist()


def test_counts_from_the_earliest_date_of_the_train_rows() -> None:
    later = [*DAYS, date(2023, 12, 31)]
    assert transformed(DAYS, later, rescaling="none") == [2, 0, 4, 10, -1]
    assert transformed(DAYS, later, rescaling="none", unit="hours") == [48, 0, 96, 240, -24]


def test_counts_from_a_date() -> None:
    options: dict[str, Any] = {"rescaling": "none", "since": "2024-01-01T12:00:00+00:00"}
    assert transformed(DAYS, DAYS, **options) == [1.5, -0.5, 3.5, 9.5]
    seconds = transformed(DAYS, DAYS, unit="seconds", **options)
    assert seconds == [1.5 * 86_400, -0.5 * 86_400, 3.5 * 86_400, 9.5 * 86_400]
    assert transformed(DAYS, DAYS, unit="minutes", **options)[0] == 1.5 * 1_440


@pytest.mark.parametrize(
    ("rescaling", "scaler"),
    [("standard", StandardScaler), ("minmax", MinMaxScaler), ("robust", RobustScaler)],
)
@pytest.mark.parametrize("since", ["earliest", "1999-01-01"])
@pytest.mark.parametrize("impute_with", ["mean", "median", "constant"])
def test_is_rescaled_as_numbers_are(
    rescaling: str, scaler: Any, since: str, impute_with: str
) -> None:
    random = np.random.default_rng(4)
    start = datetime(2020, 5, 1, 3, 4, 5, 678)
    seconds = random.uniform(0, 1e8, 300)
    train = [start + timedelta(seconds=float(one)) for one in seconds]
    train = pl.Series([*train, None], dtype=pl.Datetime("us", "UTC"))
    constant = 5e7
    stand_in = {"mean": seconds.mean(), "median": np.median(seconds), "constant": constant}
    reference = scaler().fit_transform(np.append(seconds, stand_in[impute_with])[:, np.newaxis])
    options: dict[str, Any] = {"since": since, "rescaling": rescaling, "impute_with": impute_with}
    if impute_with == "constant":
        options["impute_value"] = start + timedelta(seconds=constant)
    for unit in ("days", "seconds"):
        ours = transformed(train, train, unit=unit, **options)
        np.testing.assert_allclose(ours, reference[:, 0], rtol=1e-5, atol=2e-6)


def test_a_column_without_dates_is_an_error() -> None:
    nothing = pl.Series([None, None], dtype=pl.Date)
    with pytest.raises(FeatureError, match="'when' has no date in the train rows"):
        transformed(nothing, nothing)
    constant = {"impute_with": "constant", "impute_value": "2024-01-31", "rescaling": "none"}
    assert transformed(nothing, [None, date(1970, 1, 11)], **constant) == [19753, 10]
    options: dict[str, Any] = {**constant, "since": "2024-01-01"}
    assert transformed(nothing, [None, date(2024, 1, 2)], **options) == [30, 1]


def test_the_reference_is_a_date() -> None:
    with pytest.raises(ValidationError, match="since"):
        DateElapsed(since="latest")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"missing": "drop_rows", "unit": "seconds"},
        {"since": "2020-02-29", "rescaling": "robust"},
        {"rescaling": "none", "impute_with": "median"},
    ],
)
@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us", "UTC")])
def test_contract(check_contract: Any, options: dict[str, Any], dtype: Any) -> None:
    train = pl.Series(DAYS * 2).cast(dtype)
    unseen = pl.Series([date(1, 1, 1), date(9999, 12, 31)]).cast(dtype)
    fitted = check_contract(DateElapsed(**options), train, unseen)
    assert [output.name for output in fitted.outputs] == ["a column:elapsed"]
