from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.errors import FeatureError
from hornbook.features.rescaling import (
    Rescaler,
    Rescaling,
    merge_statistics,
    nothing_to_fit,
    quantiles,
    signed_log,
)

NUMBERS = np.random.default_rng(5).normal(1e4, 3.0, 1000)
METHODS = ["standard", "minmax", "robust", "log", "none"]


def blocks_of(rescaling: Rescaling, numbers: np.ndarray, size: int) -> list[dict]:
    frame = pl.DataFrame({"x": numbers})
    return [
        {
            name: values[0]
            for name, values in part.select(**rescaling.statistics(pl.col("x")))
            .to_dict(as_series=True)
            .items()
        }
        for part in frame.iter_slices(size)
    ]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("outlier_share", [0.0, 0.05])
def test_blocks_of_any_size_give_one_rescaler(method: str, outlier_share: float) -> None:
    rescaling = Rescaling(method, outlier_share=outlier_share)
    whole = rescaling.fit("x", blocks_of(rescaling, NUMBERS, 1000))
    for size in (1, 7, 400):
        parts = rescaling.fit("x", blocks_of(rescaling, NUMBERS, size))
        found = [value or 0.0 for value in parts.to_json().values()]
        assert found == pytest.approx([value or 0.0 for value in whole.to_json().values()])


@pytest.mark.parametrize("method", METHODS)
def test_two_fits_are_equal_to_the_last_bit(method: str) -> None:
    rescaling = Rescaling(method, "median")
    first, second = (rescaling.fit("x", blocks_of(rescaling, NUMBERS, 64)) for _ in range(2))
    assert first == second
    assert Rescaler.from_json(first.to_json()) == first


@pytest.mark.parametrize(
    ("rescaling", "collects"),
    [
        (Rescaling(), False),
        (Rescaling("log", "constant"), False),
        (Rescaling("minmax", None), False),
        (Rescaling("robust"), True),
        (Rescaling("none", "median"), True),
        (Rescaling("none", outlier_share=0.01), True),
    ],
)
def test_only_quantiles_hold_all_numbers(rescaling: Rescaling, collects: bool) -> None:
    assert rescaling.collects is collects
    assert ("numbers" in rescaling.statistics(pl.col("x"))) is collects
    assert "numbers" in rescaling.statistics(pl.col("x"), collect=True)


def test_described_numbers_are_a_block() -> None:
    rescaling = Rescaling("log", "median")
    (block,) = blocks_of(rescaling, NUMBERS, 1000)
    described = rescaling.describe(NUMBERS, 1000)
    assert described.pop("numbers").to_list() == block.pop("numbers").to_list()
    assert described == pytest.approx(block)


def test_nothing_but_missing_numbers() -> None:
    empty = [Rescaling().describe(np.empty(0), 3)]
    assert merge_statistics(empty) == {"rows": 3, "present": 0}
    with pytest.raises(FeatureError, match="'x' has no date in the train rows"):
        Rescaling().fit("x", empty, noun="date")
    assert Rescaling("log", "constant", 5.0).fit("x", empty) == Rescaler(5.0, logarithm=True)
    assert str(nothing_to_fit("x", "date")).endswith('"x" = { role = "reject" }.')


def test_imputed_rows_count() -> None:
    rescaling = Rescaling("standard", "constant", 4.0)
    rescaler = rescaling.fit("x", [rescaling.describe(np.array([1.0, 1.0]), 3)])
    assert (rescaler.offset, rescaler.scale) == pytest.approx((2.0, 2.0**0.5))
    dropped = Rescaling("standard", None)
    assert dropped.fit("x", [dropped.describe(np.array([1.0, 3.0]), 9)]).offset == 2.0


def test_quantiles_are_numpys_and_never_overflow() -> None:
    shares = [0.0, 0.1, 0.5, 0.77, 1.0]
    np.testing.assert_allclose(quantiles(NUMBERS, shares), np.quantile(NUMBERS, shares), rtol=1e-15)
    assert quantiles(np.array([-1.5e308, 1.5e308]), [0.5]) == [0.0]


def test_the_logarithm_is_odd() -> None:
    numbers = np.array([-np.e + 1, 0.0, np.e - 1])
    np.testing.assert_allclose(signed_log(numbers), [-1.0, 0.0, 1.0])
