"""What the pages draw of a model that predicts one of several classes."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import RankedScores, confusion_matrix
from hornbook.reports.class_figures import (
    MOST_CURVES,
    MOST_FIGURES,
    ClassCurves,
    ClassFigures,
    class_curves,
    class_figures,
    most_weight,
)
from hornbook.reports.evaluated_output import EvaluatedOutput, MeasuredRows

__all__ = ["ConfusionTable", "MulticlassReport", "multiclass_report"]

_MOST_CONFUSED = 50


class ConfusionTable(BaseModel):
    """How much weight of each true class was predicted as each; without weights, rows.

    Of many classes the 50 with the most weight are shown, the rest are gathered as others.
    """

    model_config = ConfigDict(frozen=True)

    classes: list[str] = Field(description="the classes shown, in the order of the model's")
    matrix: list[list[FiniteFloat]] = Field(
        description="a row for each true class shown, in it a number for each predicted one"
    )
    predicted_as_others: list[FiniteFloat] = Field(
        description="of each true class shown, what was predicted as a class not shown"
    )
    others_predicted_as: list[FiniteFloat] = Field(
        description="of each predicted class shown, what is truly of a class not shown"
    )
    others: FiniteFloat = Field(description="truly and predicted of classes not shown")
    classes_not_shown: int = Field(description="how many they are; 0 where all are shown")


class MulticlassReport(MeasuredRows):
    """Several classes, of which the most probable is predicted, of equals the first."""

    kind: Literal["multiclass"] = "multiclass"
    classes: list[str] = Field(description="all classes, in the order of the network's outputs")
    confusion: ConfusionTable = Field(description="true classes against predicted ones")
    figures: list[ClassFigures] = Field(
        description="of each class; of more than 1,000, of those with the most weight"
    )
    curves: list[ClassCurves] = Field(
        description="each class against the rest; of more than 20, of those with the most weight"
    )


def multiclass_report(evaluated: EvaluatedOutput) -> MulticlassReport:
    """The report of an output with several classes.

    Args:
        evaluated: its rows, only those that count.
    """
    truth, probabilities, weight = evaluated.truth, evaluated.prediction, evaluated.weight
    names = evaluated.classes
    predicted = evaluated.predicted
    right = truth == predicted
    support, marked, found = (
        np.bincount(codes, weights=weights, minlength=len(names)).astype(np.float64)
        for codes, weights in (
            (truth, weight),
            (predicted, weight),
            (truth[right], None if weight is None else weight[right]),
        )
    )
    return MulticlassReport(
        **evaluated.described,
        classes=names,
        confusion=_confusion(evaluated, predicted, support),
        figures=class_figures(names, most_weight(support, MOST_FIGURES), support, marked, found),
        curves=[
            class_curves(names[code], RankedScores(truth == code, probabilities[:, code], weight))
            for code in most_weight(support, MOST_CURVES)
        ],
    )


def _confusion(
    evaluated: EvaluatedOutput, predicted: NDArray[np.integer[Any]], support: NDArray[np.float64]
) -> ConfusionTable:
    names, shown = evaluated.classes, most_weight(support, _MOST_CONFUSED)
    n_shown = len(shown)
    # All that are not shown share the last place.
    places = np.full(len(names), n_shown)
    places[shown] = np.arange(n_shown)
    matrix = confusion_matrix(
        places[evaluated.truth], places[predicted], n_shown + 1, evaluated.weight
    ).astype(np.float64)
    return ConfusionTable(
        classes=[names[code] for code in shown],
        matrix=matrix[:-1, :-1].tolist(),
        predicted_as_others=matrix[:-1, -1].tolist(),
        others_predicted_as=matrix[-1, :-1].tolist(),
        others=matrix[-1, -1],
        classes_not_shown=len(names) - n_shown,
    )
