from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as sk

from hornbook.metrics import RankedScores, precision_recall_curve, roc_curve


def ranked_rows(n: int) -> tuple[RankedScores, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    truth = random.random(n) < 0.2
    probability = 0.3 * truth + 0.7 * random.random(n)
    return RankedScores(truth, probability), truth, probability


def test_roc_points_are_those_of_scikit_learn() -> None:
    ranked, truth, probability = ranked_rows(300)
    curve = roc_curve(ranked)
    assert curve is not None
    false_rate, true_rate, _ = sk.roc_curve(truth, probability, drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, false_rate)
    np.testing.assert_allclose(curve.true_positive_rate, true_rate)
    assert np.isnan(curve.thresholds[0])


def test_precision_recall_points_are_those_of_scikit_learn() -> None:
    ranked, truth, probability = ranked_rows(300)
    curve = precision_recall_curve(ranked)
    assert curve is not None
    precision, recall, thresholds = sk.precision_recall_curve(truth, probability)
    np.testing.assert_allclose(curve.precision, precision[:-1][::-1])
    np.testing.assert_allclose(curve.recall, recall[:-1][::-1])
    np.testing.assert_allclose(curve.thresholds, thresholds[::-1])


def test_long_curves_are_thinned_without_changing_shape() -> None:
    ranked, _, _ = ranked_rows(20_000)
    roc, precision_recall = roc_curve(ranked), precision_recall_curve(ranked)
    assert roc is not None
    assert precision_recall is not None
    assert len(roc.thresholds) <= 500
    assert len(precision_recall.thresholds) <= 500
    assert (roc.false_positive_rate[0], roc.true_positive_rate[0]) == (0, 0)
    assert (roc.false_positive_rate[-1], roc.true_positive_rate[-1]) == (1, 1)
    thinned = np.trapezoid(roc.true_positive_rate, roc.false_positive_rate)
    assert thinned == pytest.approx(roc.area, abs=1e-3)
    assert precision_recall.recall[-1] == 1


def test_one_class_has_no_curve() -> None:
    ranked = RankedScores(np.ones(3, bool), np.arange(3.0))
    assert roc_curve(ranked) is None
    assert precision_recall_curve(ranked) is None
