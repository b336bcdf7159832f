from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from scipy import stats

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.target import TargetRows, check_target

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]

RANDOM = np.random.default_rng(0)


def test_values_drawn_alike_are_no_drift(found: Found) -> None:
    values = RANDOM.normal(size=5000)
    assert not found(check_target(TargetRows(values[:4000], values[4000:])))


def test_values_that_moved_are_a_drift(found: Found) -> None:
    train, test = RANDOM.normal(size=4000), RANDOM.normal(0.5, size=1000)
    (one,) = found(check_target(TargetRows(train, test))).values()
    assert (one.id, one.severity) == ("target-drift", "warning")
    assert one.numbers["p_value"] == pytest.approx(stats.ks_2samp(train, test, method="asymp")[1])
    assert one.numbers["test_mean"] == pytest.approx(test.mean())


def test_classes_in_the_same_shares_are_no_drift(found: Found) -> None:
    codes = np.arange(5000) % 3
    assert not found(check_target(TargetRows(codes[:4000], codes[4000:], "abc")))


def test_classes_in_other_shares_are_a_drift(found: Found) -> None:
    train, test = np.arange(4000) % 4 // 3, np.arange(1000) % 2
    (one,) = found(check_target(TargetRows(train, test, ["no", "yes"]))).values()
    assert (one.id, one.severity) == ("target-drift", "warning")
    assert one.numbers["train_share"] in (0.25, 0.75)
    assert one.numbers["test_share"] == 0.5


def test_a_small_drift_of_many_rows_is_worth_a_note_only(found: Found) -> None:
    train = RANDOM.random(200_000) < 0.5
    test = RANDOM.random(200_000) < 0.51
    target = TargetRows(train.astype(int), test.astype(int), ["no", "yes"])
    (one,) = found(check_target(target)).values()
    assert (one.id, one.severity) == ("target-drift", "info")
    assert one.numbers["effect"] < 0.1


def test_imbalance_counts_the_classes_that_have_rows(found: Found) -> None:
    train = np.repeat([0, 1], [2000, 100])
    (one,) = found(check_target(TargetRows(train, train, ["a", "b", "c"]))).values()
    assert (one.id, one.numbers["ratio"]) == ("imbalance", 20)
    assert "'a' has 20 times the train rows of 'b' (2,000 and 100)" in one.message
    train = np.repeat([0, 1], [1900, 100])
    assert not found(check_target(TargetRows(train, train, ["a", "b"])))


@pytest.mark.parametrize(("n_classes", "n_rows"), [(101, 101_000), (30, 299)])
def test_many_classes(found: Found, n_classes: int, n_rows: int) -> None:
    codes = np.arange(n_rows) % n_classes
    (one,) = found(check_target(TargetRows(codes, codes, range(n_classes)))).values()
    assert (one.id, one.numbers["classes"]) == ("many-classes", n_classes)


@pytest.mark.parametrize(("n_classes", "n_rows"), [(100, 10_000), (2, 12)])
def test_a_usual_number_of_classes(found: Found, n_classes: int, n_rows: int) -> None:
    codes = np.arange(n_rows) % n_classes
    assert not found(check_target(TargetRows(codes, codes, range(n_classes))))


def test_one_class_only_is_not_tested(found: Found) -> None:
    assert not found(check_target(TargetRows(np.zeros(9, int), np.zeros(9, int), ["a", "b"])))
