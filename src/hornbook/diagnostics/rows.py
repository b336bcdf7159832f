"""Diagnostics of the number of rows: to learn from, to measure on, and lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity

__all__ = ["RowCounts", "check_rows"]

FEWEST_TEST_ROWS = 400
FEWEST_TRAIN_ROWS = 1000
LARGEST_DROPPED_SHARE = 0.5
_MOST_NAMED = 5


@dataclass(frozen=True)
class RowCounts:
    """How many rows a training had.

    Attributes:
        train: learnt from.
        test: measured on at the end.
        validation: the epoch was chosen on, if that was not the test set.
        dropped: left out for a missing value in a feature that drops such rows.
    """

    train: int
    test: int
    validation: int = 0
    dropped: int = 0


def check_rows(
    counts: RowCounts, missing: Callable[[], Mapping[str, int]] = dict
) -> Iterator[Diagnostic]:
    """Looks at the number of rows.

    Args:
        counts: of the training.
        missing: counts the rows of the table without a value in each column whose feature
            drops such rows; called only where too many were dropped.
    """
    if counts.test < FEWEST_TEST_ROWS:
        # Two standard errors of a share near one half: sqrt(p (1 - p) / n) with p = 1/2.
        margin = 1 / math.sqrt(counts.test)
        yield Diagnostic(
            DiagnosticId.SMALL_TEST_SET,
            Severity.WARNING,
            f"The test set has {counts.test:,} rows. A share measured on so few, such as an "
            f"accuracy, may be off by {100 * margin:.0f} points either way.",
            "Raise [split] test_share, measure on folds, or bring more rows.",
            {"test_rows": counts.test, "fewest": FEWEST_TEST_ROWS, "margin": margin},
        )
    if counts.train < FEWEST_TRAIN_ROWS:
        yield Diagnostic(
            DiagnosticId.SMALL_TRAIN_SET,
            Severity.WARNING,
            f"The train set has {counts.train:,} rows, which is few for a network: another seed "
            "may give quite other numbers.",
            "Bring more rows, start from the weights of a trained model, or keep the network "
            "small, with dropout.",
            {"train_rows": counts.train, "fewest": FEWEST_TRAIN_ROWS},
        )
    usable = counts.train + counts.test + counts.validation + counts.dropped
    if counts.dropped > LARGEST_DROPPED_SHARE * usable:
        named = sorted(missing().items(), key=lambda item: -item[1])
        columns = ", ".join(f"'{name}' ({n:,})" for name, n in named[:_MOST_NAMED] if n)
        yield Diagnostic(
            DiagnosticId.DROPPED_ROWS,
            Severity.WARNING,
            f"{counts.dropped:,} of {usable:,} rows were left out for a missing value. Rows of "
            f"the table without one, by column: {columns}. The model knows complete rows only, "
            "and predicts no others.",
            'Give these columns missing = "impute", or reject them.',
            {"dropped": counts.dropped, "rows": usable, "missing": dict(named)},
        )
