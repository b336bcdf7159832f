"""Prediction intervals for regression, by split conformal prediction."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hornbook.errors import TrainingError
from hornbook.metrics.prediction_type import PredictionType
from hornbook.metrics.rows import checked_prediction, checked_values, checked_weights

__all__ = [
    "PredictionInterval",
    "cross_coverage",
    "fewest_rows",
    "fit_interval",
]


@dataclass(frozen=True)
class PredictionInterval:
    """The prediction, give or take `half_width`.

    Attributes:
        coverage: the share of new rows whose truth is meant to lie inside.
        half_width: in the target's unit, 0 or more.

    Example:
        >>> PredictionInterval(0.95, half_width=2.0).bounds(np.array([10.0]))
        (array([8.]), array([12.]))
    """

    coverage: float
    half_width: float

    def bounds(
        self, prediction: NDArray[np.floating[Any]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The lower and the upper end for each prediction, shape `(n_rows,)`."""
        given = prediction.astype(np.float64, copy=False)
        return given - self.half_width, given + self.half_width

    def measured_coverage(
        self, y_true: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """The share of rows, by weight, whose truth lies inside, ends included.

        Args:
            y_true: true values, shape `(n_rows,)`.
            prediction: the network's values, shape `(n_rows,)` or `(n_rows, 1)`.
            sample_weight: weights, shape `(n_rows,)`.
        """
        errors, weights = _errors(y_true, prediction, sample_weight)
        return float(np.average(errors <= self.half_width, weights=weights))

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, float]) -> PredictionInterval:
        """Reads what `to_json` gave."""
        return cls(**values)


def fewest_rows(coverage: float) -> int:
    """The least number of rows from which an interval of this coverage can be learnt.

    Example:
        >>> fewest_rows(0.95), fewest_rows(0.5)
        (19, 1)
    """
    return math.ceil(coverage / (1 - coverage) - 1e-9)


def fit_interval(
    coverage: float,
    y_true: ArrayLike,
    prediction: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> PredictionInterval:
    """The interval from the errors on rows that the network did not learn from.

    The half width is the `⌈(n + 1) · coverage⌉`-th smallest absolute error. If those n rows and a
    new one are drawn alike, the new one lies inside with a probability of at least `coverage`,
    and below `coverage + 1 / (n + 1)` where no two errors are equal: Lei, G'Sell, Rinaldo,
    Tibshirani and Wasserman, "Distribution-free predictive inference for regression", JASA 113,
    2018, theorem 2.2.

    With weights the quantile is that of the weighted errors and one error of infinite size and
    mean weight, after Tibshirani, Barber, Candès and Ramdas, "Conformal prediction under covariate
    shift", 2019, so that equal weights give the same as none.

    Args:
        coverage: above 0 and below 1.
        y_true: true values, shape `(n_rows,)`.
        prediction: the network's values, shape `(n_rows,)` or `(n_rows, 1)`, finite.
        sample_weight: weights, shape `(n_rows,)`.

    Raises:
        TrainingError: there are too few rows for the coverage, or a prediction is not finite.

    Example:
        >>> truth = np.arange(1.0, 20.0)
        >>> fit_interval(0.95, truth, np.zeros(19)).half_width
        19.0
        >>> fit_interval(0.96, truth, np.zeros(19))
        Traceback (most recent call last):
        ...
        hornbook.errors.TrainingError: 19 rows are too few for intervals that cover 0.96; \
they take 24 or more.
          Fix: Bring more held-out rows, or set a coverage of 0.95 or less.
    """
    if not 0 < coverage < 1:
        raise TrainingError(f"The coverage is {coverage!r}, expected one above 0 and below 1.")
    errors, weights = _errors(y_true, prediction, sample_weight)
    if not np.isfinite(errors).all():
        raise TrainingError("The network's prediction holds NaN or infinity; it diverged.")
    if weights is not None:
        errors, weights = errors[weights > 0], weights[weights > 0]
    n_rows = len(errors)
    order = np.argsort(errors)
    shares = np.full(n_rows, 1.0) if weights is None else weights[order] / weights.mean()
    # Sums of weights and 0.95 * 20 both round; a row must not be lost to that.
    reached = np.cumsum(shares) >= (n_rows + 1) * coverage - 1e-9 * n_rows
    if not reached.any():
        raise TrainingError(
            f"{n_rows} rows are too few for intervals that cover {coverage:g}; "
            f"they take {fewest_rows(coverage)} or more.",
            fix="Bring more held-out rows, or set a coverage of "
            f"{math.floor(n_rows / (n_rows + 1) * 100) / 100:g} or less.",
        )
    return PredictionInterval(coverage, float(errors[order][reached.argmax()]))


def cross_coverage(
    coverage: float,
    y_true: ArrayLike,
    prediction: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    seed: int,
) -> float:
    """The coverage on each half of the rows of an interval learnt from the other half.

    What an interval does on rows it was not learnt from, where there are no further rows to see
    it on.

    Args:
        coverage: above 0 and below 1.
        y_true: true values, shape `(n_rows,)`.
        prediction: the network's values, shape `(n_rows,)` or `(n_rows, 1)`, finite.
        sample_weight: weights, shape `(n_rows,)`.
        seed: draws the halves.

    Raises:
        TrainingError: half the rows are too few for the coverage.
    """
    errors, weights = _errors(y_true, prediction, sample_weight)
    order = np.random.default_rng(seed).permutation(len(errors))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    inside = np.empty(len(errors))
    for learnt, seen in (halves, halves[::-1]):
        own = None if weights is None else weights[learnt]
        interval = fit_interval(coverage, errors[learnt], np.zeros(len(learnt)), own)
        inside[seen] = errors[seen] <= interval.half_width
    return float(np.average(inside, weights=weights))


def _errors(
    y_true: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    predicted = checked_prediction(prediction, PredictionType.REGRESSION).astype(np.float64)
    truth = checked_values(y_true, len(predicted)).astype(np.float64)
    return np.abs(truth - predicted), checked_weights(sample_weight, len(predicted))
