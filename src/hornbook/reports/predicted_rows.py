"""The test rows of a kept model one by one, the worst predicted first, a page at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.errors import UsageError
from hornbook.features import LabelsEncoder
from hornbook.metrics import PredictionType
from hornbook.reports.chart_numbers import finite_or_none, finite_or_nones
from hornbook.reports.evaluated_output import EvaluatedOutput

__all__ = ["PredictedRow", "PredictedRows", "RowOrder", "predicted_rows"]

RowOrder = Literal["error", "prediction", "truth", "row"]
"""What test rows can be sorted by."""

_MOST_ROWS = 1000
_MOST_PROBABILITIES = 50


class PredictedRow(BaseModel):
    """One test row: what is true, and what the model says."""

    model_config = ConfigDict(frozen=True)

    row: int = Field(description="number of the row in its table, from 0")
    truth: FiniteFloat | str = Field(
        description="true value, class, or labels with the separator between them"
    )
    prediction: FiniteFloat | str | None = Field(
        description="what is predicted, likewise; null where the network gave NaN or infinity"
    )
    error: FiniteFloat | None = Field(
        description="regression: predicted less actual, in the target's unit; classes: 1 minus "
        "the probability of the true class; labels: mean over them of the distance between truth "
        "(0 or 1) and probability"
    )
    probabilities: list[FiniteFloat | None] = Field(
        description="of the page's `classes`, 0 to 1; empty for regression"
    )
    lower: FiniteFloat | None = Field(
        description="regression with prediction intervals: lower end, in the target's unit"
    )
    upper: FiniteFloat | None = Field(description="likewise the upper end")
    weight: FiniteFloat | None = Field(description="sample weight; null without such a column")


class PredictedRows(BaseModel):
    """A page of test rows."""

    model_config = ConfigDict(frozen=True)

    output: str = Field(description="name of the output; empty for the only one of a [target]")
    kind: Literal["regression", "binary", "multiclass", "multilabel"] = Field(
        description="what the output predicts"
    )
    target: str = Field(description="the column that is predicted; several with commas between")
    total: int = Field(description="test rows in all")
    start: int = Field(description="position of the first row of the page in the order, from 0")
    sort: RowOrder = Field(description="what rows are sorted by")
    descending: bool = Field(description="whether the greatest comes first")
    classes: list[str] = Field(
        description="classes or labels whose probabilities the rows have; of more than 50, the 50 "
        "most probable ones on this page"
    )
    rows: list[PredictedRow] = Field(description="the rows of the page")


def predicted_rows(
    session_folder: Path,
    *,
    output: str = "",
    sort: RowOrder = "error",
    descending: bool = True,
    start: int = 0,
    count: int = 100,
) -> PredictedRows:
    """A page of the test rows of one output.

    Rows of the same value keep the order of the table, and rows that the network has no number
    for come last.

    Args:
        session_folder: of a session with a model.
        output: name of the output, `""` for the only one of a `[target]`.
        sort: `"error"` sorts by its size. `"prediction"` by the value, the probability of the
            positive of two classes, the predicted one of several, or the number of labels;
            `"truth"` likewise, where classes stand in the order of the model's.
        descending: whether the greatest comes first.
        start: how many rows to leave out in front.
        count: of rows wanted, at most 1,000.

    Raises:
        NotFoundError: the session kept no model, or it has no such output.
        UsageError: `start` or `count` is out of its range.
    """
    if start < 0 or not 1 <= count <= _MOST_ROWS:
        raise UsageError(
            f"Rows were asked for with start={start} and count={count}, expected a start of 0 or "
            f"more and a count from 1 to {_MOST_ROWS}."
        )
    evaluated = EvaluatedOutput.read(session_folder, output)
    errors = _errors(evaluated)
    keys = _sort_keys(evaluated, errors, sort)
    page = _order(keys, evaluated.rows, descending=descending)[start : start + count]
    shown = _shown_classes(evaluated, page)
    return PredictedRows(
        output=output,
        kind=evaluated.prediction_type.value,
        target=evaluated.described["target"],
        total=len(evaluated.rows),
        start=start,
        sort=sort,
        descending=descending,
        classes=[evaluated.classes[code] for code in shown],
        rows=_page_rows(evaluated, errors, page, shown),
    )


def _errors(evaluated: EvaluatedOutput) -> NDArray[np.float64]:
    """The error of each row, as `PredictedRow` says it; shape `(n_rows,)`."""
    truth, prediction = evaluated.truth, evaluated.prediction
    kind = evaluated.prediction_type
    if kind is PredictionType.REGRESSION:
        return prediction - truth.astype(np.float64, copy=False)
    if kind is PredictionType.MULTILABEL:
        return np.asarray(np.abs(truth - prediction).mean(axis=1))
    if kind is PredictionType.BINARY:
        return np.where(truth == 1, 1.0 - prediction, prediction)
    of_truth: NDArray[np.float64] = prediction[np.arange(len(truth)), truth]
    return 1.0 - of_truth


def _sort_keys(
    evaluated: EvaluatedOutput, errors: NDArray[np.float64], sort: RowOrder
) -> NDArray[Any]:
    kind, prediction = evaluated.prediction_type, evaluated.prediction
    if sort == "error":
        return np.abs(errors)
    if sort == "row":
        return evaluated.rows
    if sort == "truth":
        truth = evaluated.truth
        return truth.sum(axis=1) if kind is PredictionType.MULTILABEL else truth
    if kind in (PredictionType.REGRESSION, PredictionType.BINARY):
        return prediction
    codes = evaluated.predicted
    keys = (codes.sum(axis=1) if codes.ndim > 1 else codes).astype(np.float64)
    keys[~evaluated.finite] = np.nan
    return keys


def _order(
    keys: NDArray[Any], rows: NDArray[np.int64], *, descending: bool
) -> NDArray[np.integer[Any]]:
    """The positions in the order of the keys, then of the rows; infinite keys and NaN last."""
    # In the order of the table first, which most files are in; the next sort keeps it.
    table_order = np.arange(len(rows))
    if (rows[1:] < rows[:-1]).any():
        table_order = np.argsort(rows, kind="stable")
    ordered = keys[table_order].astype(np.float64)
    ordered[~np.isfinite(ordered)] = np.nan
    order: NDArray[np.integer[Any]] = table_order[
        np.argsort(-ordered if descending else ordered, kind="stable")
    ]
    return order


def _shown_classes(evaluated: EvaluatedOutput, page: NDArray[np.integer[Any]]) -> list[int]:
    n_classes = len(evaluated.classes)
    if n_classes <= _MOST_PROBABILITIES or not len(page):
        return list(range(n_classes))[:_MOST_PROBABILITIES]
    highest = np.nan_to_num(evaluated.prediction[page]).max(axis=0)
    codes: list[int] = np.sort(np.argsort(-highest, kind="stable")[:_MOST_PROBABILITIES]).tolist()
    return codes


def _page_rows(
    evaluated: EvaluatedOutput,
    errors: NDArray[np.float64],
    page: NDArray[np.integer[Any]],
    shown: list[int],
) -> list[PredictedRow]:
    of_page = evaluated.only(page)
    prediction, interval = of_page.prediction, of_page.output.interval
    is_regression = of_page.prediction_type is PredictionType.REGRESSION
    if is_regression:
        truths: list[Any] = of_page.truth.tolist()
        predictions: list[Any] = finite_or_nones(prediction)
    else:
        truths = _in_words(of_page, of_page.truth)
        predictions = [
            text if known else None
            for text, known in zip(
                _in_words(of_page, of_page.predicted), of_page.finite, strict=True
            )
        ]
    probabilities = prediction
    if of_page.prediction_type is PredictionType.BINARY:
        probabilities = np.column_stack([1.0 - prediction, prediction])
    ends = None if interval is None else interval.bounds(prediction)
    return [
        PredictedRow(
            row=row,
            truth=truths[at],
            prediction=predictions[at],
            error=finite_or_none(errors[page[at]]),
            probabilities=[] if is_regression else finite_or_nones(probabilities[at, shown]),
            lower=None if ends is None else finite_or_none(ends[0][at]),
            upper=None if ends is None else finite_or_none(ends[1][at]),
            weight=None if of_page.weight is None else of_page.weight[at],
        )
        for at, row in enumerate(of_page.rows.tolist())
    ]


def _in_words(evaluated: EvaluatedOutput, codes: NDArray[Any]) -> list[str]:
    """Class codes or labels as the user knows them."""
    encoder = evaluated.output.encoder
    if isinstance(encoder, LabelsEncoder):
        texts: list[str] = encoder.decode(codes).to_list()
        return texts
    return [evaluated.classes[code] for code in codes]
