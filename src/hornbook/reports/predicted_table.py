"""All test rows of a kept model with what it says of them, as one table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.metrics import PredictionType
from hornbook.reports.evaluated_output import EvaluatedOutput

__all__ = ["predicted_table"]

_ENDS = ("prediction_lower", "prediction_upper")


def predicted_table(session_folder: Path, output: str = "") -> pl.DataFrame:
    """The test rows of one output, in the order of their numbers.

    Args:
        session_folder: of a session with a model.
        output: name of the output, `""` for the only one of a `[target]`.

    Returns:
        `row`, the number of the row in its table from 0, `truth` and `prediction`; then
        `prediction_lower` and `prediction_upper` of a regression with prediction intervals,
        `proba_<class>` of classes and labels, and `weight` where there is a weight column.
        Nulls stand where the network gave NaN or infinity.

    Raises:
        NotFoundError: the session kept no model, or it has no such output.
    """
    evaluated = EvaluatedOutput.read(session_folder, output)
    columns = [pl.Series("row", evaluated.rows), *_in_words(evaluated)]
    if evaluated.weight is not None:
        columns.append(pl.Series("weight", evaluated.weight))
    return pl.DataFrame(columns).sort("row", maintain_order=True)


def _in_words(evaluated: EvaluatedOutput) -> list[pl.Series]:
    """Truth and prediction in the user's terms."""
    values, encoder = evaluated.prediction, evaluated.output.encoder
    if evaluated.prediction_type is PredictionType.REGRESSION:
        interval = evaluated.output.interval
        ends = () if interval is None else zip(_ENDS, interval.bounds(values), strict=True)
        return [
            pl.Series("truth", evaluated.truth.astype(np.float64, copy=False)),
            _finite("prediction", values),
            *(_finite(name, end) for name, end in ends),
        ]
    prediction = encoder.decode(evaluated.predicted)
    if not evaluated.finite.all():
        finite = pl.Series(evaluated.finite)
        prediction = pl.select(pl.when(finite).then(prediction)).to_series()
    if evaluated.prediction_type is PredictionType.BINARY:
        values = np.column_stack([1.0 - values, values])
    return [
        encoder.decode(evaluated.truth).alias("truth"),
        prediction.alias("prediction"),
        *(
            _finite(f"proba_{label}", values[:, code])
            for code, label in enumerate(evaluated.classes)
        ),
    ]


def _finite(name: str, values: NDArray[np.float64]) -> pl.Series:
    return pl.Series(name, np.where(np.isfinite(values), values, np.nan), nan_to_null=True)
