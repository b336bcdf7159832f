"""The metrics of a predicted probability of the positive class, all from one sort."""

from __future__ import annotations

from hornbook.metrics.ranked_scores import ConfusionCounts, RankedScores
from hornbook.metrics.settings import CostMatrix, MetricSettings

__all__ = ["binary_metrics", "cost_matrix_gain"]


def binary_metrics(
    ranked: RankedScores, threshold: float, settings: MetricSettings | None = None
) -> dict[str, float]:
    """Accuracy, Precision, Recall, F1 Score, Cost Matrix Gain and the ranking metrics, in order.

    A row is predicted positive when its probability is at or above the threshold. A ratio over
    nothing (Precision when nothing is predicted positive, Recall and F1 Score without positives)
    is 0. ROC AUC and Average Precision are NaN when the truth holds one class only, Cumulative
    Lift when it holds no positive.

    Args:
        ranked: the probabilities of the positive class, ranked.
        threshold: in 0 … 1.
        settings: gains and the share of the lift; the defaults when absent.

    Example:
        >>> import numpy as np
        >>> ranked = RankedScores(np.array([False, True, True]), np.array([0.1, 0.3, 0.9]))
        >>> binary_metrics(ranked, 0.5)["Recall"], binary_metrics(ranked, 0.2)["Recall"]
        (0.5, 1.0)
    """
    settings = settings or MetricSettings()
    counts = ranked.counts_at(threshold)
    true, false = counts.true_positive, counts.false_positive
    total = ranked.positives + ranked.negatives
    return {
        "Accuracy": (true + counts.true_negative) / total,
        "Precision": _ratio(true, true + false),
        "Recall": _ratio(true, ranked.positives),
        "F1 Score": _ratio(2 * true, true + false + ranked.positives),
        "Cost Matrix Gain": cost_matrix_gain(counts, settings.cost_matrix),
        "Log Loss": ranked.log_loss(),
        "Cumulative Lift": ranked.cumulative_lift(settings.lift_share),
        "ROC AUC": ranked.roc_auc(),
        "Average Precision": ranked.average_precision(),
    }


def cost_matrix_gain(counts: ConfusionCounts, cost_matrix: CostMatrix) -> float:
    """Mean gain of a row, weighted where the counts are.

    Example:
        >>> cost_matrix_gain(ConfusionCounts(2, 1, 1, 0), CostMatrix())
        0.425
    """
    gain = (
        cost_matrix.true_positive * counts.true_positive
        + cost_matrix.false_positive * counts.false_positive
        + cost_matrix.true_negative * counts.true_negative
        + cost_matrix.false_negative * counts.false_negative
    )
    return gain / sum(counts)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
