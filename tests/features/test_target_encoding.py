from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from hornbook.features import (
    ROW,
    TARGET,
    CategoricalGlmm,
    CategoricalImpact,
    Feature,
    FeaturePipeline,
    FitContext,
)
from hornbook.features.target_encoding import TargetEncoding, TargetStatistics, fold_of_rows

BOTH = pytest.mark.parametrize("kind", [CategoricalImpact, CategoricalGlmm])


class Recorded(TargetEncoding):
    """Encodes by the sum of the target, so that tests see which rows a fold has seen."""

    name = "recorded"

    def encode(self, statistics: TargetStatistics) -> tuple[NDArray[np.float64], float]:
        return statistics.sums + statistics.rows * statistics.center, -1.0


def table(categories: Any, target: Any, rows: Any = None) -> pl.DataFrame:
    series = pl.Series(categories)
    numbers = np.arange(len(series)) if rows is None else rows
    return pl.DataFrame({"k": series, TARGET: pl.Series(target), ROW: numbers})


def fitted(
    handling: TargetEncoding, frame: pl.DataFrame, n_classes: int | None = None, block: int = 100
) -> FeaturePipeline:
    return FeaturePipeline.fit(
        [Feature("k", handling)], frame.iter_slices(block), FitContext(n_classes, seed=3)
    )


def encoded(pipeline: FeaturePipeline, frame: pl.DataFrame) -> tuple[Any, Any]:
    """The encodings of the train rows, and of the same as other rows."""
    rows = frame[ROW].to_numpy()
    return pipeline.transform(frame, rows)["main"], pipeline.transform(frame)["main"]


@pytest.mark.parametrize("n_folds", [2, 5, 100])
def test_a_train_row_is_encoded_by_the_rows_of_other_folds(n_folds: int) -> None:
    rng = np.random.default_rng(0)
    frame = table(
        [None if number == 3 else f"c{number}" for number in rng.integers(0, 8, 300)],
        rng.normal(50, 1, 300).astype(np.float32),
        np.sort(rng.permutation(10_000)[:300]),
    )
    pipeline = fitted(Recorded(rescaling="none", folds=n_folds), frame)
    train, other = encoded(pipeline, frame)
    folds = fold_of_rows(frame[ROW].to_numpy(), n_folds, 3)
    categories, target = frame["k"].to_list(), frame[TARGET].to_numpy().astype(np.float64)
    for row, category in enumerate(categories):
        alike = np.array([one == category for one in categories])
        outside = alike & (folds != folds[row])
        assert train[row, 0] == pytest.approx(target[outside].sum() if outside.any() else -1)
        assert other[row, 0] == pytest.approx(target[alike].sum())
    # In another order and in part: what counts is the number of the row.
    some = frame.sample(20, shuffle=True, seed=0)
    expected = dict(zip(frame[ROW], train[:, 0], strict=True))
    found = pipeline.transform(some, some[ROW].to_numpy())["main"][:, 0]
    assert found.tolist() == [expected[row] for row in some[ROW]]


def test_a_category_of_one_fold_is_unseen_to_its_own_rows() -> None:
    frame = table(["a"] * 20 + ["once"], [1.0] * 20 + [7.0])
    train, other = encoded(fitted(Recorded(rescaling="none"), frame), frame)
    assert (train[20, 0], other[20, 0]) == (-1, 7)


def test_without_folds_all_rows_are_encoded_alike() -> None:
    frame = table(["a", "a", "b"], [1.0, 2.0, 4.0])
    pipeline = fitted(Recorded(rescaling="none", k_fold=False), frame)
    train, other = encoded(pipeline, frame)
    assert train[:, 0].tolist() == other[:, 0].tolist() == [3, 3, 4]
    assert pipeline.fitted[0].state().arrays["values"].shape == (1, 4, 1)


def test_a_single_train_row() -> None:
    frame = table(["a"], [5.0])
    train, other = encoded(fitted(Recorded(rescaling="none"), frame), frame)
    # No row is outside of its fold: it is encoded as an unseen category.
    assert (train[0, 0], other[0, 0]) == (-1, 5)


def test_the_seed_draws_the_folds() -> None:
    rng = np.random.default_rng(1)
    frame = table([f"c{number}" for number in rng.integers(0, 5, 100)], rng.normal(size=100))
    context = encoded(fitted(Recorded(), frame), frame)[0]
    same = encoded(fitted(Recorded(seed=3), frame), frame)[0]
    other = encoded(fitted(Recorded(seed=4), frame), frame)[0]
    np.testing.assert_array_equal(same, context)
    assert (other != context).any()


def test_folds_are_about_equal_and_never_change() -> None:
    folds = fold_of_rows(np.arange(100_000), 5, 1337)
    assert np.abs(np.bincount(folds) - 20_000).max() < 600
    assert (folds[:-1] == folds[1:]).mean() == pytest.approx(0.2, abs=0.01)
    # Never to change: a trained model finds its train rows in the folds they were in.
    assert fold_of_rows(np.arange(12), 5, 1337).tolist() == [1, 4, 4, 3, 4, 2, 3, 1, 2, 1, 0, 2]


@BOTH
def test_one_column_a_class_but_the_first(kind: type[TargetEncoding]) -> None:
    rng = np.random.default_rng(2)
    categories = rng.integers(0, 6, 600)
    classes = np.where(rng.random(600) < 0.5, categories % 4, rng.integers(0, 4, 600))
    frame = table([f"c{number}" for number in categories], classes.astype(np.int32))
    pipeline = fitted(kind(rescaling="none"), frame, n_classes=4)
    names = [one.name for one in pipeline.inputs["main"].columns]
    assert names == [f"k:{kind.name} {code}" for code in (1, 2, 3)]
    for code in (1, 2, 3):
        # Each column is that of the class against the others.
        single = frame.with_columns((pl.col(TARGET) == code).cast(pl.Int32).alias(TARGET))
        against = fitted(kind(rescaling="none"), single, n_classes=2)
        assert [one.name for one in against.inputs["main"].columns] == [f"k:{kind.name}"]
        for found, expected in zip(encoded(pipeline, frame), encoded(against, single), strict=True):
            np.testing.assert_allclose(found[:, code - 1], expected[:, 0], rtol=1e-5, atol=1e-7)


@BOTH
@pytest.mark.parametrize("n_classes", [None, 2])
def test_encodings_of_train_rows_do_not_tell_their_target(
    kind: type[TargetEncoding], n_classes: int | None
) -> None:
    # Nothing is to be learnt here: categories of few rows, and a target drawn apart from them.
    rng = np.random.default_rng(4)
    target = rng.normal(size=20_000) if n_classes is None else rng.integers(0, 2, 20_000)
    frame = table([f"c{number}" for number in rng.integers(0, 4000, 20_000)], target)
    options = {"m": 1.0} if kind is CategoricalImpact else {}
    train, leaking = encoded(fitted(kind(**options), frame, n_classes), frame)
    if kind is CategoricalImpact:
        assert np.corrcoef(leaking[:, 0], target)[0, 1] > 0.3
    # Of no variance at all where the mixed model finds that the categories do not differ.
    if train.std():
        assert abs(np.corrcoef(train[:, 0], target)[0, 1]) < 0.05


def test_a_mixed_model_leaks_without_folds_too() -> None:
    # Half of the variance is the category's, so that its few rows are trusted.
    rng = np.random.default_rng(5)
    categories = rng.integers(0, 4000, 12_000)
    noise = rng.normal(size=12_000)
    target = rng.normal(size=4000)[categories] + noise
    frame = table([f"c{number}" for number in categories], target)
    train, leaking = encoded(fitted(CategoricalGlmm(), frame), frame)
    assert np.corrcoef(leaking[:, 0], noise)[0, 1] > 0.2
    assert abs(np.corrcoef(train[:, 0], noise)[0, 1]) < 0.05
    assert np.corrcoef(train[:, 0], target)[0, 1] > 0.3


@BOTH
@pytest.mark.parametrize("rescaling", ["standard", "minmax"])
def test_rescaled_over_the_train_rows(kind: type[TargetEncoding], rescaling: Any) -> None:
    rng = np.random.default_rng(6)
    categories = rng.integers(0, 5, 500)
    frame = table(
        [f"c{number}" for number in categories], 1000 + 10 * categories + rng.normal(size=500)
    )
    plain = encoded(fitted(kind(rescaling="none"), frame), frame)
    found = encoded(fitted(kind(rescaling=rescaling), frame), frame)
    low, high, mean, std = plain[1].min(), plain[1].max(), plain[1].mean(), plain[1].std()
    offset, scale = (mean, std) if rescaling == "standard" else (low, high - low)
    for one, before in zip(found, plain, strict=True):
        np.testing.assert_allclose(one, (before - offset) / scale, rtol=1e-3, atol=1e-3)


@BOTH
@pytest.mark.parametrize(
    ("value", "n_classes"), [(0.1, None), (1e30, None), (0, 2), (1, 2), (2, 3)]
)
def test_a_target_that_never_changes(
    kind: type[TargetEncoding], value: float, n_classes: int | None
) -> None:
    frame = table(["a", "b", None] * 10, [value] * 30)
    train, other = encoded(fitted(kind(), frame, n_classes), frame)
    assert (train == 0).all()
    assert (other == 0).all()


@BOTH
@pytest.mark.parametrize(
    ("options", "n_classes"),
    [({}, None), ({"missing": "impute"}, None), ({"missing": "drop_rows"}, 2), ({"folds": 2}, 3)],
)
def test_fits_are_equal_to_the_last_bit(
    kind: type[TargetEncoding], options: dict[str, Any], n_classes: int | None
) -> None:
    rng = np.random.default_rng(7)
    target = rng.normal(size=2000) if n_classes is None else rng.integers(0, n_classes, 2000)
    names = [
        None if number == 3 and options.get("missing") != "drop_rows" else f"c{number}"
        for number in rng.integers(0, 50, 2000)
    ]
    frame = table(names, target)
    first, second = (fitted(kind(**options), frame, n_classes).fitted[0].state() for _ in range(2))
    assert first.values == second.values
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(second.arrays[name], array)
