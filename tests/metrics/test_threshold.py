from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hornbook.metrics import (
    CostMatrix,
    MetricSettings,
    RankedScores,
    best_threshold,
    binary_metrics,
    is_positive,
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("metric", ["Accuracy", "F1 Score", "Cost Matrix Gain"])
@pytest.mark.parametrize("seed", range(4))
def test_no_other_threshold_is_better(seed: int, metric: str, weighted: bool, dtype: Any) -> None:
    random = np.random.default_rng(seed)
    truth = random.random(120) < 0.3
    probability: NDArray[np.floating[Any]] = np.clip(
        0.25 * truth + 0.7 * random.random(120), 0, 1
    ).astype(dtype)
    if seed % 2:
        probability = probability.round(1)
    ranked = RankedScores(truth, probability, random.random(120) if weighted else None)
    settings = MetricSettings(CostMatrix(2.0, 0.1, -0.7, -0.2))
    threshold = best_threshold(ranked, metric, settings.cost_matrix)
    reached = binary_metrics(ranked, threshold, settings)[metric]
    tried = np.concatenate((np.linspace(0, 1, 301), probability))
    others = [binary_metrics(ranked, float(t), settings)[metric] for t in tried]
    assert reached == pytest.approx(max(others), abs=1e-12)
    assert 0 <= threshold <= 1
    assert threshold not in probability.tolist()


@pytest.mark.parametrize(
    "metric", ["Precision", "Recall", "Log Loss", "ROC AUC", "Custom score", "Cumulative Lift"]
)
def test_other_metrics_take_the_threshold_of_f1(metric: str) -> None:
    random = np.random.default_rng(0)
    ranked = RankedScores(random.random(90) < 0.2, random.random(90))
    assert best_threshold(ranked, metric) == best_threshold(ranked, "F1 Score")


def test_midway_between_neighbours() -> None:
    ranked = RankedScores(np.array([False, True]), np.array([0.25, 0.75]))
    assert best_threshold(ranked, "Accuracy") == 0.5


def test_of_equals_the_nearest_to_one_half() -> None:
    # One row is wrong with two cuts: below the first row, and below the third.
    truth = np.array([True, False, True, False])
    ranked = RankedScores(truth, np.array([0.9, 0.7, 0.4, 0.0]))
    assert best_threshold(ranked, "Accuracy") == pytest.approx(0.2)
    ranked = RankedScores(truth, np.array([0.7, 0.5, 0.1, 0.0]))
    assert best_threshold(ranked, "Accuracy") == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("positive", "scores", "expected"),
    [
        (True, [0.8, 0.6], 0.3),
        (False, [0.8, 0.6], 0.9),
        (True, [0.0, 0.0], 0.0),
        (False, [1.0, 1.0], 0.5),
    ],
)
def test_one_class_only(positive: bool, scores: list[float], expected: float) -> None:
    ranked = RankedScores(np.full(2, positive), np.array(scores))
    threshold = best_threshold(ranked, "Accuracy")
    assert threshold == pytest.approx(expected)
    reached = binary_metrics(ranked, threshold)["Accuracy"]
    assert reached == (0 if scores == [1.0, 1.0] else 1)


def test_neighbouring_floats_are_still_cut() -> None:
    low = np.float32(0.3)
    probability = np.array([low, np.nextafter(low, np.float32(1))])
    threshold = best_threshold(RankedScores(np.array([False, True]), probability), "Accuracy")
    assert is_positive(probability, threshold).tolist() == [False, True]


def test_scores_outside_of_probabilities_do_not_fail() -> None:
    truth = np.array([False, True])
    for scores in ([-5.0, 7.0], [-5.0, 20.0], [-0.2, 0.1]):
        ranked = RankedScores(truth, np.array(scores))
        threshold = best_threshold(ranked, "Accuracy")
        assert 0 <= threshold <= 1
        assert binary_metrics(ranked, threshold)["Accuracy"] == 1
    for scores in ([4.0, 9.0], [-9.0, -4.0]):
        assert 0 <= best_threshold(RankedScores(truth, np.array(scores)), "Accuracy") <= 1
