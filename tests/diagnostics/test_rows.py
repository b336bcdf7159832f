from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.rows import RowCounts, check_rows

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]


def test_enough_rows_are_no_finding(found: Found) -> None:
    assert not found(check_rows(RowCounts(train=1000, test=400, dropped=1400)))


def test_a_small_test_set_says_how_far_a_share_may_be_off(found: Found) -> None:
    (one,) = found(check_rows(RowCounts(train=5000, test=100))).values()
    assert one.id == "small-test-set"
    assert one.numbers["margin"] == pytest.approx(0.1)
    assert "100 rows" in one.message
    assert "10 points" in one.message


def test_a_small_train_set(found: Found) -> None:
    (one,) = found(check_rows(RowCounts(train=999, test=400))).values()
    assert (one.id, one.numbers["train_rows"]) == ("small-train-set", 999)


def test_dropped_rows_name_the_columns_the_worst_first(found: Found) -> None:
    counts = RowCounts(train=2000, test=500, validation=500, dropped=3001)
    (one,) = found(check_rows(counts, lambda: {"a": 1, "b": 3000, "c": 0})).values()
    assert one.id == "dropped-rows"
    assert "3,001 of 6,001 rows" in one.message
    assert "by column: 'b' (3,000), 'a' (1)." in one.message
