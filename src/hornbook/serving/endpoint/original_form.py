"""The original's requests and answers: `/public/api/v1/<service>/<endpoint>/predict`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hornbook.serving.endpoint.json_body import list_of, optional_text
from hornbook.serving.endpoint.predictions import OutputColumns, Predictions
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_values import shown

__all__ = ["dispatch_of", "features_of", "items_of", "results_of", "timing_of"]

_MICROSECONDS = 1_000_000


def features_of(value: dict[str, Any]) -> list[Any]:
    """The one row of a request.

    Raises:
        RefusedError: 400, there is none.
    """
    _refuse_explanations(value)
    if "features" not in value:
        raise RefusedError(
            400,
            f"The body lacks 'features'; it has the fields {sorted(value)[:20]}.",
            fix='Send {"features": {"COLUMN": VALUE, …}}.',
        )
    return [value["features"]]


def items_of(value: dict[str, Any]) -> list[Any]:
    """The rows of a request for several.

    Raises:
        RefusedError: 400, there are none, or an item has no features.
    """
    _refuse_explanations(value)
    items = list_of(value, "items", '{"items": [{"features": {"COLUMN": VALUE, …}}]}')
    for number, item in enumerate(items):
        if type(item) is not dict or "features" not in item:
            raise RefusedError(
                400,
                f"items[{number}] is {shown(item)}, expected an object with 'features'.",
                fix='Send items as {"features": {"COLUMN": VALUE, …}}.',
                row=number,
            )
    return [item["features"] for item in items]


def dispatch_of(value: dict[str, Any]) -> tuple[str | None, str | None]:
    """The unit that wants the same version each time, and the version that is asked for.

    Raises:
        RefusedError: 400, they are no texts.
    """
    dispatch = value.get("dispatch")
    if dispatch is None:
        return None, None
    if type(dispatch) is not dict:
        raise RefusedError(
            400,
            f"'dispatch' is {shown(dispatch)}, expected an object.",
            fix='Send {"dispatchKey": "TEXT"} or {"forcedGeneration": "v1"}.',
        )
    return (
        optional_text(dispatch, "dispatchKey", "dispatch.dispatchKey"),
        optional_text(dispatch, "forcedGeneration", "dispatch.forcedGeneration"),
    )


def results_of(outputs: Sequence[OutputColumns], predictions: Predictions) -> list[dict[str, Any]]:
    """What the original calls `result`, for each row."""
    results: list[dict[str, Any]] = []
    for row in range(len(predictions)):
        if row in predictions.reasons:
            results.append(
                {"prediction": None, "ignored": True, "ignoreReason": predictions.reasons[row]}
            )
            continue
        result: dict[str, Any] = (
            _output(outputs[0], predictions.columns, row)
            if not outputs[0].name
            else {"outputs": {one.name: _output(one, predictions.columns, row) for one in outputs}}
        )
        result["ignored"] = False
        results.append(result)
    return results


def timing_of(predictions: Predictions, seconds_before: float) -> dict[str, int]:
    """Where the time went, in microseconds, by the original's names.

    Args:
        predictions: know how long they waited and took.
        seconds_before: what went by until the rows were read.
    """
    return {
        "preProcessing": int(seconds_before * _MICROSECONDS),
        "wait": int(predictions.wait_seconds * _MICROSECONDS),
        "prediction": int(predictions.predict_seconds * _MICROSECONDS),
    }


def _output(output: OutputColumns, columns: list[list[Any]], row: int) -> dict[str, Any]:
    result: dict[str, Any] = {"prediction": columns[output.prediction][row]}
    if output.probabilities:
        result["probas"] = {label: columns[at][row] for label, at in output.probabilities.items()}
    if output.bounds is not None:
        lower, upper = output.bounds
        result["predictionInterval"] = [columns[lower][row], columns[upper][row]]
    return result


def _refuse_explanations(value: dict[str, Any]) -> None:
    explanations = value.get("explanations")
    # The original's own client always sends the field, with nothing in it.
    if type(explanations) is dict and explanations.get("enabled"):
        raise RefusedError(
            400,
            "The request asks for explanations, which this endpoint does not compute.",
            fix='Leave "explanations" out, or send {"enabled": false}.',
        )
