from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import polars as pl

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.columns import SourceColumns, check_columns

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]

RANDOM = np.random.default_rng(0)
N_ROWS = 500
CLEAN = {
    "height": RANDOM.normal(size=N_ROWS),
    "count": RANDOM.integers(0, 40, N_ROWS),
    "population": RANDOM.choice(10_000_000, N_ROWS, replace=False),
    "city": RANDOM.choice(["Rome", "Oslo", "Bern"], N_ROWS),
    "gain": np.where(np.arange(N_ROWS) % 50 == 0, 1.0, 0.0),
    "empty": pl.Series([None] * 200 + [1.5, 2.5, 3.5] * 100),
}


def columns(*categories: str, **more: object) -> SourceColumns:
    frame = pl.DataFrame({**CLEAN, **more})  # type: ignore[arg-type]
    return SourceColumns(frame, frozenset({"city", *categories}), N_ROWS)


def test_ordinary_columns_are_no_finding(found: Found) -> None:
    assert not found(check_columns(columns()))


def test_identifiers_are_categories_that_never_repeat_and_numbers_that_count(
    found: Found,
) -> None:
    given = columns(
        "key", key=[f"k{index}" for index in range(N_ROWS)], number=np.arange(N_ROWS)[::-1] + 1000
    )
    (one,) = found(check_columns(given)).values()
    assert one.id == "identifier-column"
    assert one.numbers["columns"] == {"key": "category", "number": "number"}
    assert "'key', 'number' have a value of its own" in one.message


def test_a_column_with_one_value_in_nearly_all_rows(found: Found) -> None:
    rare = np.zeros(N_ROWS)
    rare[:2] = 1
    missing = pl.Series([1.0, 2.0] + [None] * (N_ROWS - 2))
    (one,) = found(check_columns(columns(rare=rare, missing=missing))).values()
    assert one.id == "low-variance"
    assert one.numbers["shares"] == {"rare": 0.996, "missing": 0.996}


def test_columns_that_say_the_same(found: Found) -> None:
    given = columns(
        "code",
        code=pl.Series(CLEAN["city"]).replace({"Rome": "r", "Oslo": "o", "Bern": "b"}),
        half=-CLEAN["height"] / 2 + 3 + RANDOM.normal(size=N_ROWS) * 1e-3,
        twice=CLEAN["count"] * 2,
    )
    (one,) = found(check_columns(given)).values()
    assert one.id == "duplicate-columns"
    assert sorted(map(tuple, one.numbers["pairs"])) == [
        ("city", "code"),
        ("count", "twice"),
        ("height", "half"),
    ]


def test_columns_that_nearly_say_the_same_are_no_finding(found: Found) -> None:
    given = columns(
        noisy=CLEAN["height"] + RANDOM.normal(size=N_ROWS) * 0.1, other=RANDOM.normal(size=N_ROWS)
    )
    assert not found(check_columns(given))


def test_few_rows_say_nothing(found: Found) -> None:
    frame = pl.DataFrame({"key": [str(index) for index in range(99)]})
    assert not found(check_columns(SourceColumns(frame, frozenset({"key"}), 99)))


def test_hostile_names_and_values(found: Found) -> None:
    frame = pl.DataFrame(
        {
            "^.*$": [float("nan"), float("inf"), 1.0, 2.0] * 50,
            "*": [True, False, None, True] * 50,
            "\n": pl.Series([None] * 200, dtype=pl.String),
        }
    )
    given = SourceColumns(frame, frozenset({"*", "\n"}), 200)
    assert set(found(check_columns(given))) == {"low-variance"}
