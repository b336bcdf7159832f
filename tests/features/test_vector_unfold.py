from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hornbook.data import Storage, TableStore
from hornbook.errors import DataError, FeatureError
from hornbook.features import ROW, Feature, FeaturePipeline, VectorUnfold

VECTORS: list[Any] = [[1.0, 2, 3], [4, 4, 3], [-1, 0.5, 3], [0, 0, 3], [2, 9, 3], [7, 1, 3]]
DTYPE = pl.List(pl.Float32)


def fitted(
    values: Any = VECTORS, column: str = "v", block: int = 2, **options: Any
) -> FeaturePipeline:
    frame = pl.DataFrame({column: pl.Series(values, dtype=DTYPE)})
    frame = frame.with_columns(pl.Series(ROW, np.arange(len(frame)) + 10))
    feature = Feature(column, VectorUnfold(**options))
    return FeaturePipeline.fit([feature], frame.iter_slices(block))


def transformed(pipeline: FeaturePipeline, values: Any) -> np.ndarray:
    series = values if isinstance(values, pl.Series) else pl.Series(values, dtype=DTYPE)
    return pipeline.transform(pl.DataFrame({pipeline.columns[0]: series}))["main"]


@pytest.mark.parametrize("rescaling", ["standard", "standard_together", "none"])
@pytest.mark.parametrize(
    "options",
    [{}, {"impute_with": "zeros"}, {"missing": "drop_rows"}, {"missing": "fail"}],
)
def test_contract(check_contract, rescaling: str, options: dict) -> None:  # type: ignore[no-untyped-def,type-arg]
    gaps = [] if options.get("missing") == "fail" else [None]
    train = pl.Series([*VECTORS, *gaps, [3.0, 3, 3]], dtype=DTYPE)
    unseen = [[1e30, -1e30, 0], [5, 5, 5], *gaps]
    fitted = check_contract(VectorUnfold(rescaling=rescaling, **options), train, unseen)
    assert [one.name for one in fitted.outputs] == ["a column[0]", "a column[1]", "a column[2]"]


@pytest.mark.parametrize("impute_with", ["mean", "zeros"])
@pytest.mark.parametrize("block", [1, 3, 100])
def test_elements_are_rescaled_as_scikit_learn_does(impute_with: str, block: int) -> None:
    values = [*VECTORS[:3], None, *VECTORS[3:], None]
    pipeline = fitted(values, block=block, impute_with=impute_with)
    matrix = np.array([[math.nan] * 3 if one is None else one for one in values])
    imputer = SimpleImputer(
        strategy="mean" if impute_with == "mean" else "constant", fill_value=0.0
    )
    expected = make_pipeline(imputer, StandardScaler()).fit_transform(matrix)
    np.testing.assert_allclose(transformed(pipeline, values), expected, rtol=1e-5, atol=1e-6)


def test_all_elements_may_be_rescaled_together() -> None:
    matrix = np.array(VECTORS)
    expected = (matrix - matrix.mean()) / matrix.std()
    found = transformed(fitted(rescaling="standard_together"), VECTORS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_constant_element_is_only_shifted() -> None:
    values = [[0.1, one] for one in range(1000)]
    found = transformed(fitted(values, block=7), [[0.1, 0], [1.1, 0]])
    np.testing.assert_allclose(found[:, 0], [0, 1], atol=1e-6)


@pytest.mark.parametrize(
    "gap", [None, [], [1.0, None, 3.0], [1.0, math.nan, 3.0], [math.inf, 0.0, 0.0]]
)
def test_a_vector_with_a_gap_is_a_missing_one(gap: Any) -> None:
    pipeline = fitted([*VECTORS, gap], rescaling="none")
    series = pl.Series([gap, [1.0, 2, 3]], dtype=DTYPE)
    found = transformed(pipeline, series)
    np.testing.assert_allclose(found, [np.mean(VECTORS, axis=0), [1, 2, 3]], rtol=1e-6)
    dropping = VectorUnfold(missing="drop_rows").missing_expression("*")
    missing = pl.LazyFrame({"*": series}).select(dropping.alias("m")).collect(engine="streaming")
    assert missing["m"].to_list() == [True, False]


@pytest.mark.parametrize(
    "values",
    [
        pl.Series(["[1, 2, 3]", None, ""]),
        pl.Series([[1, 2, 3], None, None]),
        pl.Series([[1.0, 2.0, 3.0], None, None], dtype=pl.Array(pl.Float64, 3)),
        pl.from_pandas(pd.Series([np.array([1.0, 2, 3]), None, None])),
    ],
)
def test_vectors_come_as_lists_arrays_and_texts(values: pl.Series) -> None:
    VectorUnfold().check_values("v", values)
    found = transformed(fitted(rescaling="none", impute_with="zeros"), values)
    assert found.tolist() == [[1, 2, 3], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([None, 3], "3"),
        (["[1]", "[1, x]"], "'[1, x]'"),
        ([["a"]], "['a']"),
        ([[[1]]], "[shape: (1,)"),
    ],
)
def test_anything_else_is_refused(values: list[Any], shown: str) -> None:
    with pytest.raises(DataError) as caught:
        VectorUnfold().check_values("^v$", pl.Series(values))
    assert "Column '^v$' holds " in str(caught.value)
    assert "the model learnt from vectors" in str(caught.value)
    if "shape" not in shown:
        assert f"holds {shown}," in str(caught.value)


@pytest.mark.parametrize("values", [[], [None], [[1.0, 2]], [""], [[None]]])
def test_vectors_and_missing_ones_are_accepted(values: list[Any]) -> None:
    VectorUnfold().check_values("v", pl.Series(values))


def test_uneven_lengths_are_an_error_that_counts_them() -> None:
    values = [*VECTORS, [1], [1, 2], [1], None]
    with pytest.raises(FeatureError) as caught:
        fitted(values, column="^v$")
    assert str(caught.value) == (
        "The vectors of column '^v$' have 3 different lengths in the train rows: 3 in 6 rows, "
        "1 in 2 rows, 2 in 1 rows. Unfolding makes a column of each element, so that all must "
        "have the same.\n"
        "  Fix: Pad or cut the vectors in the data to one length, leave those of another length "
        'empty, or reject the feature: [features] "^v$" = { role = "reject" }.'
    )


def test_another_length_is_refused_when_predicting() -> None:
    with pytest.raises(DataError) as caught:
        transformed(fitted(), [[1.0, 2, 3], None, [1.0, 2]])
    assert str(caught.value) == (
        "Column 'v' holds a vector of 2 numbers in row 3 of the 3 at hand, the model learnt from "
        "vectors of 3.\n  Fix: Bring vectors of 3 numbers."
    )


def test_missing_vectors_may_be_an_error() -> None:
    with pytest.raises(FeatureError, match=r"Column 'v' has no vector in row 14 of the train file"):
        fitted([*VECTORS[:3], None, *VECTORS], missing="fail")
    with pytest.raises(DataError, match=r"Column 'v' has no vector in row 2 of the 2 at hand"):
        transformed(fitted(missing="fail"), [[1.0, 2, 3], None])


def test_no_vector_at_all_is_an_error() -> None:
    with pytest.raises(FeatureError, match="Column 'v' has no vector in the train rows"):
        fitted([None, []])


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_vectors_of_files_of_any_kind_are_read_as_such(tmp_path: Path, ending: str) -> None:
    values = [*VECTORS, None, [3.0, 3, 3]]
    path = tmp_path / f"vectors.{ending}"
    frame = pl.DataFrame({"v": pl.Series(values, dtype=pl.List(pl.Float64)), "k": range(8)})
    if ending == "parquet":
        frame.write_parquet(path)
    elif ending == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in frame.to_dicts()))
    else:
        texts = pl.Series("v", [None if one is None else json.dumps(one) for one in values])
        frame.with_columns(texts).write_csv(path)
    table = TableStore(tmp_path / "store").read(path)
    assert table.column("v").storage is Storage.VECTOR
    assert table.n_rejected == 0
    blocks = [one.with_columns(pl.Series(ROW, np.arange(8))) for one in table.slices(["v"])]
    pipeline = FeaturePipeline.fit([Feature("v", VectorUnfold(rescaling="none"))], blocks)
    found = pipeline.transform(table.take(np.array([7, 0]), ["v"]))["main"]
    assert found.tolist() == [[3, 3, 3], [1, 2, 3]]
