from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    confusion_matrix,
    f1_score,
    matthews_corrcoef,
    roc_curve,
)

from hornbook.metrics import Calibration, CostMatrix, MetricSettings, PredictionType
from hornbook.metrics.calibration import SigmoidCurve
from hornbook.reports import BinaryReport, model_report

GAINS = "[metrics]\nlift_share = 0.25\n[metrics.cost_matrix]\nfalse_positive = -2.0\n"
SETTINGS = MetricSettings(CostMatrix(false_positive=-2.0), lift_share=0.25)


@pytest.fixture(params=["plain", "weighted", "calibrated", "two units", "rare"])
def kept(request, session, random):
    """A session, with the truth, the final probabilities and the weights of its rows."""
    n = 4_000
    odds = random.normal(-6 if request.param == "rare" else 0, 1, n)
    truth = (random.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int32)
    boast = 1 / (1 + np.exp(-3 * odds + random.normal(size=n)))
    raw = boast.astype(np.float32).astype(np.float64)
    weight = np.floor(random.exponential(2.0, n)) if request.param == "weighted" else None
    learnt = {}
    probability = raw
    if request.param == "calibrated":
        calibration = Calibration("sigmoid", (SigmoidCurve(0.4, -0.2),))
        learnt["calibration"] = calibration
        probability = calibration.apply(raw[:, None])[:, 0]
    outputs = np.column_stack([1 - raw, raw]) if request.param == "two units" else raw[:, None]
    folder = session(
        PredictionType.BINARY,
        truth,
        outputs,
        ("no", "yes"),
        learnt=learnt,
        weight=weight,
        settings=SETTINGS,
        design=GAINS,
    )
    return folder, truth, probability, weight


def test_figures_are_those_of_the_result(kept, measured):
    folder, *_ = kept
    report, metrics = model_report(folder), measured(folder)
    assert isinstance(report, BinaryReport)
    assert report.classes == ["no", "yes"]
    counts, at = report.counts, report.counts.chosen
    assert counts.thresholds[at] == report.threshold
    true, false = counts.true_positives[at], counts.false_positives[at]
    left, missed = counts.true_negatives[at], counts.false_negatives[at]
    total = true + false + left + missed
    gains = report.cost_weights
    gain = gains.true_positive * true + gains.true_negative * left
    gain += gains.false_positive * false + gains.false_negative * missed
    assert {
        "Accuracy": (true + left) / total,
        "Precision": true / (true + false) if true + false else 0.0,
        "Recall": true / (true + missed),
        "F1 Score": 2 * true / (2 * true + false + missed),
        "Cost Matrix Gain": gain / total,
        "Cumulative Lift": report.gain.lift_at_share,
        "ROC AUC": report.roc.auc,
        "Average Precision": report.precision_recall.average_precision,
        "Calibration Loss": report.calibration.loss,
    } == pytest.approx({name: value for name, value in metrics.items() if name != "Log Loss"})


def test_counts_are_those_of_scikit_learn(kept):
    folder, truth, probability, weight = kept
    counts = model_report(folder).counts
    thresholds = counts.thresholds
    assert thresholds == sorted(set(thresholds))
    assert len(thresholds) <= 501
    assert {0.0, 0.005, 0.5, 1.0} <= set(thresholds)
    for at in range(0, len(thresholds), 25):
        predicted = probability >= thresholds[at]
        expected = confusion_matrix(truth, predicted, labels=[0, 1], sample_weight=weight)
        assert [
            counts.true_negatives[at],
            counts.false_positives[at],
            counts.false_negatives[at],
            counts.true_positives[at],
        ] == pytest.approx(expected.ravel().tolist())
    middle = len(thresholds) // 2
    true, false = counts.true_positives[middle], counts.false_positives[middle]
    left, missed = counts.true_negatives[middle], counts.false_negatives[middle]
    predicted = probability >= thresholds[middle]
    f1 = f1_score(truth, predicted, sample_weight=weight)
    assert 2 * true / (2 * true + false + missed) == pytest.approx(f1)
    product = (true + false) * (true + missed) * (left + false) * (left + missed)
    mcc = (true * left - false * missed) / np.sqrt(product) if product else 0.0
    assert mcc == pytest.approx(matthews_corrcoef(truth, predicted, sample_weight=weight))


def test_curves_are_on_those_of_scikit_learn(kept):
    folder, truth, probability, weight = kept
    report = model_report(folder)
    roc = report.roc
    false, true, _ = roc_curve(truth, probability, sample_weight=weight, drop_intermediate=False)
    assert len(roc.true_positive_rate) == len(roc.thresholds) <= 500
    assert (roc.false_positive_rate[0], roc.true_positive_rate[0]) == (0, 0)
    assert (roc.false_positive_rate[-1], roc.true_positive_rate[-1]) == (1, 1)
    assert roc.thresholds[0] is None
    points = set(zip(false.round(9), true.round(9), strict=True))
    drawn = np.round([roc.false_positive_rate, roc.true_positive_rate], 9)
    assert set(zip(*drawn, strict=True)) <= points
    # Thinned, it still covers the same area.
    assert np.trapezoid(roc.true_positive_rate, roc.false_positive_rate) == pytest.approx(
        roc.auc, abs=2e-3
    )
    curve = report.precision_recall
    assert curve.recall == sorted(curve.recall)
    assert curve.recall[-1] == 1


def test_gain_and_lift_go_with_the_share_of_rows(kept):
    folder, truth, probability, weight = kept
    gain = model_report(folder).gain
    assert gain.lift_share == 0.25
    assert gain.lift[gain.share_of_rows.index(0.25)] == pytest.approx(gain.lift_at_share)
    assert (gain.gain[0], gain.gain[-1], gain.lift[-1]) == pytest.approx((0, 1, 1))
    assert len(gain.gain) == len(gain.lift) == len(gain.share_of_rows) <= 502
    weight = np.ones(len(truth)) if weight is None else weight
    order = np.argsort(-probability)
    taken = np.cumsum(weight[order]) / weight.sum()
    found = np.cumsum((weight * truth)[order]) / (weight * truth).sum()
    np.testing.assert_allclose(
        gain.gain, np.interp(gain.share_of_rows, [0, *taken], [0, *found]), atol=2e-3
    )


def test_calibration_and_density_hold_all_rows(kept):
    folder, truth, probability, weight = kept
    report = model_report(folder)
    weight = np.ones(len(truth)) if weight is None else weight
    assert sum(report.calibration.weight) == pytest.approx(weight.sum())
    density = report.density
    assert (density.edges[0], density.edges[-1], len(density.edges)) == (0, 1, 101)
    for shares, chosen in ((density.positive, truth == 1), (density.negative, truth == 0)):
        assert sum(shares) == pytest.approx(1)
        expected, _ = np.histogram(probability[chosen], 100, (0, 1), weights=weight[chosen])
        # A number on a border may be rounded into the next bin.
        np.testing.assert_allclose(
            np.cumsum(shares), np.cumsum(expected) / expected.sum(), atol=2e-3
        )


def test_rows_that_do_not_count_are_told(session):
    folder = session(
        PredictionType.BINARY,
        [0, 1, 1, 0],
        [[0.2], [0.7], [0.9], [0.4]],
        (False, True),
        weight=np.array([1.0, 2.0, 0.0, 1.0]),
    )
    report = model_report(folder)
    assert (report.rows, report.left_out_rows, report.weighted) == (3, 1, True)
    assert report.classes == ["False", "True"]
    assert report.counts.true_positives[0] == 2.0


def test_one_class_alone_has_no_curves(session):
    folder = session(PredictionType.BINARY, [0, 0], [[0.2], [1.5]], ("a", "b"))
    report = model_report(folder)
    assert report.roc is report.precision_recall is report.gain is report.calibration is None
    assert report.density.edges[-1] == 1.5
    assert sum(report.density.positive) == 0
