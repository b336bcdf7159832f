from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hornbook.data import Storage
from hornbook.errors import FeatureError
from hornbook.features import (
    ROW,
    TARGET,
    CategoricalDummy,
    CategoricalFlag,
    CategoricalFrequency,
    CategoricalGlmm,
    CategoricalHash,
    CategoricalImpact,
    CategoricalIndex,
    CategoricalOrdinal,
    Feature,
    FeaturePipeline,
    FeatureType,
    Handling,
    handling_class,
    handling_names,
)

HANDLINGS: list[type[Handling]] = [
    handling_class(FeatureType.CATEGORICAL, name)
    for name in handling_names(FeatureType.CATEGORICAL)
    if name != "custom"  # what it does is up to its user
]
WITH_MISSING = [one for one in HANDLINGS if one is not CategoricalFlag]


def fitted(handling: Handling, values: Any, column: str = "k") -> FeaturePipeline:
    series = pl.Series(values)
    rows = np.arange(len(series))
    frame = pl.DataFrame({column: series, TARGET: (rows % 3).astype(np.float32), ROW: rows})
    return FeaturePipeline.fit([Feature(column, handling)], [frame])


def transformed(pipeline: FeaturePipeline, values: Any) -> Any:
    return pipeline.transform(pl.DataFrame({pipeline.columns[0]: pl.Series(values)}))["main"]


def test_all_that_there_are() -> None:
    assert set(HANDLINGS) == {
        CategoricalDummy,
        CategoricalFlag,
        CategoricalFrequency,
        CategoricalGlmm,
        CategoricalHash,
        CategoricalImpact,
        CategoricalIndex,
        CategoricalOrdinal,
    }
    assert HANDLINGS[0] is CategoricalDummy


@pytest.mark.parametrize("kind", HANDLINGS)
def test_whole_numbers_meet_whether_they_come_as_integers_or_floats(kind: type[Handling]) -> None:
    pipeline = fitted(kind(), [3, 3, 3, 1, 1, 2, None])
    integers = transformed(pipeline, [3, 1, 2, None])
    # A pandas column of integers turns into floats where one is missing.
    holed = pl.from_pandas(pd.Series([3, 1, 2, None]))
    np.testing.assert_array_equal(transformed(pipeline, holed), integers)
    np.testing.assert_array_equal(transformed(pipeline, [3.0, 1.0, 2.0, math.nan]), integers)
    np.testing.assert_array_equal(transformed(pipeline, ["3", "1", "2", None]), integers)


@pytest.mark.parametrize("kind", HANDLINGS)
def test_a_file_with_letters_among_the_digits_is_read_as_text(kind: type[Handling]) -> None:
    handling = kind()
    assert handling.storages == {
        Storage.INTEGER,
        Storage.FLOAT,
        Storage.BOOLEAN,
        Storage.STRING,
    }
    assert handling.storage_to_read(Storage.INTEGER) is Storage.STRING
    assert handling.storage_to_read(Storage.FLOAT) is Storage.FLOAT


@pytest.mark.parametrize("kind", WITH_MISSING)
@pytest.mark.parametrize("values", [["b", "b", "a", None], [True, True, False, None]])
def test_a_filled_value_is_encoded_as_the_category(kind: type[Handling], values: Any) -> None:
    pipeline = fitted(kind(missing="impute"), values)
    most, other, missing = transformed(pipeline, [values[0], values[2], None])
    np.testing.assert_array_equal(missing, most)
    pipeline = fitted(
        kind(missing="impute", impute_with="constant", impute_value=str(values[2]).lower()), values
    )
    most, other, missing = transformed(pipeline, [values[0], values[2], None])
    np.testing.assert_array_equal(missing, other)


@pytest.mark.parametrize("kind", WITH_MISSING)
def test_a_constant_that_no_row_has_becomes_a_category(kind: type[Handling]) -> None:
    filled = ["none" if value is None else value for value in ["b", "b", "a", None, None]]
    handling = kind(missing="impute", impute_with="constant", impute_value="none")
    pipeline = fitted(handling, ["b", "b", "a", None, None])
    expected = transformed(fitted(kind(), filled), ["a", "b", "none", "new"])
    found = transformed(pipeline, ["a", "b", None, "new"])
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("kind", WITH_MISSING)
@pytest.mark.parametrize("missing", ["impute", "drop_rows"])
def test_a_column_without_categories(kind: type[Handling], missing: str) -> None:
    values = pl.Series([None, None], dtype=pl.String)
    assert np.isfinite(transformed(fitted(kind(), values), ["a", None])).all()
    if kind is CategoricalHash and missing == "drop_rows":
        return
    with pytest.raises(FeatureError, match="'k' has no category") as caught:
        fitted(kind(missing=missing), values)
    assert '"k" = { role = "reject" }' in str(caught.value.fix)


@pytest.mark.parametrize("kind", HANDLINGS)
@pytest.mark.parametrize("column", ["count", "category", "^k.*$", "*", "rows", 'say "hi"'])
def test_any_column_name(kind: type[Handling], column: str) -> None:
    pipeline = fitted(kind(), ["x", "y", "x", None], column)
    (spec,) = pipeline.inputs.values()
    assert all(output.name.startswith(f"{column}:") for output in spec.columns)
    assert np.isfinite(transformed(pipeline, ["x", "new", None])).all()


@pytest.mark.parametrize("kind", HANDLINGS)
def test_two_hundred_thousand_categories(kind: type[Handling], tmp_path: Any) -> None:
    n = 200_000
    categories = pl.Series([f"user {number}" for number in range(n)])
    codes = np.concatenate([np.arange(n), np.random.default_rng(0).integers(0, n, n // 2)])
    frame = pl.DataFrame(
        {
            "k": categories.gather(codes),
            TARGET: (codes % 2).astype(np.int32),
            ROW: np.arange(len(codes)),
        }
    )
    blocks = frame.iter_slices(65_536)
    pipeline = FeaturePipeline.fit([Feature("k", kind())], blocks)
    pipeline.save(tmp_path)
    loaded = FeaturePipeline.load(tmp_path)
    some = frame.head(8192)
    rows = some[ROW].to_numpy()
    np.testing.assert_array_equal(
        loaded.transform(some, rows)["main"], pipeline.transform(some, rows)["main"]
    )
    assert (tmp_path / "pipeline.json").stat().st_size < 10_000
