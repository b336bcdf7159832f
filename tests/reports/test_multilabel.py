from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

from hornbook.metrics import PredictionType
from hornbook.reports import MultilabelReport, model_report


@pytest.mark.parametrize("weighted", [False, True])
def test_figures_are_those_of_scikit_learn_and_of_the_result(session, measured, random, weighted):
    odds = random.normal(size=(2_000, 3)) - [0, 1, 2]
    truth = (random.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(np.float32)
    raw = (1 / (1 + np.exp(-odds))).astype(np.float32).astype(np.float64)
    weight = random.integers(0, 4, 2_000).astype(float) if weighted else None
    folder = session(PredictionType.MULTILABEL, truth, raw, ("a", "b", "c"), weight=weight)
    report, metrics = model_report(folder), measured(folder)
    assert isinstance(report, MultilabelReport)
    assert (report.labels, report.threshold) == (["a", "b", "c"], 0.5)
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, raw >= 0.5, sample_weight=weight, zero_division=0
    )
    assert [one.precision for one in report.figures] == pytest.approx(precision)
    assert [one.recall for one in report.figures] == pytest.approx(recall)
    assert [one.f1 for one in report.figures] == pytest.approx(f1)
    assert np.mean(f1) == pytest.approx(metrics["F1 Score"])
    for at, curves in enumerate(report.curves):
        area = roc_auc_score(truth[:, at], raw[:, at], sample_weight=weight)
        assert curves.roc.auc == pytest.approx(area)
        mean = average_precision_score(truth[:, at], raw[:, at], sample_weight=weight)
        assert curves.precision_recall.average_precision == pytest.approx(mean)
        assert len(curves.density.edges) == 51
