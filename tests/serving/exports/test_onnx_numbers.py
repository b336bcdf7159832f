"""Numerical handlings say in ONNX what they say in Hornbook."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.features import (
    NumericalBinarize,
    NumericalFlag,
    NumericalQuantize,
    NumericalRegular,
)

NAN, INF = float("nan"), float("inf")
TRAIN = [3.0, None, -7.25, 0.0, 1e3, 2.5, NAN, 3.0, INF, 12.0]
UNSEEN = [NAN, None, INF, -INF, 1e300, -1e300, 5e-324, -0.0, 3.0, 1e16 + 1, 0.1]


def random_numbers() -> np.ndarray:
    random = np.random.default_rng(5)
    numbers = random.normal(size=400) * 10.0 ** random.integers(-12, 12, 400)
    numbers[random.random(400) < 0.1] = NAN
    return numbers


@pytest.mark.parametrize("rescaling", ["standard", "minmax", "robust", "log", "none"])
@pytest.mark.parametrize("impute_with", ["mean", "median", "constant"])
def test_rescaled_numbers(check_parity, rescaling, impute_with):
    handling = NumericalRegular(rescaling=rescaling, impute_with=impute_with, impute_value=4.5)
    check_parity(handling, TRAIN, UNSEEN)


@pytest.mark.parametrize("options", [{"derived": True}, {"outlier_share": 0.2}])
def test_derived_and_limited_numbers(check_parity, options):
    check_parity(NumericalRegular(**options), TRAIN, UNSEEN)
    check_parity(NumericalRegular(**options), random_numbers(), random_numbers())


def test_numbers_of_any_size(check_parity):
    for rescaling in ("standard", "log", "robust"):
        check_parity(NumericalRegular(rescaling=rescaling), random_numbers(), UNSEEN)


def test_whole_numbers_truth_values_and_texts_that_spell_numbers(check_parity):
    check_parity(NumericalRegular(), [1, 2, None, 2**53 + 1], pl.Series([5, -3]))
    check_parity(NumericalRegular(), [True, False, None])
    check_parity(NumericalRegular(), [1.0, 2.0], pl.Series(["1.5", None, "-3"]))


def test_flags(check_parity):
    check_parity(NumericalFlag(), TRAIN, UNSEEN)


@pytest.mark.parametrize("keep_original", [False, True])
def test_binarized_numbers(check_parity, keep_original):
    for options in ({}, {"threshold_with": "median"}, {"threshold_with": "constant"}):
        check_parity(NumericalBinarize(keep_original=keep_original, **options), TRAIN, UNSEEN)


@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize("keep_original", [False, True])
def test_quantized_numbers(check_parity, one_hot, keep_original):
    handling = NumericalQuantize(one_hot=one_hot, keep_original=keep_original, quantiles=5)
    check_parity(handling, TRAIN, UNSEEN)
    check_parity(handling, [1.0, 1.0, 1.0], UNSEEN)


def test_a_dropped_row_is_named(check_parity):
    assert check_parity(NumericalRegular(missing="drop_rows"), TRAIN).drops_rows
    assert not check_parity(NumericalRegular(), TRAIN).drops_rows
