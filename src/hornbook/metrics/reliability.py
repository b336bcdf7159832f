"""How far predicted probabilities are from the frequencies they claim."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.metrics.ranked_scores import RankedScores

__all__ = [
    "N_BINS",
    "Reliability",
    "calibration_loss",
    "labels_calibration_loss",
    "top_class_calibration_loss",
]

N_BINS = 10
"""Bins of equal width from 0 to 1, as in the papers that compare networks."""


@dataclass(frozen=True)
class Reliability:
    """The calibration curve: rows gathered into bins of equal width by their probability.

    Only bins that hold rows are there, lowest probability first.

    Attributes:
        probability: the mean probability in each bin, shape `(n_bins,)`.
        frequency: the share of rows in it that are of the class.
        weight: its rows, or their weight.

    Example:
        >>> curve = Reliability.of(np.array([0.1, 0.1, 0.9]), np.array([0.0, 1.0, 1.0]), np.ones(3))
        >>> curve.probability, curve.frequency, curve.weight
        (array([0.1, 0.9]), array([0.5, 1. ]), array([2., 1.]))
        >>> round(curve.loss, 3)
        0.3
    """

    probability: NDArray[np.float64]
    frequency: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        probability: NDArray[np.floating[Any]],
        hits: NDArray[np.floating[Any]],
        weight: NDArray[np.floating[Any]],
        n_bins: int = N_BINS,
    ) -> Reliability:
        """The curve of some rows, or of groups of rows that share a probability.

        Args:
            probability: in 0 … 1, shape `(n,)`.
            hits: the weight of the rows that are of the class, same shape.
            weight: the weight of all rows, same shape, at least one above 0.
            n_bins: into how many bins 0 … 1 is cut; a probability on a border counts below it.
        """
        given = probability.astype(np.float64, copy=False)
        borders = np.linspace(0.0, 1.0, n_bins + 1)[1:-1]
        bins = np.searchsorted(borders, given)
        weights = np.bincount(bins, weights=weight, minlength=n_bins).astype(np.float64)
        claimed = np.bincount(bins, weights=weight * given, minlength=n_bins)
        found = np.bincount(bins, weights=hits, minlength=n_bins)
        filled = weights > 0
        kept = weights[filled]
        return cls(claimed[filled] / kept, found[filled] / kept, kept)

    @property
    def loss(self) -> float:
        """Mean distance of the curve from the diagonal, each bin by its weight.

        The expected calibration error of Naeini, Cooper and Hauskrecht, "Obtaining well
        calibrated probabilities using Bayesian binning", AAAI 2015.
        """
        return float(np.average(np.abs(self.probability - self.frequency), weights=self.weight))


def calibration_loss(ranked: RankedScores) -> float:
    """The expected calibration error of probabilities of one class; NaN outside 0 … 1.

    Example:
        >>> calibration_loss(RankedScores(np.array([True, False]), np.array([0.75, 0.75])))
        0.25
    """
    if not _are_probabilities(ranked.scores[-1], ranked.scores[0], ranked.scores.dtype):
        return math.nan
    hits = np.diff(ranked.true_positives)
    return Reliability.of(ranked.scores, hits, hits + np.diff(ranked.false_positives)).loss


def top_class_calibration_loss(
    y_true: NDArray[np.integer[Any]],
    probabilities: NDArray[np.floating[Any]],
    sample_weight: NDArray[np.floating[Any]] | None = None,
) -> float:
    """The expected calibration error of the most probable class of each row; NaN outside 0 … 1.

    How often the predicted class is right, against the probability it was given: Guo, Pleiss,
    Sun and Weinberger, "On calibration of modern neural networks", ICML 2017.

    Args:
        y_true: class codes, shape `(n_rows,)`.
        probabilities: shape `(n_rows, n_classes)`, finite.
        sample_weight: weights of shape `(n_rows,)`, none negative, at least one above 0.
    """
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(y_true)), predicted]
    if not _are_probabilities(confidence.min(), confidence.max(), confidence.dtype):
        return math.nan
    weight = np.ones(len(y_true)) if sample_weight is None else sample_weight
    return Reliability.of(confidence, weight * (predicted == y_true), weight).loss


def labels_calibration_loss(
    y_true: NDArray[np.integer[Any]],
    probabilities: NDArray[np.floating[Any]],
    sample_weight: NDArray[np.floating[Any]] | None = None,
) -> float:
    """The expected calibration error of the probabilities of all labels; NaN outside 0 … 1.

    Args:
        y_true: zeros and ones, shape `(n_rows, n_labels)`.
        probabilities: same shape, finite.
        sample_weight: weights of shape `(n_rows,)`, none negative, at least one above 0.
    """
    if not _are_probabilities(probabilities.min(), probabilities.max(), probabilities.dtype):
        return math.nan
    weight = np.ones(len(y_true)) if sample_weight is None else sample_weight
    weights = np.repeat(weight, y_true.shape[1])
    return Reliability.of(probabilities.ravel(), weights * y_true.ravel(), weights).loss


def _are_probabilities(lowest: float, highest: float, dtype: np.dtype[Any]) -> bool:
    rounding = math.sqrt(float(np.finfo(dtype).eps))
    return bool(lowest >= -rounding and highest <= 1 + rounding)
