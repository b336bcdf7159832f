from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from hornbook.features.categories import Vocabulary
from hornbook.features.category_values import FittedCategoryValues

# Of "a", "b", an unseen and a missing category: two outputs, the second of them constant.
VALUES = np.array([[[1, 7], [4, 7], [9, 7], [2, 7]], [[3, 7], [3, 7], [3, 7], [3, 8]]], np.float32)
ROWS = np.array([3, 1, 0, 0])


def fitted(impute_value: str | None = None) -> FittedCategoryValues:
    vocabulary = Vocabulary(pl.Series(["a", "b"]))
    return FittedCategoryValues("k", vocabulary, impute_value, ("x", "y"), VALUES)


def test_rows_look_the_first_table_up() -> None:
    asked = pl.Series(["b", None, "new", "a"])
    assert fitted().transform(asked)[:, 0].tolist() == [4, 2, 9, 1]
    assert fitted("b").transform(asked)[:, 0].tolist() == [4, 4, 9, 1]
    assert [output.name for output in fitted().outputs] == ["k:x", "k:y"]


@pytest.mark.parametrize(
    ("rescaling", "offset", "scale"),
    [("none", [0, 0], 1), ("minmax", [1, 7], 3), ("standard", [1.75, 7], np.sqrt(27 / 16))],
)
def test_all_tables_are_rescaled_by_the_rows_of_the_first(
    rescaling: Any, offset: list[float], scale: float
) -> None:
    found = fitted().rescaled(rescaling, ROWS).values
    expected = (VALUES - np.array(offset)) / np.array([scale, 1])
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32


def test_without_train_rows_nothing_is_rescaled() -> None:
    same = fitted()
    assert same.rescaled("standard", np.zeros(4, np.int64)) is same
