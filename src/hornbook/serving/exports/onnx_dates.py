"""Dates in operators of ONNX: from their texts to moments, and what handlings make of these."""

from __future__ import annotations

import math

from hornbook.features.date_cyclical import PERIOD_MICROSECONDS, FittedDateCyclical
from hornbook.features.date_elapsed import FittedDateElapsed
from hornbook.features.date_parts import FittedDateParts
from hornbook.features.dates import MICROSECONDS
from hornbook.serving.exports.onnx_calendar import DAY, Calendar, days_before, moments_of_texts
from hornbook.serving.exports.onnx_conversion import convert
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor
from hornbook.serving.exports.onnx_numbers import imputed, rescaled

__all__: list[str] = []

_MONDAY = 4 * DAY


@convert.register
def _elapsed(handling: FittedDateElapsed, graph: OnnxGraph, column: Tensor) -> Tensor:
    del graph
    moment, is_date = moments_of_texts(column)
    elapsed = (moment - handling.reference).cast("float64") / MICROSECONDS[handling.unit]
    numbers = imputed(elapsed.where(is_date, math.nan), handling.rescaler)
    return rescaled(numbers, handling.rescaler).as_column()


@convert.register
def _parts(handling: FittedDateParts, graph: OnnxGraph, column: Tensor) -> Tensor:
    moment, is_date = moments_of_texts(column)
    calendar = Calendar.of(moment)
    columns = []
    for part, rescaler in handling.rescalers.items():
        numbers = getattr(calendar, part).cast("float64").where(is_date, math.nan)
        columns.append(rescaled(imputed(numbers, rescaler), rescaler).as_column())
    return graph.concat(columns, axis=1)


@convert.register
def _cyclical(handling: FittedDateCyclical, graph: OnnxGraph, column: Tensor) -> Tensor:
    found, is_date = moments_of_texts(column)
    moment = found.where(is_date, round(handling.rescaler.impute_value * DAY))
    columns = []
    for period in handling.periods:
        passed = _time_since(period, moment).cast("float64") / PERIOD_MICROSECONDS[period]
        angle = passed * (2 * math.pi)
        for wave in ("Sin", "Cos"):
            values = angle.apply(wave)
            if handling.zeros:
                values = values.where(is_date, 0.0)
            columns.append(values.cast("float32").as_column())
    if handling.keep_original:
        days = (found.cast("float64") / DAY).where(is_date, math.nan)
        numbers = imputed(days, handling.rescaler)
        columns.append(rescaled(numbers, handling.rescaler).as_column())
    return graph.concat(columns, axis=1)


def _time_since(period: str, moment: Tensor) -> Tensor:
    """As `date_cyclical.time_since`."""
    months = {"month": 1, "quarter": 3, "year": 12}.get(period)
    if months is None:
        return (moment - (_MONDAY if period == "week" else 0)) % PERIOD_MICROSECONDS[period]
    calendar = Calendar.of(moment)
    first = calendar.month - (calendar.month - 1) % months
    return moment - days_before(calendar.year, first, 1) * DAY
