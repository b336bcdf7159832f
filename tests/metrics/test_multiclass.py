from __future__ import annotations

import math
import time
import warnings
from typing import Any, get_args

import numpy as np
import pytest
import sklearn.metrics as sk
from numpy.typing import NDArray

from hornbook.metrics import Averaging, PredictionType, metric_names, multiclass_metrics
from hornbook.metrics.one_vs_rest import one_vs_rest


def rows(
    seed: int, n: int, n_classes: int, *, ties: bool = False
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    # Of frequencies so unlike that both ways of ranking a class are used.
    shares = 1 / np.arange(1, n_classes + 1) ** 2
    truth = random.choice(n_classes, n, p=shares / shares.sum())
    truth[:n_classes] = np.arange(n_classes)
    logits = random.normal(size=(n, n_classes)) + 1.5 * np.eye(n_classes)[truth]
    if ties:
        logits = logits.round()
    exponentials = np.exp(logits)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    if ties:
        # Sums of one, and scores that many rows share.
        probabilities[: n // 2] = 1 / n_classes
    return truth.astype(np.intp), probabilities


@pytest.mark.parametrize("averaging", get_args(Averaging))
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_values_are_those_of_scikit_learn(
    seed: int, ties: bool, weighted: bool, averaging: Averaging
) -> None:
    truth, probabilities = rows(seed, 400, 12, ties=ties)
    weight = np.random.default_rng(seed).random(400) + 0.01 if weighted else None
    measured = multiclass_metrics(truth, probabilities, weight, averaging)
    assert tuple(measured) == metric_names(PredictionType.MULTICLASS)[:-1]
    predicted = probabilities.argmax(axis=1)
    mean: dict[str, Any] = {"average": averaging, "sample_weight": weight, "zero_division": 0}
    expected = {
        "Accuracy": sk.accuracy_score(truth, predicted, sample_weight=weight),
        "Precision": sk.precision_score(truth, predicted, **mean),
        "Recall": sk.recall_score(truth, predicted, **mean),
        "F1 Score": sk.f1_score(truth, predicted, **mean),
        "Log Loss": sk.log_loss(truth, probabilities, sample_weight=weight),
        "ROC AUC": sk.roc_auc_score(
            truth, probabilities, multi_class="ovr", average=averaging, sample_weight=weight
        ),
        "Average Precision": sk.average_precision_score(
            truth, probabilities, average=averaging, sample_weight=weight
        ),
    }
    assert measured == pytest.approx(expected, abs=1e-10)


def test_absent_classes_are_left_out() -> None:
    truth, probabilities = rows(0, 300, 6)
    kept = truth < 4
    truth, probabilities = truth[kept], probabilities[kept]
    measured = multiclass_metrics(truth, probabilities)
    areas = [sk.roc_auc_score(truth == code, probabilities[:, code]) for code in range(4)]
    assert measured["ROC AUC"] == pytest.approx(np.mean(areas), abs=1e-12)
    sizes = np.bincount(truth, minlength=4)
    weighted = multiclass_metrics(truth, probabilities, averaging="weighted")
    assert weighted["ROC AUC"] == pytest.approx(np.average(areas, weights=sizes), abs=1e-12)
    # A class that is predicted yet never true still counts in Precision, as in scikit-learn.
    predicted = probabilities.argmax(axis=1)
    assert predicted.max() > 3
    assert measured["Precision"] == pytest.approx(
        sk.precision_score(truth, predicted, average="macro", zero_division=0)
    )
    assert measured["Recall"] == pytest.approx(
        sk.recall_score(truth, predicted, average="macro", zero_division=0)
    )


def test_one_class_has_no_ranking() -> None:
    measured = multiclass_metrics(np.zeros(3, np.intp), np.full((3, 3), 1 / 3))
    assert math.isnan(measured["ROC AUC"])
    assert math.isnan(measured["Average Precision"])
    assert measured["Accuracy"] == 1


def test_rows_of_no_weight_do_not_rank() -> None:
    truth, probabilities = rows(1, 200, 4)
    weight = (np.arange(200) % 3 > 0).astype(float)
    kept = weight > 0
    assert one_vs_rest(truth, probabilities, weight) == pytest.approx(
        one_vs_rest(truth[kept], probabilities[kept])
    )


def test_log_loss_of_rows_that_are_no_probabilities_is_nan() -> None:
    logits = np.array([[3.0, -2.0, 0.5], [0.1, 0.2, 0.7]])
    measured = multiclass_metrics(np.array([0, 2]), logits)
    assert math.isnan(measured["Log Loss"])
    assert measured["Accuracy"] == 1


def test_log_loss_clips_by_the_dtype() -> None:
    probabilities = np.eye(3, dtype=np.float32)[[0, 1, 1]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = sk.log_loss([0, 1, 2], probabilities)
    measured = multiclass_metrics(np.array([0, 1, 2]), probabilities)
    assert measured["Log Loss"] == pytest.approx(expected, rel=1e-6)


def test_many_classes_take_time_in_proportion() -> None:
    random = np.random.default_rng(0)
    probabilities = random.random((2_000, 1_000), dtype=np.float32)
    truth = random.integers(0, 1_000, 2_000)
    start = time.perf_counter()
    one_vs_rest(truth, probabilities)
    assert time.perf_counter() - start < 2
