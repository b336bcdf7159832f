"""What the pages draw of a model that predicts a number."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import regression_metrics
from hornbook.reports.chart_numbers import finite_or_none
from hornbook.reports.evaluated_output import EvaluatedOutput, MeasuredRows
from hornbook.reports.histogram import bin_edges, binned

__all__ = [
    "ErrorFigures",
    "ErrorHistogram",
    "ErrorPercentiles",
    "PredictedAgainstActual",
    "RegressionReport",
    "regression_report",
]

_SAMPLED_ROWS = 1500
_SAMPLE_SEED = 0
_ERROR_BINS = 100
_PERCENTS = (1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0)
_Floats = NDArray[np.float64]


class PredictedAgainstActual(BaseModel):
    """Some rows to draw; all lists are of one length, at most 1,500."""

    model_config = ConfigDict(frozen=True)

    rows: list[int] = Field(description="row numbers in the table, from 0, rising")
    actual: list[FiniteFloat] = Field(description="true values, in the target's unit")
    predicted: list[FiniteFloat] = Field(description="predicted values, in the target's unit")
    sampled: bool = Field(description="whether they were drawn at random of more rows")
    lowest: FiniteFloat = Field(
        description="least of both lists; the line of equal values goes from here …"
    )
    highest: FiniteFloat = Field(description="… to here, the greatest of both lists")


class ErrorHistogram(BaseModel):
    """How errors spread: the middle 99 % of them, in bins of equal width."""

    model_config = ConfigDict(frozen=True)

    edges: list[FiniteFloat] = Field(
        description="borders of the bins, rising, one more than bins, in the target's unit"
    )
    weight: list[FiniteFloat] = Field(description="rows in each bin, or their weight")
    below: FiniteFloat = Field(description="rows, or their weight, left of the first bin")
    above: FiniteFloat = Field(description="rows, or their weight, right of the last bin")


class ErrorPercentiles(BaseModel):
    """Up to which size the errors of so many percent of the rows are; lists of one length."""

    model_config = ConfigDict(frozen=True)

    percents: list[FiniteFloat] = Field(description="percent of the rows' weight, rising")
    error: list[FiniteFloat] = Field(description="predicted less actual, in the target's unit")
    absolute_error: list[FiniteFloat] = Field(description="its size, in the target's unit")


class ErrorFigures(BaseModel):
    """Figures of the errors, predicted less actual; rows count by their weight."""

    model_config = ConfigDict(frozen=True)

    least: FiniteFloat = Field(description="least error, in the target's unit")
    mean: FiniteFloat = Field(description="mean error, in the target's unit")
    greatest: FiniteFloat = Field(description="greatest error, in the target's unit")
    standard_deviation: FiniteFloat | None = Field(
        description="of these rows themselves, in the target's unit; null where beyond a double"
    )
    mean_absolute_error: FiniteFloat | None = Field(description="MAE, in the target's unit")
    root_mean_squared_error: FiniteFloat | None = Field(description="RMSE, in the target's unit")
    r2: FiniteFloat | None = Field(
        description="R2 Score: 1 is best, 0 is no better than the mean; null for a single row"
    )


class RegressionReport(MeasuredRows):
    """Predicted numbers and their errors, which are predicted less actual."""

    kind: Literal["regression"] = "regression"
    points: PredictedAgainstActual = Field(description="predicted against actual")
    errors: ErrorHistogram = Field(description="how the errors spread")
    percentiles: ErrorPercentiles = Field(description="how large the errors are")
    figures: ErrorFigures = Field(description="the errors in single numbers")
    interval_half_width: FiniteFloat | None = Field(
        description="prediction intervals reach so far to both sides, in the target's unit; null "
        "where the design asks for none"
    )
    interval_coverage: FiniteFloat | None = Field(
        description="share of new rows that are meant to lie inside, 0 to 1"
    )


def regression_report(evaluated: EvaluatedOutput) -> RegressionReport:
    """The report of an output that is a number.

    Args:
        evaluated: its rows, only those that count.
    """
    actual = evaluated.truth.astype(np.float64, copy=False)
    predicted, weight = evaluated.prediction, evaluated.weight
    error = predicted - actual
    interval = evaluated.output.interval
    return RegressionReport(
        **evaluated.described,
        points=_points(evaluated.rows, actual, predicted),
        errors=_histogram(error, weight),
        percentiles=ErrorPercentiles(
            percents=list(_PERCENTS),
            error=_percentiles(error, _PERCENTS, weight).tolist(),
            absolute_error=_percentiles(np.abs(error), _PERCENTS, weight).tolist(),
        ),
        figures=_figures(actual, predicted, weight),
        interval_half_width=None if interval is None else interval.half_width,
        interval_coverage=None if interval is None else interval.coverage,
    )


def _points(rows: NDArray[np.int64], actual: _Floats, predicted: _Floats) -> PredictedAgainstActual:
    drawn = np.arange(len(rows))
    if len(rows) > _SAMPLED_ROWS:
        random = np.random.default_rng(_SAMPLE_SEED)
        drawn = random.choice(len(rows), _SAMPLED_ROWS, replace=False, shuffle=False)
    drawn = drawn[np.argsort(rows[drawn], kind="stable")]
    both = np.concatenate([actual[drawn], predicted[drawn]])
    return PredictedAgainstActual(
        rows=rows[drawn].tolist(),
        actual=actual[drawn].tolist(),
        predicted=predicted[drawn].tolist(),
        sampled=len(drawn) < len(rows),
        lowest=both.min(),
        highest=both.max(),
    )


def _histogram(error: _Floats, weight: _Floats | None) -> ErrorHistogram:
    lowest, highest = _percentiles(error, (0.5, 99.5), weight)
    below, above = error < lowest, error > highest
    inside = ~(below | above)
    weights = np.ones(len(error)) if weight is None else weight
    edges = bin_edges(float(lowest), float(highest), _ERROR_BINS)
    return ErrorHistogram(
        edges=edges.tolist(),
        weight=binned(error[inside], edges, weights[inside]).tolist(),
        below=weights[below].sum(),
        above=weights[above].sum(),
    )


def _percentiles(values: _Floats, percents: tuple[float, ...], weight: _Floats | None) -> _Floats:
    shares = np.array(percents) / 100
    # Only this way of counting is defined for rows that count more than others.
    found: Any = (
        np.quantile(values, shares)
        if weight is None
        else np.quantile(values, shares, weights=weight, method="inverted_cdf")
    )
    return np.asarray(found, np.float64)


def _figures(actual: _Floats, predicted: _Floats, weight: _Floats | None) -> ErrorFigures:
    error = predicted - actual
    measured = regression_metrics(actual, predicted, weight)
    mean = np.average(error, weights=weight)
    with np.errstate(over="ignore"):
        variance = np.average(np.square(error - mean), weights=weight)
    return ErrorFigures(
        least=error.min(),
        mean=mean,
        greatest=error.max(),
        standard_deviation=finite_or_none(float(np.sqrt(variance))),
        mean_absolute_error=finite_or_none(measured["MAE"]),
        root_mean_squared_error=finite_or_none(measured["RMSE"]),
        r2=finite_or_none(measured["R2 Score"]),
    )
