"""Diagnostics of the target: drift between train and test, imbalance, too many classes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity
from hornbook.metrics.drift import chi_square, kolmogorov_smirnov

__all__ = ["TargetRows", "check_target"]

DRIFT_P_VALUE = 0.05
SMALL_DRIFT = 0.1
LARGEST_IMBALANCE = 20
MANY_CLASSES = 100
FEWEST_ROWS_A_CLASS = 10
_MOST_NAMED = 5


@dataclass(frozen=True)
class TargetRows:
    """The target of one output.

    Attributes:
        train: values or class codes of the train rows, shape `(n_rows,)`.
        test: of the test rows.
        classes: in the order of their codes; `None` for values.
    """

    train: NDArray[Any]
    test: NDArray[Any]
    classes: Sequence[Any] | None = None


def check_target(target: TargetRows) -> Iterator[Diagnostic]:
    """Looks at the target."""
    if target.classes is None:
        yield from _drift_of_values(target)
        return
    n_classes = len(target.classes)
    train, test = (np.bincount(codes, minlength=n_classes) for codes in (target.train, target.test))
    yield from _drift_of_classes(train, test, target.classes)
    yield from _imbalance(train, target.classes)
    yield from _many_classes(train)


def _drift_of_values(target: TargetRows) -> Iterator[Diagnostic]:
    """The two-sample test of Kolmogorov and Smirnov."""
    statistic, p_value = kolmogorov_smirnov(target.train, target.test)
    if p_value < DRIFT_P_VALUE:
        means = [float(np.mean(values, dtype=np.float64)) for values in (target.train, target.test)]
        yield _drift(
            f"the mean is {means[0]:.4g} in the train set and {means[1]:.4g} in the test set",
            "Kolmogorov-Smirnov",
            p_value,
            statistic,
            {"train_mean": means[0], "test_mean": means[1]},
        )


def _drift_of_classes(
    train: NDArray[Any], test: NDArray[Any], classes: Sequence[Any]
) -> Iterator[Diagnostic]:
    """Pearson's chi-squared test; how large the drift is says Cramér's V."""
    present = (train + test) > 0
    counts = np.stack([train[present], test[present]])
    if counts.shape[1] < 2 or not counts.sum(axis=1).all():
        return
    statistic, p_value = chi_square(counts[0], counts[1])
    if p_value >= DRIFT_P_VALUE:
        return
    shares = counts / counts.sum(axis=1, keepdims=True)
    most = int(np.abs(shares[0] - shares[1]).argmax())
    label = classes[int(np.flatnonzero(present)[most])]
    yield _drift(
        f"{label!r} is {shares[0, most]:.1%} of the train set and {shares[1, most]:.1%} of the "
        "test set",
        "chi-squared",
        p_value,
        math.sqrt(statistic / counts.sum()),
        {"class": label, "train_share": shares[0, most], "test_share": shares[1, most]},
    )


def _drift(
    difference: str, test: str, p_value: float, effect: float, numbers: dict[str, Any]
) -> Diagnostic:
    large = effect >= SMALL_DRIFT
    return Diagnostic(
        DiagnosticId.TARGET_DRIFT,
        Severity.WARNING if large else Severity.INFO,
        f"The target is distributed otherwise in the test set than in the train set: {difference} "
        f"({test} test, p = {p_value:.2g})." + ("" if large else " The difference is small."),
        "If rows are split at random, set [split] stratify = true. If the test set is later "
        "than the train set, this is what awaits the model: train on newer rows.",
        {"p_value": p_value, "effect": effect, "test": test, **numbers},
    )


def _imbalance(train: NDArray[Any], classes: Sequence[Any]) -> Iterator[Diagnostic]:
    present = np.flatnonzero(train)
    if len(present) < 2:
        return
    rarest = int(present[train[present].argmin()])
    most = int(train.argmax())
    ratio = float(train[most] / train[rarest])
    if ratio >= LARGEST_IMBALANCE:
        yield Diagnostic(
            DiagnosticId.IMBALANCE,
            Severity.WARNING,
            f"{classes[most]!r} has {ratio:,.0f} times the train rows of {classes[rarest]!r} "
            f"({train[most]:,} and {train[rarest]:,}). Accuracy says little here.",
            "Keep [weights] class_weights = true, choose the epoch by Average Precision or F1 "
            "Score, and bring more rows of the rare classes.",
            {
                "ratio": ratio,
                "rarest": classes[rarest],
                "rarest_rows": int(train[rarest]),
                "most_frequent": classes[most],
                "most_frequent_rows": int(train[most]),
            },
        )


def _many_classes(train: NDArray[Any]) -> Iterator[Diagnostic]:
    n_classes, n_rows = len(train), int(train.sum())
    rare = int((train < FEWEST_ROWS_A_CLASS).sum())
    if n_classes > MANY_CLASSES or (n_classes > 2 and n_rows < FEWEST_ROWS_A_CLASS * n_classes):
        yield Diagnostic(
            DiagnosticId.MANY_CLASSES,
            Severity.WARNING,
            f"The target has {n_classes:,} classes for {n_rows:,} train rows; {rare:,} of them "
            f"have fewer than {FEWEST_ROWS_A_CLASS} rows.",
            "Join rare classes in the data, leave their rows out, or predict the target as a "
            "number if that is what it is.",
            {"classes": n_classes, "train_rows": n_rows, "rare_classes": rare},
        )
