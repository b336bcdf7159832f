from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from hornbook.diagnostics import Diagnostic
from hornbook.diagnostics.predictions import PredictedRows, check_predictions

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]

RANDOM = np.random.default_rng(1)
NOISE = RANDOM.normal(size=600)
CODES = RANDOM.integers(0, 2, 600)
VALUES = RANDOM.normal(size=600)


def binary(score: np.ndarray, truth: np.ndarray = CODES, **metrics: float) -> PredictedRows:
    codes = (score >= 0.5).astype(int)
    return PredictedRows(truth, score, {"ROC AUC": 0.8, **metrics}, codes, ["no", "yes"])


def several(scores: np.ndarray, truth: np.ndarray) -> PredictedRows:
    return PredictedRows(truth, scores, {"ROC AUC": 0.7}, scores.argmax(axis=1), ["a", "b", "c"])


def values(prediction: np.ndarray, **more: Any) -> PredictedRows:
    return PredictedRows(VALUES, prediction, {"R2 Score": 0.4}, train_mean=0.0, **more)


def test_a_useful_model_is_no_finding(found: Found) -> None:
    assert not found(check_predictions(binary(np.clip(0.5 + CODES - 0.5 + NOISE * 0.5, 0, 1))))
    assert not found(check_predictions(values(VALUES * 0.7 + NOISE * 0.4)))
    truth = RANDOM.integers(0, 3, 600)
    assert not found(check_predictions(several(np.eye(3)[truth] + RANDOM.random((600, 3)), truth)))


@pytest.mark.parametrize(
    ("metrics", "name"),
    [({"ROC AUC": 0.981}, "ROC AUC"), ({"R2 Score": 0.991, "ROC AUC": np.nan}, "R2 Score")],
)
def test_too_good_to_be_true(found: Found, metrics: dict[str, float], name: str) -> None:
    tested = PredictedRows(CODES, CODES * 0.8 + 0.1, metrics, CODES, ["no", "yes"])
    (one,) = found(check_predictions(tested)).values()
    assert (one.id, one.numbers["metric"]) == ("too-good", name)


def test_the_bounds_themselves_are_not_too_good(found: Found) -> None:
    tested = binary(CODES * 0.8 + 0.1, **{"ROC AUC": 0.98, "R2 Score": 0.99})
    assert not found(check_predictions(tested))


def test_no_better_than_chance(found: Found) -> None:
    (one,) = found(check_predictions(binary(RANDOM.random(600)))).values()
    assert (one.id, one.severity) == ("no-better-than-baseline", "error")
    assert one.numbers["p_value"] > 0.05
    (one,) = found(check_predictions(binary(0.6 - 0.2 * CODES))).values()
    assert one.id == "no-better-than-baseline"


def test_of_several_classes_one_that_is_told_is_enough(found: Found) -> None:
    truth = RANDOM.integers(0, 3, 600)
    scores = RANDOM.random((600, 3))
    assert set(found(check_predictions(several(scores, truth)))) == {"no-better-than-baseline"}
    scores[:, 2] += 0.3 * (truth == 2)
    assert not found(check_predictions(several(scores, truth)))


def test_no_better_than_the_mean(found: Found) -> None:
    (one,) = found(check_predictions(values(NOISE * 0.3))).values()
    assert one.id == "no-better-than-baseline"
    assert one.numbers["mean"] == 0.0


def test_the_mean_itself_is_no_better_and_always_the_same(found: Found) -> None:
    both = found(check_predictions(values(np.zeros(600))))
    assert set(both) == {"no-better-than-baseline", "constant-prediction"}
    assert both["constant-prediction"].numbers["deviation"] == 0.0


def test_always_the_same_class(found: Found) -> None:
    truth = (np.arange(600) % 100 == 0).astype(int)
    score = 0.1 + truth * 0.2
    (one,) = found(check_predictions(binary(score, truth))).values()
    assert (one.id, one.numbers["class"]) == ("constant-prediction", "no")
    assert one.numbers["share"] == 1.0


def test_a_frequent_class_may_be_predicted_often_if_the_others_are_found(found: Found) -> None:
    truth = (np.arange(600) % 100 == 0).astype(int)
    assert not found(check_predictions(binary(0.1 + truth * 0.6, truth)))


def test_one_class_only_cannot_be_ranked(found: Found) -> None:
    assert not found(check_predictions(binary(np.full(9, 0.1), np.zeros(9, int))))


def test_a_diverged_network_says_nothing(found: Found) -> None:
    assert not found(check_predictions(values(np.full(600, np.nan))))
