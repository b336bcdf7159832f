"""Many rows at once: `/v1/models/<name>/predict`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hornbook.serving.endpoint.predictions import OutputColumns, Predictions

__all__ = ["predictions_of"]


def predictions_of(
    outputs: Sequence[OutputColumns], predictions: Predictions
) -> list[dict[str, Any]]:
    """An object for each row: the prediction, the probabilities, the interval."""
    answers: list[dict[str, Any]] = []
    for row in range(len(predictions)):
        reason = predictions.reasons.get(row)
        if reason is not None:
            answers.append({"prediction": None, "ignored": True, "reason": reason})
        elif not outputs[0].name:
            answers.append(_output(outputs[0], predictions.columns, row))
        else:
            answers.append({one.name: _output(one, predictions.columns, row) for one in outputs})
    return answers


def _output(output: OutputColumns, columns: list[list[Any]], row: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"prediction": columns[output.prediction][row]}
    if output.probabilities:
        answer["probabilities"] = {
            label: columns[at][row] for label, at in output.probabilities.items()
        }
    if output.bounds is not None:
        answer["lower"], answer["upper"] = (columns[at][row] for at in output.bounds)
    return answer
