"""Each class, or label, against all the rest: figures and curves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import RankedScores
from hornbook.reports.histogram import ScoreDensity, score_density
from hornbook.reports.ranking_curves import PrecisionRecallSeries, RocSeries

__all__ = [
    "MOST_CURVES",
    "MOST_FIGURES",
    "ClassCurves",
    "ClassFigures",
    "class_curves",
    "class_figures",
    "most_weight",
]

MOST_FIGURES = 1000
MOST_CURVES = 20
_CURVE_POINTS = 300
_CURVE_BINS = 50


class ClassFigures(BaseModel):
    """How well one class or label is found; a ratio over nothing is 0."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="the class or label")
    support: FiniteFloat = Field(description="rows that are of it, or their weight")
    predicted: FiniteFloat = Field(description="rows predicted so, or their weight")
    true_positives: FiniteFloat = Field(description="rows that are both, or their weight")
    precision: FiniteFloat = Field(description="share of those predicted so that are of it")
    recall: FiniteFloat = Field(description="share of those of it that are predicted so")
    f1: FiniteFloat = Field(description="harmonic mean of precision and recall")


class ClassCurves(BaseModel):
    """The curves of one class or label against all the rest."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="the class or label")
    roc: RocSeries | None = Field(description="null where all rows are of it, or none")
    precision_recall: PrecisionRecallSeries | None = Field(
        description="null where all rows are of it, or none"
    )
    density: ScoreDensity = Field(
        description="how its probability spreads over the rows of it, and the others"
    )


def class_figures(
    names: list[str],
    codes: Iterable[int],
    support: NDArray[Any],
    predicted: NDArray[Any],
    found: NDArray[Any],
) -> list[ClassFigures]:
    """The figures of some classes, from the weight of the rows of each kind.

    Args:
        names: of all classes, `n_classes` of them.
        codes: of those wanted, in the order wanted.
        support: of the rows of each class, shape `(n_classes,)`.
        predicted: of the rows predicted so, same shape.
        found: of the rows that are both, same shape.
    """
    return [
        ClassFigures(
            name=names[code],
            support=support[code],
            predicted=predicted[code],
            true_positives=found[code],
            precision=_ratio(found[code], predicted[code]),
            recall=_ratio(found[code], support[code]),
            f1=_ratio(2 * found[code], support[code] + predicted[code]),
        )
        for code in codes
    ]


def class_curves(name: str, ranked: RankedScores) -> ClassCurves:
    """The curves of one class, at most 300 points each.

    Args:
        name: of the class.
        ranked: its probability.
    """
    return ClassCurves(
        name=name,
        roc=RocSeries.of(ranked, _CURVE_POINTS),
        precision_recall=PrecisionRecallSeries.of(ranked, _CURVE_POINTS),
        density=score_density(ranked, _CURVE_BINS),
    )


def most_weight(support: NDArray[Any], most: int) -> list[int]:
    """The codes of the classes with the most weight, in the order of their codes.

    Example:
        >>> most_weight(np.array([5, 1, 7, 5]), 2)
        [0, 2]
    """
    heaviest = np.argsort(-support, kind="stable")[:most]
    codes: list[int] = np.sort(heaviest).tolist()
    return codes


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
