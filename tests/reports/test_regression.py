from __future__ import annotations

import numpy as np
import pytest

from hornbook.metrics import PredictionInterval, PredictionType
from hornbook.reports import RegressionReport, model_report


@pytest.mark.parametrize("weighted", [False, True])
def test_figures_are_those_of_the_result(session, measured, random, weighted):
    truth = random.normal(10, 5, 3_000).astype(np.float32)
    raw = (truth + random.standard_t(2, 3_000)).astype(np.float32)
    weight = random.integers(0, 4, 3_000).astype(float) if weighted else None
    interval = PredictionInterval(0.9, 2.5)
    folder = session(
        PredictionType.REGRESSION, truth, raw[:, None], learnt={"interval": interval}, weight=weight
    )
    report, metrics = model_report(folder), measured(folder)
    assert isinstance(report, RegressionReport)
    figures = report.figures
    assert figures.r2 == pytest.approx(metrics["R2 Score"])
    assert figures.mean_absolute_error == pytest.approx(metrics["MAE"])
    assert figures.root_mean_squared_error == pytest.approx(metrics["RMSE"])
    counted = np.repeat(raw.astype(float) - truth, 1 if weight is None else weight.astype(int))
    assert figures.mean == pytest.approx(counted.mean())
    assert figures.standard_deviation == pytest.approx(counted.std())
    assert (figures.least, figures.greatest) == (counted.min(), counted.max())
    percentiles = report.percentiles
    method = "inverted_cdf" if weighted else "linear"
    percents = np.array(percentiles.percents)
    expected = np.percentile(counted, percents, method=method)
    assert percentiles.error == pytest.approx(expected)
    expected = np.percentile(np.abs(counted), percents, method=method)
    assert percentiles.absolute_error == pytest.approx(expected)
    errors = report.errors
    assert len(errors.weight) == len(errors.edges) - 1 == 100
    assert sum(errors.weight) + errors.below + errors.above == len(counted)
    assert 0 < errors.below / len(counted) <= 0.005
    assert (report.interval_half_width, report.interval_coverage) == (2.5, 0.9)


def test_points_are_drawn_alike_each_time(session, random):
    truth = random.normal(size=5_000).astype(np.float32)
    rows = random.permutation(20_000)[:5_000]
    folder = session(PredictionType.REGRESSION, truth, truth[:, None] + 1, rows=rows)
    points = model_report(folder).points
    assert points == model_report(folder).points
    assert points.sampled
    assert len(points.rows) == len(points.actual) == len(points.predicted) == 1_500
    assert points.rows == sorted(set(points.rows))
    truth_of = dict(zip(rows.tolist(), truth.tolist(), strict=True))
    assert [truth_of[row] for row in points.rows] == points.actual
    assert points.lowest == min(points.actual)
    assert points.highest == max(points.predicted)


@pytest.mark.parametrize(
    ("truth", "raw"),
    [([1.0], [[1.0]]), ([3e30, 3e30], [[3e30], [3e30]]), ([0.0, 0.0], [[3e38]] * 2)],
)
def test_extreme_numbers_have_a_report(session, truth, raw):
    folder = session(PredictionType.REGRESSION, np.array(truth, np.float32), raw)
    report = model_report(folder)
    report.model_dump_json()
    assert not report.points.sampled
    assert sum(report.errors.weight) == len(truth)
    assert (report.figures.r2 is None) == (len(truth) == 1)
