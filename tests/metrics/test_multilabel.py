"""The metrics of labels are those of scikit-learn."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from sklearn import metrics as sk

from hornbook.errors import TrainingError
from hornbook.metrics import Averaging, Measurer, PredictionType, metric_names, multilabel_metrics


@pytest.mark.parametrize("averaging", get_args(Averaging))
@pytest.mark.parametrize("weighted", [False, True])
def test_values_are_those_of_scikit_learn(weighted: bool, averaging: Averaging) -> None:
    random = np.random.default_rng(3)
    truth = (random.random((200, 4)) < [0.1, 0.5, 0.7, 0.3]).astype(int)
    scores = np.clip(truth * 0.3 + random.random((200, 4)) * 0.7, 0, 1)
    weight = random.random(200) if weighted else None
    predicted = (scores >= 0.5).astype(int)
    found = multilabel_metrics(truth, scores, weight, averaging)
    options = {"sample_weight": weight}
    mean = {**options, "average": averaging, "zero_division": 0}
    expected = {
        "Accuracy": sk.accuracy_score(truth, predicted, **options),
        "Precision": sk.precision_score(truth, predicted, **mean),
        "Recall": sk.recall_score(truth, predicted, **mean),
        "F1 Score": sk.f1_score(truth, predicted, **mean),
        "Log Loss": np.mean([sk.log_loss(truth[:, k], scores[:, k], **options) for k in range(4)]),
        "ROC AUC": sk.roc_auc_score(truth, scores, average=averaging, **options),
        "Average Precision": sk.average_precision_score(
            truth, scores, average=averaging, **options
        ),
    }
    assert list(found) == list(expected)
    np.testing.assert_allclose(list(found.values()), list(expected.values()), rtol=1e-9)


def test_a_label_that_all_rows_have_is_left_out_of_the_ranking() -> None:
    truth = np.array([[1, 0], [1, 1]])
    found = multilabel_metrics(truth, np.array([[0.9, 0.2], [0.8, 0.7]]))
    assert found["ROC AUC"] == 1.0
    alone = multilabel_metrics(truth[:, :1], np.array([[0.9], [0.8]]))
    assert math.isnan(alone["ROC AUC"])


def test_rows_without_any_label_have_ratios_over_nothing() -> None:
    found = multilabel_metrics(np.zeros((2, 2)), np.full((2, 2), 0.7), averaging="weighted")
    assert (found["Precision"], found["Recall"], found["Accuracy"]) == (0.0, 0.0, 0.0)
    assert math.isnan(found["ROC AUC"])


def test_the_measurer_measures_labels() -> None:
    measurer = Measurer(PredictionType.MULTILABEL, metric="F1 Score", classes=("a", "b"))
    measured = measurer.measure([[1, 0], [0, 1]], np.array([[0.9, 0.1], [0.2, 0.8]]))
    assert measured.value == 1.0
    assert measured.threshold is None
    names = metric_names(PredictionType.MULTILABEL)[:-1]
    assert tuple(measured.metrics) == (*names, "Calibration Loss")
    assert measured.metrics["Calibration Loss"] == pytest.approx(0.15)
    with pytest.raises(TrainingError, match="holds 2"):
        measurer.measure([[2, 0]], np.array([[0.9, 0.1]]))
    with pytest.raises(TrainingError, match=r"expect \(n_rows, 2\)"):
        measurer.measure([[1, 0, 1]], np.array([[0.9, 0.1, 0.3]]))
