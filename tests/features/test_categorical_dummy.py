from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pydantic import ValidationError

from hornbook.errors import FeatureError
from hornbook.features import CategoricalDummy, Feature, FeaturePipeline

COUNTED = ["a"] * 10 + ["b"] * 5 + ["c"] * 3 + ["d"] + ["e"]


def fitted(values: Any, column: str = "k", **options: Any) -> FeaturePipeline:
    frame = pl.DataFrame({column: values})
    return FeaturePipeline.fit([Feature(column, CategoricalDummy(**options))], [frame])


def names(pipeline: FeaturePipeline) -> list[str]:
    return [column.name.partition(":")[2] for column in pipeline.inputs["main"].columns]


def transformed(pipeline: FeaturePipeline, values: Any) -> list[list[float]]:
    array = pipeline.transform(pl.DataFrame({pipeline.columns[0]: values}))["main"]
    assert array.dtype == np.float32
    assert array.flags["C_CONTIGUOUS"]
    return [[float(value) for value in row] for row in array]


def test_one_column_a_category_the_most_frequent_first() -> None:
    pipeline = fitted(COUNTED)
    assert names(pipeline) == ["a", "b", "c", "d", "e"]
    assert {column.source for column in pipeline.inputs["main"].columns} == {"k"}
    assert transformed(pipeline, ["b", "a"]) == [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]


def test_ties_are_taken_in_alphabetical_order() -> None:
    assert names(fitted(["b", "Z", "a", "é", "a", "b"])) == ["a", "b", "Z", "é"]
    assert names(fitted(["q", "p", "o"], max_categories=2)) == ["o", "p"]


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({"max_categories": 2}, "ab"),
        ({"max_categories": 1}, "a"),
        ({"min_rows": 3}, "abc"),
        ({"min_rows": 4}, "ab"),
        ({"cumulative_share": 0.5}, "a"),
        ({"cumulative_share": 0.51}, "ab"),
        ({"cumulative_share": 0.75}, "ab"),
        ({"cumulative_share": 0.01}, "a"),
        ({"cumulative_share": 0.9, "max_categories": 2}, "ab"),
        ({"cumulative_share": 0.9, "min_rows": 5}, "ab"),
        ({"cumulative_share": 0.5, "min_rows": 1, "max_categories": 4}, "a"),
        ({"drop_one": True}, "abcd"),
        ({"drop_one": True, "max_categories": 2}, "a"),
        ({"drop_one": True, "max_categories": 1}, "a"),
    ],
)
def test_limits(limits: dict[str, Any], kept: str) -> None:
    assert names(fitted(COUNTED, **limits)) == list(kept)


@pytest.mark.parametrize("covered", range(51, 100))
def test_a_share_that_is_met_exactly_is_enough(covered: int) -> None:
    # 0.55 * 100 is a little more than 55 in floating point.
    values = ["many"] * covered + ["rest"] * (100 - covered)
    assert names(fitted(values, cumulative_share=float(f"0.{covered}"))) == ["many"]


def test_unseen_and_limited_categories_are_zeros() -> None:
    pipeline = fitted(COUNTED, max_categories=2)
    assert transformed(pipeline, ["a", "c", "new", None]) == [[1, 0], [0, 0], [0, 0], [0, 0]]


def test_missing_values_have_a_category_of_their_own() -> None:
    pipeline = fitted(["a", "a", None])
    assert names(pipeline) == ["a", "(missing)"]
    assert transformed(pipeline, ["a", None, "new"]) == [[1, 0], [0, 1], [0, 0]]


def test_no_column_for_missing_values_that_the_train_rows_do_not_have() -> None:
    pipeline = fitted(["a", "b"])
    assert names(pipeline) == ["a", "b"]
    assert transformed(pipeline, [None]) == [[0, 0]]


def test_missing_values_take_no_part_in_the_limits() -> None:
    pipeline = fitted(["a", "b", "b"] + [None] * 50, cumulative_share=0.6, max_categories=1)
    assert names(pipeline) == ["b", "(missing)"]


def test_drop_one_leaves_the_column_of_missing_values() -> None:
    assert names(fitted(["a", "b", "b", None], drop_one=True)) == ["b", "(missing)"]


def test_missing_values_imputed_with_the_most_frequent() -> None:
    pipeline = fitted(["a", "b", "b", None], missing="impute")
    assert names(pipeline) == ["b", "a"]
    assert transformed(pipeline, [None, "a", "new"]) == [[1, 0], [0, 1], [0, 0]]


def test_imputed_rows_count_in_the_limits() -> None:
    pipeline = fitted(
        ["a", "a", None, None, None],
        missing="impute",
        impute_with="constant",
        impute_value="unknown",
        max_categories=1,
    )
    assert names(pipeline) == ["unknown"]
    assert transformed(pipeline, [None, "unknown", "a"]) == [[1], [1], [0]]


def test_an_impute_value_without_rows_gets_no_column() -> None:
    pipeline = fitted(["a"], missing="impute", impute_with="constant", impute_value="unknown")
    assert names(pipeline) == ["a"]
    assert transformed(pipeline, [None]) == [[0]]


def test_rows_without_a_category_can_be_dropped() -> None:
    handling = CategoricalDummy(missing="drop_rows")
    assert handling.drops_missing_rows
    frame = pl.DataFrame({"k": ["a", None]})
    assert frame.select(handling.missing_expression("k")).to_series().to_list() == [False, True]
    assert names(fitted(["a", None], missing="drop_rows")) == ["a"]


@pytest.mark.parametrize("values", [[None, None], []])
def test_an_empty_vocabulary(values: list[Any]) -> None:
    series = pl.Series(values, dtype=pl.String)
    pipeline = fitted(series)
    assert names(pipeline) == ["(missing)"]
    assert transformed(pipeline, ["a", None]) == [[0], [1]]
    for missing in ("impute", "drop_rows"):
        with pytest.raises(FeatureError, match="'k' has no category") as caught:
            fitted(series, missing=missing)
        assert '"k" = { role = "reject" }' in str(caught.value.fix)


def test_everything_limited_away_leaves_the_missing_column_or_an_error() -> None:
    assert names(fitted(["a", "b"], min_rows=2)) == ["(missing)"]
    with pytest.raises(FeatureError, match=r"'main' gets no column: every category of 'k'"):
        fitted(["a", "b"], min_rows=2, missing="impute", impute_with="constant")


def test_booleans_and_numbers_can_be_categories() -> None:
    booleans = fitted([True, True, False])
    assert names(booleans) == ["true", "false"]
    assert transformed(booleans, [True, False, None]) == [[1, 0], [0, 1], [0, 0]]
    integers = fitted([3, 3, 1, None])
    assert names(integers) == ["3", "1", "(missing)"]
    assert transformed(integers, [1, 3]) == [[0, 1, 0], [1, 0, 0]]
    floats = fitted([0.5, 0.5, 2.0])
    assert names(floats) == ["0.5", "2"]
    assert transformed(floats, [2.0, 0.5]) == [[0, 1], [1, 0]]


def test_whole_numbers_meet_whether_they_come_as_integers_or_floats() -> None:
    integers, floats = fitted([3, 3, 1, None]), fitted([0.5, 0.5, 2.0, None])
    wanted = [[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 1]]
    assert transformed(integers, [3.0, 7.0, None, math.nan]) == wanted
    assert transformed(floats, [2, 3, None]) == [[0, 1, 0], [0, 0, 0], [0, 0, 1]]
    # A pandas column of integers turns into floats where one is missing.
    holed = pl.from_pandas(pd.DataFrame({"k": [3, None]}))
    assert transformed(integers, holed["k"]) == [[1, 0, 0], [0, 0, 1]]


def test_text_is_never_respelled() -> None:
    pipeline = fitted(["1.0", "1", "1"])
    assert transformed(pipeline, ["1", "1.0", "01"]) == [[1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize("column", ["count", "category", "^k.*$", "*", "a.b", 'say "hi"', "日\n本"])
def test_any_column_name(column: str) -> None:
    handling = CategoricalDummy(missing="drop_rows")
    frame = pl.DataFrame({"key": ["no", "no"], column: ["x", "y"]})
    pipeline = FeaturePipeline.fit([Feature(column, handling)], [frame])
    assert [one.name for one in pipeline.inputs["main"].columns] == [f"{column}:x", f"{column}:y"]
    assert pipeline.transform(frame)["main"].tolist() == [[1, 0], [0, 1]]
    missing = pipeline.missing_expression()
    assert missing is not None
    assert frame.select(missing).to_series().to_list() == [False, False]


def test_twenty_thousand_categories() -> None:
    values = pl.Series([f"user {number % 20_000}" for number in range(60_000)])
    pipeline = fitted(values, max_categories=20_000)
    assert pipeline.inputs["main"].shape == (20_000,)
    row = pipeline.transform(pl.DataFrame({"k": ["user 19999", "user 20000"]}))["main"]
    assert row.sum(axis=1).tolist() == [1.0, 0.0]
    assert names(pipeline)[int(row[0].argmax())] == "user 19999"
    assert pipeline.transform(pl.DataFrame({"k": values[:50]}))["main"].sum() == 50


@pytest.mark.parametrize(
    "options",
    [{"max_categories": 0}, {"cumulative_share": 0}, {"cumulative_share": 1.1}, {"min_rows": 0}],
)
def test_limits_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CategoricalDummy(**options)


@pytest.mark.parametrize("options", [{}, {"missing": "impute"}, {"missing": "drop_rows"}])
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    check_contract(
        CategoricalDummy(**options), ["a", None, "b", "a", "c c", "b", None, "ä"], ["never"]
    )
