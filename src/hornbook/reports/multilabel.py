"""What the pages draw of a model that predicts labels, of which a row has any number."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, FiniteFloat

from hornbook.metrics import LABEL_THRESHOLD, RankedScores
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

__all__ = ["MultilabelReport", "multilabel_report"]


class MultilabelReport(MeasuredRows):
    """Labels, each predicted where its own probability reaches the threshold."""

    kind: Literal["multilabel"] = "multilabel"
    labels: list[str] = Field(description="all labels, in the order of the network's outputs")
    threshold: FiniteFloat = Field(
        description="probability from which on a label is predicted, the same for all"
    )
    figures: list[ClassFigures] = Field(
        description="of each label at the threshold; of more than 1,000, of those with the most "
        "weight"
    )
    curves: list[ClassCurves] = Field(
        description="of each label; of more than 20, of those with the most weight"
    )


def multilabel_report(evaluated: EvaluatedOutput) -> MultilabelReport:
    """The report of an output with labels.

    Args:
        evaluated: its rows, only those that count.
    """
    truth, probabilities, weight = evaluated.truth > 0, evaluated.prediction, evaluated.weight
    names = evaluated.classes
    predicted = evaluated.predicted > 0
    weights = np.ones(len(truth)) if weight is None else weight
    support, marked, found = weights @ truth, weights @ predicted, weights @ (truth & predicted)
    return MultilabelReport(
        **evaluated.described,
        labels=names,
        threshold=LABEL_THRESHOLD,
        figures=class_figures(names, most_weight(support, MOST_FIGURES), support, marked, found),
        curves=[
            class_curves(names[at], RankedScores(truth[:, at], probabilities[:, at], weight))
            for at in most_weight(support, MOST_CURVES)
        ],
    )
