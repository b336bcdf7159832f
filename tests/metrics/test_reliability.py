from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from hornbook.metrics import Measurer, PredictionType, RankedScores, Reliability
from hornbook.metrics.reliability import calibration_loss, top_class_calibration_loss


def test_the_curve_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    probability = random.random(2_000).round(2)  # Many on the borders of bins.
    truth = random.random(2_000) < probability**2
    curve = Reliability.of(probability, truth.astype(float), np.ones(2_000), n_bins=10)
    frequency, mean = calibration_curve(truth, probability, n_bins=10, strategy="uniform")
    np.testing.assert_allclose(curve.frequency, frequency)
    np.testing.assert_allclose(curve.probability, mean)
    assert curve.weight.sum() == 2_000


@pytest.mark.parametrize("weighted", [False, True])
def test_the_loss_is_the_mean_distance_from_the_diagonal(weighted: bool) -> None:
    random = np.random.default_rng(1)
    probability = random.random(500)
    truth = random.random(500) < probability / 2
    weight = random.random(500) if weighted else np.ones(500)
    expected = 0.0
    for low in np.arange(10) / 10:
        inside = (probability > low) & (probability <= low + 0.1)
        if inside.any():
            claimed = np.average(probability[inside], weights=weight[inside])
            found = np.average(truth[inside], weights=weight[inside])
            expected += weight[inside].sum() * abs(claimed - found)
    ranked = RankedScores(truth, probability, weight if weighted else None)
    assert calibration_loss(ranked) == pytest.approx(expected / weight.sum())


def test_honest_probabilities_have_nearly_no_loss_and_boastful_ones_much() -> None:
    random = np.random.default_rng(2)
    probability = random.random(20_000)
    truth = random.random(20_000) < probability
    assert calibration_loss(RankedScores(truth, probability)) < 0.02
    boastful = np.where(probability > 0.5, 0.99, 0.01)
    # Of those called sure, three in four are right.
    assert calibration_loss(RankedScores(truth, boastful)) == pytest.approx(0.24, abs=0.02)


def test_several_classes_are_measured_by_the_predicted_one() -> None:
    truth = np.array([0, 1, 2, 2])
    probabilities = np.array([[0.6, 0.2, 0.2], [0.6, 0.4, 0.0], [0.0, 0.2, 0.8], [0.0, 0.3, 0.7]])
    # The bin of 0.6 is right half the time, those of 0.7 and 0.8 always.
    expected = (2 * 0.1 + 0.3 + 0.2) / 4
    assert top_class_calibration_loss(truth, probabilities) == pytest.approx(expected)
    weight = np.array([2.0, 0.0, 0.0, 1.0])
    expected = (2 * 0.4 + 0.3) / 3
    assert top_class_calibration_loss(truth, probabilities, weight) == pytest.approx(expected)
    measured = Measurer(PredictionType.MULTICLASS, metric="Calibration Loss").measure(
        truth, probabilities, weight
    )
    assert measured.value == pytest.approx(expected)


def test_what_is_no_probability_has_no_loss() -> None:
    assert math.isnan(calibration_loss(RankedScores(np.array([True, False]), np.array([2.0, 0.1]))))
    logits = np.array([[3.0, -2.0], [0.1, 0.2]])
    assert math.isnan(top_class_calibration_loss(np.array([0, 1]), logits))
    # Float32 sums of a softmax may pass 1 by rounding.
    above = np.array([1 + 1e-6, 0.1], dtype=np.float32)
    assert calibration_loss(RankedScores(np.array([True, False]), above)) == pytest.approx(
        0.05, abs=1e-6
    )
