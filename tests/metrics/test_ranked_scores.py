from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from numpy.typing import NDArray

from hornbook.metrics import RankedScores, is_positive


def ranked_rows(
    seed: int, *, ties: bool, weighted: bool, n: int = 400
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64] | None]:
    random = np.random.default_rng(seed)
    truth = random.random(n) < 0.3
    probability = np.clip(0.3 * truth + random.random(n) * 0.7, 0, 1)
    if ties:
        probability = probability.round(1)
    return truth, probability, random.integers(0, 4, n).astype(float) if weighted else None


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_ranking_metrics_are_those_of_scikit_learn(seed: int, ties: bool, weighted: bool) -> None:
    truth, probability, weight = ranked_rows(seed, ties=ties, weighted=weighted)
    ranked = RankedScores(truth, probability, weight)
    rows: dict[str, Any] = {"sample_weight": weight}
    assert ranked.roc_auc() == pytest.approx(
        sk.roc_auc_score(truth, probability, **rows), abs=1e-12
    )
    assert ranked.average_precision() == pytest.approx(
        sk.average_precision_score(truth, probability, **rows), abs=1e-12
    )
    assert ranked.log_loss() == pytest.approx(sk.log_loss(truth, probability, **rows), abs=1e-10)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.3, 0.31, 0.5, 0.7, 1.0])
def test_counts_are_those_of_the_confusion_matrix(threshold: float, weighted: bool) -> None:
    truth, probability, weight = ranked_rows(1, ties=True, weighted=weighted)
    counts = RankedScores(truth, probability, weight).counts_at(threshold)
    predicted = is_positive(probability, threshold)
    (tn, fp), (fn, tp) = sk.confusion_matrix(
        truth, predicted, sample_weight=weight, labels=[False, True]
    )
    assert counts == (tp, fp, tn, fn)


def test_a_threshold_means_the_same_in_float32() -> None:
    probability = np.array([0.7, 0.2], dtype=np.float32)
    truth = np.array([True, False])
    assert float(probability[0]) < 0.7
    assert is_positive(probability, 0.7).tolist() == [True, False]
    assert RankedScores(truth, probability).counts_at(0.7).true_positive == 1


def test_log_loss_clips_by_the_dtype() -> None:
    truth = np.array([True, False, True])
    in_double = np.array([0.0, 1.0, 0.5])
    for probability in (in_double, in_double.astype(np.float32)):
        expected = sk.log_loss(truth, probability)
        assert RankedScores(truth, probability).log_loss() == pytest.approx(expected, rel=1e-6)


def test_log_loss_of_scores_that_are_no_probabilities_is_nan() -> None:
    truth = np.array([True, False])
    assert math.isnan(RankedScores(truth, np.array([2.0, 0.1])).log_loss())
    assert math.isnan(RankedScores(truth, np.array([0.9, -3.0])).log_loss())
    rounded = np.array([1.0000001, 0.0], dtype=np.float32)
    assert RankedScores(truth, rounded).log_loss() < 1e-6


@pytest.mark.parametrize("label", [False, True])
def test_one_class_has_no_ranking(label: bool) -> None:
    ranked = RankedScores(np.full(3, label), np.array([0.1, 0.5, 0.5]))
    assert math.isnan(ranked.roc_auc())
    assert math.isnan(ranked.average_precision())
    assert ranked.log_loss() == pytest.approx(
        sk.log_loss([label] * 3, [0.1, 0.5, 0.5], labels=[False, True])
    )


def test_a_class_whose_rows_weigh_nothing_is_missing() -> None:
    ranked = RankedScores(np.array([True, False]), np.array([0.9, 0.1]), np.array([0.0, 1.0]))
    assert ranked.scores.tolist() == [0.1]
    assert math.isnan(ranked.roc_auc())


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4, 1.0])
def test_lift_of_distinct_scores_counts_the_top_rows(share: float) -> None:
    truth, probability, _ = ranked_rows(2, ties=False, weighted=False)
    top = np.argsort(-probability)[: round(share * len(truth))]
    expected = truth[top].mean() / truth.mean()
    assert RankedScores(truth, probability).cumulative_lift(share) == pytest.approx(expected)


def test_lift_counts_ties_at_the_border_in_proportion() -> None:
    truth = np.array([True, True, False, False, False])
    tied = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    # The top 2 of 5 rows: the first, and a third of those at 0.5, of which one in three hits.
    assert RankedScores(truth, tied).cumulative_lift(0.4) == pytest.approx((4 / 3 / 2) / (2 / 5))
    flat = RankedScores(truth, np.full(5, 0.5))
    assert flat.cumulative_lift(0.4) == pytest.approx(1)
    assert math.isnan(RankedScores(np.zeros(3, bool), np.arange(3.0)).cumulative_lift(0.4))


@pytest.mark.parametrize("seed", range(3))
def test_weights_act_as_repetitions(seed: int) -> None:
    truth, probability, weight = ranked_rows(seed, ties=True, weighted=True)
    assert weight is not None
    times = weight.astype(int)
    repeated = RankedScores(np.repeat(truth, times), np.repeat(probability, times))
    weighted = RankedScores(truth, probability, weight)
    for share in (0.05, 0.4):
        assert weighted.cumulative_lift(share) == pytest.approx(repeated.cumulative_lift(share))
    assert weighted.roc_auc() == pytest.approx(repeated.roc_auc())


def test_all_scores_equal() -> None:
    truth = np.array([True, False, False])
    ranked = RankedScores(truth, np.full(3, 0.4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ranked.roc_auc() == sk.roc_auc_score(truth, np.full(3, 0.4)) == 0.5
        assert ranked.average_precision() == sk.average_precision_score(truth, np.full(3, 0.4))
