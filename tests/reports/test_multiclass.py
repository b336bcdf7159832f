from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
)

from hornbook.metrics import PredictionType
from hornbook.reports import MulticlassReport, model_report


def probabilities(random, truth, n_classes):
    odds = random.normal(size=(len(truth), n_classes))
    odds[np.arange(len(truth)), truth] += 1.0
    raised = np.exp(odds)
    softmax = raised / raised.sum(axis=1, keepdims=True)
    return softmax.astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("weighted", [False, True])
def test_figures_are_those_of_scikit_learn_and_of_the_result(session, measured, random, weighted):
    truth = random.choice(4, 3_000, p=[0.5, 0.3, 0.15, 0.05]).astype(np.int32)
    raw = probabilities(random, truth, 4)
    weight = random.integers(0, 4, 3_000).astype(float) if weighted else None
    names = ("a", "b", "c", "d")
    folder = session(PredictionType.MULTICLASS, truth, raw, names, weight=weight)
    report, metrics = model_report(folder), measured(folder)
    assert isinstance(report, MulticlassReport)
    assert report.classes == [one.name for one in report.figures] == list(names)
    predicted = raw.argmax(axis=1)
    matrix = confusion_matrix(truth, predicted, sample_weight=weight)
    assert np.array(report.confusion.matrix) == pytest.approx(matrix)
    assert report.confusion.classes_not_shown == report.confusion.others == 0
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, sample_weight=weight
    )
    figures = report.figures
    assert [one.precision for one in figures] == pytest.approx(precision)
    assert [one.recall for one in figures] == pytest.approx(recall)
    assert [one.f1 for one in figures] == pytest.approx(f1)
    assert [one.support for one in figures] == pytest.approx(support)
    assert np.mean([one.f1 for one in figures]) == pytest.approx(metrics["F1 Score"])
    found = sum(one.true_positives for one in figures)
    assert found / sum(one.support for one in figures) == pytest.approx(metrics["Accuracy"])
    areas = [one.roc.auc for one in report.curves]
    assert areas[1] == pytest.approx(roc_auc_score(truth == 1, raw[:, 1], sample_weight=weight))
    assert np.mean(areas) == pytest.approx(metrics["ROC AUC"])
    precisions = [one.precision_recall.average_precision for one in report.curves]
    assert np.mean(precisions) == pytest.approx(metrics["Average Precision"])
    assert all(len(one.roc.true_positive_rate) <= 300 for one in report.curves)


def test_many_classes_are_told_but_not_drawn(session, random):
    truth = np.minimum(random.geometric(0.03, 5_000) - 1, 69).astype(np.int32)
    raw = probabilities(random, truth, 70)
    folder = session(PredictionType.MULTICLASS, truth, raw, tuple(range(70)))
    report = model_report(folder)
    confusion = report.confusion
    assert len(confusion.matrix) == len(confusion.classes) == 50
    assert confusion.classes_not_shown == 20
    assert len(report.curves) == 20
    assert len(report.figures) == 70
    total = np.sum(confusion.matrix) + np.sum(confusion.predicted_as_others)
    assert total + np.sum(confusion.others_predicted_as) + confusion.others == 5_000
    assert confusion.classes == sorted(confusion.classes, key=int)
    weight_of = {one.name: one.support for one in report.figures}
    for at, name in enumerate(confusion.classes):
        row = sum(confusion.matrix[at]) + confusion.predicted_as_others[at]
        assert row == weight_of[name]


def test_a_class_without_rows_has_no_curve(session):
    raw = [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]]
    report = model_report(session(PredictionType.MULTICLASS, [0, 1], raw, ("a", "b", "c")))
    assert report.curves[2].roc is None
    assert report.figures[2].precision == report.figures[2].recall == 0
