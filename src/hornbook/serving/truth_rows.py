"""Rows whose truth is known, with what the network says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.atomic import partial_path
from hornbook.features import LabelsEncoder
from hornbook.metrics import PredictionType
from hornbook.serving.blocks import Scores
from hornbook.training.artifact import ModelOutput

__all__ = ["TruthRows"]


class TruthRows:
    """Truth and scores, block by block; owned by one thread."""

    def __init__(self) -> None:
        self._numbers: list[NDArray[np.int64]] = []
        self._truth: list[Mapping[str, NDArray[Any]]] = []
        self._scores: list[Scores] = []
        self._weights: list[NDArray[np.float64]] = []

    def __len__(self) -> int:
        return sum(map(len, self._numbers))

    def add(
        self,
        numbers: NDArray[np.int64],
        truth: Mapping[str, NDArray[Any]],
        scores: Scores,
        weights: NDArray[np.float64] | None,
    ) -> None:
        """Adds rows.

        Args:
            numbers: of the rows in their source, shape `(n_rows,)`.
            truth: by output, as encoders give it.
            scores: what the model says of them.
            weights: of the rows, or `None` for all blocks.
        """
        self._numbers.append(numbers)
        self._truth.append(truth)
        self._scores.append(scores)
        if weights is not None:
            self._weights.append(weights)

    def arrays(
        self,
    ) -> tuple[dict[str, NDArray[Any]], Scores, NDArray[np.float64] | None]:
        """The truth by name, what the model says, and the weights."""
        weights = np.concatenate(self._weights) if self._weights else None
        scores = Scores(
            _joined([one.outputs for one in self._scores]),
            _joined([one.decided for one in self._scores]),
        )
        return _joined(self._truth), scores, weights

    def write(self, path: Path, outputs: Mapping[str, ModelOutput]) -> None:
        """Writes a row for each: `row`, `truth`, `prediction`, and `correct` or `error`.

        Of a named output the columns end in its name. The error is the prediction less the truth;
        of classes there is also the probability that the true one was given.

        Args:
            path: a Parquet file.
            outputs: what the network predicts.
        """
        truth, scores, weights = self.arrays()
        columns: list[pl.Series] = [pl.Series("row", np.concatenate(self._numbers))]
        for name, output in outputs.items():
            ending = f"_{name}" if name else ""
            columns += [
                series.alias(f"{series.name}{ending}")
                for series in _compared(
                    output, truth[name], scores.outputs[name], scores.decided.get(name)
                )
            ]
        if weights is not None:
            columns.append(pl.Series("weight", weights))
        partial = partial_path(path.resolve())
        try:
            pl.DataFrame(columns).write_parquet(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _joined(blocks: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _compared(
    output: ModelOutput,
    truth: NDArray[Any],
    raw: NDArray[Any],
    decided: NDArray[np.int64] | None,
) -> list[pl.Series]:
    corrected = output.corrected(raw).astype(np.float64)
    if output.prediction_type is PredictionType.REGRESSION:
        predicted = corrected[:, 0]
        return [
            pl.Series("truth", truth.astype(np.float64)),
            pl.Series("prediction", predicted),
            pl.Series("error", predicted - truth),
        ]
    codes = output.predicted_codes(raw) if decided is None else decided
    if isinstance(output.encoder, LabelsEncoder):
        true_labels = output.encoder.decode(truth.astype(np.int64))
        return [
            true_labels.alias("truth"),
            output.encoder.decode(codes).alias("prediction"),
            pl.Series("correct", (codes == truth).all(axis=1)),
        ]
    if output.prediction_type is PredictionType.BINARY:
        corrected = np.column_stack([1.0 - corrected[:, -1], corrected[:, -1]])
    return [
        output.encoder.decode(truth).alias("truth"),
        output.encoder.decode(codes).alias("prediction"),
        pl.Series("correct", codes == truth),
        pl.Series("probability_of_truth", corrected[np.arange(len(truth)), truth]),
    ]
