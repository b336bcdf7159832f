from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl
import pytest

from hornbook.data import Storage
from hornbook.errors import DataError
from hornbook.features import NumericalRegular
from hornbook.features.numbers import finite_numbers

HANDLING = NumericalRegular()


@pytest.mark.parametrize(
    "values", [[1, None], [0.5, math.nan], [True], [None], ["1", "-2e3", None], []]
)
def test_numbers_and_texts_that_spell_them_are_accepted(values: list[Any]) -> None:
    HANDLING.check_values("x", pl.Series(values))


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ([date(2026, 1, 1)], "datetime.date(2026, 1, 1)"),
        (["1", None, "two", "three"], "'two'"),
        ([""], "''"),
    ],
)
def test_anything_else_is_refused_with_its_first_value(values: list[Any], first: str) -> None:
    with pytest.raises(DataError) as caught:
        HANDLING.check_values("^x$", pl.Series(values))
    assert str(caught.value) == (
        f"Column '^x$' holds {first}, the model learnt from numbers.\n"
        "  Fix: Bring numbers, or leave the value empty where it is missing."
    )


def test_whole_numbers_may_have_decimals_in_the_next_file() -> None:
    assert HANDLING.storage_to_read(Storage.INTEGER) is Storage.FLOAT
    assert HANDLING.storage_to_read(Storage.BOOLEAN) is Storage.BOOLEAN


def test_what_is_not_finite_is_missing() -> None:
    frame = pl.DataFrame({"x": [1.0, math.nan, math.inf, None]})
    assert frame.select(finite_numbers("x"))["x"].to_list() == [1.0, None, None, None]
    assert frame.select(HANDLING.missing_expression("x"))["x"].to_list() == [False] + [True] * 3
