from __future__ import annotations

import json

import numpy as np
import pytest

from hornbook.errors import TrainingError
from hornbook.metrics import PredictionInterval, cross_coverage, fit_interval
from hornbook.metrics.intervals import fewest_rows


def rows(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Truth and prediction with errors of a heavy tail, one side longer."""
    random = np.random.default_rng(seed)
    prediction = random.normal(size=n)
    return prediction + random.standard_t(3, n) + random.exponential(size=n), prediction


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("n", [39, 40, 200])
def test_coverage_over_repeats_is_what_the_theorem_says(n: int, coverage: float) -> None:
    covered = []
    for seed in range(1_000):
        truth, prediction = rows(seed, n + 200)
        interval = fit_interval(coverage, truth[:n], prediction[:n])
        covered.append(interval.measured_coverage(truth[n:], prediction[n:]))
    # Lei et al. 2018: at least the coverage, below coverage + 1 / (n + 1).
    spread = 4 * np.std(covered) / np.sqrt(len(covered))
    assert coverage - spread < np.mean(covered) < coverage + 1 / (n + 1) + spread


def test_the_plain_quantile_would_cover_too_little() -> None:
    """The finite-sample correction is what the guarantee hangs on."""
    plain, corrected = [], []
    for seed in range(1_000):
        truth, prediction = rows(seed, 20 + 200)
        errors = np.abs(truth - prediction)
        plain.append(np.mean(errors[20:] <= np.quantile(errors[:20], 0.9)))
        interval = fit_interval(0.9, truth[:20], prediction[:20])
        corrected.append(interval.measured_coverage(truth[20:], prediction[20:]))
    assert np.mean(plain) < 0.88
    assert np.mean(corrected) >= 0.895


def test_the_half_width_is_the_kth_smallest_error() -> None:
    errors = np.random.default_rng(0).permutation(np.arange(1.0, 100.0))
    zeros = np.zeros(99)
    for coverage in (0.5, 0.9, 0.95, 0.99):
        assert fit_interval(coverage, -errors, zeros).half_width == round(100 * coverage)
    assert fit_interval(0.901, errors, zeros).half_width == 91


def test_equal_weights_are_no_weights_and_zero_weights_no_rows() -> None:
    truth, prediction = rows(0, 200)
    plain = fit_interval(0.9, truth, prediction)
    assert fit_interval(0.9, truth, prediction, np.full(200, 0.1)) == plain
    half = (np.arange(200) % 2).astype(float)
    kept = half > 0
    assert fit_interval(0.9, truth, prediction, half) == fit_interval(
        0.9, truth[kept], prediction[kept]
    )


def test_weights_move_the_quantile_and_the_coverage() -> None:
    truth = np.arange(1.0, 101.0)
    weight = np.where(truth > 90, 9.0, 1.0)
    interval = fit_interval(0.5, truth, np.zeros(100), weight)
    assert interval.half_width > 90
    assert interval.measured_coverage(truth, np.zeros(100), weight) >= 0.5
    assert interval.measured_coverage(truth, np.zeros(100)) > 0.9


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_the_fewest_rows_are_enough_and_one_less_is_not(coverage: float) -> None:
    n = fewest_rows(coverage)
    truth = np.arange(n, dtype=float)
    assert fit_interval(coverage, truth, np.zeros(n)).half_width == n - 1
    if n > 1:
        with pytest.raises(TrainingError, match=f"{n - 1} rows are too few .* take {n} or more"):
            fit_interval(coverage, truth[1:], np.zeros(n - 1))


def test_predictions_of_a_network_are_taken_as_they_come() -> None:
    truth, prediction = rows(0, 100)
    outputs = prediction.astype(np.float32)[:, None]
    interval = fit_interval(0.9, truth[:, None], outputs)
    assert interval.half_width == pytest.approx(fit_interval(0.9, truth, prediction).half_width)
    lower, upper = interval.bounds(outputs[:, 0])
    assert lower.dtype == upper.dtype == np.float64
    inside = (lower <= truth) & (truth <= upper)
    assert interval.measured_coverage(truth, outputs) == inside.mean() >= 0.9
    assert PredictionInterval.from_json(json.loads(json.dumps(interval.to_json()))) == interval


def test_what_is_no_interval_says_so() -> None:
    with pytest.raises(TrainingError, match=r"coverage is 1\.0"):
        fit_interval(1.0, [1.0, 2.0], [1.0, 2.0])
    with pytest.raises(TrainingError, match="diverged"):
        fit_interval(0.5, [1.0, 2.0], [np.nan, 2.0])


def test_half_against_half_tells_what_new_rows_will_see() -> None:
    measured = []
    for seed in range(200):
        truth, prediction = rows(seed, 400)
        measured.append(cross_coverage(0.9, truth, prediction, seed=seed))
    assert np.mean(measured) == pytest.approx(0.9, abs=0.01)
    truth, prediction = rows(0, 400)
    again = [cross_coverage(0.9, truth, prediction, seed=3) for _ in range(2)]
    assert again[0] == again[1]
    with pytest.raises(TrainingError, match="15 rows are too few"):
        cross_coverage(0.95, truth[:30], prediction[:30], seed=0)
