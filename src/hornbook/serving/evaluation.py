"""Evaluation: a model on new rows, by all its metrics, and how far these rows are from its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.batching import row_weights
from hornbook.batching.ahead import Ahead
from hornbook.data import RowBlock, RowStream
from hornbook.errors import DataError
from hornbook.features import Encoder, LabelsEncoder, Targets
from hornbook.features.target import Label
from hornbook.metrics import TaskMeasurer, get_metric, output_metric_name
from hornbook.serving.blocks import PreparedBlock, RawBlock, Scores
from hornbook.serving.column_drift import drifts
from hornbook.serving.evaluation_record import ColumnDrift, EvaluatedMetric, Evaluation
from hornbook.serving.row_predictor import RowPredictor
from hornbook.serving.row_sample import RowSample
from hornbook.serving.truth_rows import TruthRows
from hornbook.training.reference import (
    SAMPLE_ROWS,
    ModelReference,
    prediction_sketches,
    sketch_features,
)

__all__ = ["EvaluationPlan", "evaluate"]

_AHEAD = 2

Progress = Callable[[int, int | None, float], None]


@dataclass(frozen=True)
class EvaluationPlan:
    """What a model is measured with.

    Attributes:
        model: what it is called.
        measurer: of its metrics; `None` where these are not to be had.
        at_training: the metrics that it had, by name.
        weight: the column of row weights, where the design names one.
        notes: what the user should know, in sentences.
    """

    model: str
    measurer: TaskMeasurer | None
    at_training: Mapping[str, float | None] = field(default_factory=dict)
    weight: str | None = None
    notes: tuple[str, ...] = ()


def evaluate(
    predictor: RowPredictor,
    rows: RowStream,
    plan: EvaluationPlan,
    *,
    rows_file: Path | None = None,
    progress: Progress = lambda done, total, share: None,
) -> Evaluation:
    """Evaluates a model; predictions of all rows are held in memory, the rows are not.

    Args:
        predictor: the model.
        rows: with the columns it was trained on, and the target's, if there is a truth.
        plan: what to measure.
        rows_file: a Parquet file to write, a row for each evaluated one.
        progress: called after each block.

    Raises:
        DataError: the rows lack a column, or none can be scored.
    """
    return _Evaluating(predictor, rows, plan, rows_file, progress).run()


class _Evaluating:
    """One run of an evaluation."""

    def __init__(
        self,
        predictor: RowPredictor,
        rows: RowStream,
        plan: EvaluationPlan,
        rows_file: Path | None,
        progress: Progress,
    ) -> None:
        self._predictor = predictor
        self._rows = rows
        self._plan = plan
        self._rows_file = rows_file
        self._progress = progress
        self._notes = list(plan.notes)
        self._targets = Targets(_encoders(predictor))
        self._has_truth = set(self._targets.columns) <= set(rows.columns)
        self._weight = plan.weight if plan.weight in rows.columns else None
        self._sample = RowSample(SAMPLE_ROWS)
        self._scores: list[Scores] = []
        self._truth = TruthRows()
        self._n_rows = self._n_rejected = self._n_unscorable = 0
        self._n_without_truth = self._n_unknown = 0

    def run(self) -> Evaluation:
        """Reads, predicts, measures."""
        self._say_what_is_absent()
        blocks = Ahead(self._rows.blocks(self._wanted(), ()), _AHEAD, "read-rows")
        prepared = Ahead(self._prepared(blocks), _AHEAD, "prepare-rows")
        try:
            for block, ready in prepared:
                self._add(block, None if ready is None else self._predictor.run(ready))
        finally:
            prepared.close()
            blocks.close()
        if not self._scores:
            raise DataError(
                f"None of the {self._n_rows + self._n_rejected:,} rows of {self._rows.name} can be "
                "scored.",
                fix="Bring rows with all that the model needs.",
            )
        return self._evaluation()

    def _wanted(self) -> tuple[str, ...]:
        truth = self._targets.columns if self._has_truth else ()
        weight = (self._weight,) if self._weight and self._has_truth else ()
        return tuple(dict.fromkeys((*self._predictor.table_columns, *truth, *weight)))

    def _say_what_is_absent(self) -> None:
        if not self._has_truth:
            absent = [name for name in self._targets.columns if name not in self._rows.columns]
            self._notes.append(
                f"The rows have no column {', '.join(map(repr, absent))}, so there is no truth to "
                "measure by: only drift is told."
            )
        elif self._plan.weight is not None and self._weight is None:
            self._notes.append(
                f"The rows have no weights in '{self._plan.weight}': each counts the same."
            )

    def _prepared(
        self, blocks: Iterator[RowBlock]
    ) -> Iterator[tuple[RowBlock, PreparedBlock | None]]:
        for whole in blocks:
            for block in whole.parts(self._predictor.block_rows):
                yield block, self._predictor.prepare(block.frame) if len(block) else None

    def _add(self, block: RowBlock, raw: RawBlock | None) -> None:
        self._n_rejected += len(block.rejections)
        if raw is not None:
            self._n_rows += len(block)
            columns = self._predictor.table_columns
            self._sample.add(pl.DataFrame([block.frame[name] for name in columns]))
            self._add_predicted(block, raw)
        self._progress(self._n_rows + self._n_rejected, self._rows.n_rows, block.share)

    def _add_predicted(self, block: RowBlock, raw: RawBlock) -> None:
        frame, numbers = block.frame, block.numbers
        if raw.faults is not None:
            sound = raw.faults.is_null()
            self._n_unscorable += len(frame) - int(sound.sum())
            frame, numbers = frame.filter(sound), numbers[sound.to_numpy()]
        if not len(frame):
            return
        scores = self._predictor.scores(raw)
        self._scores.append(scores)
        if not self._has_truth:
            return
        usable = self._targets.usable_rows(frame)
        known = usable & self._known_classes(frame)
        self._n_without_truth += int((~usable).sum())
        self._n_unknown += int((usable & ~known).sum())
        if not known.any():
            return
        measured = frame.filter(pl.Series(known))
        self._truth.add(
            numbers[known],
            self._targets.encode(measured),
            Scores(
                {name: array[known] for name, array in scores.outputs.items()},
                {name: codes[known] for name, codes in scores.decided.items()},
            ),
            None if self._weight is None else row_weights(measured[self._weight]),
        )

    def _known_classes(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        """Which rows have classes that the model knows; some others are told of."""
        known = np.ones(len(frame), np.bool_)
        for encoder in self._targets.encoders.values():
            column = encoder.columns[0]
            if isinstance(encoder, LabelsEncoder):
                unknown: Sequence[Label] = encoder.unknown_labels(frame)
                known &= encoder.known_rows(frame)
            else:
                unknown = encoder.unknown_labels(frame[column])
                if unknown:
                    is_unknown = frame[column].is_in(list(unknown)).fill_null(value=False)
                    known &= ~is_unknown.to_numpy()
            if unknown and not any(one.startswith(f"'{column}' holds") for one in self._notes):
                shown = ", ".join(map(repr, unknown[:5]))
                self._notes.append(f"'{column}' holds {shown}, which the model does not know.")
        return known

    def _evaluation(self) -> Evaluation:
        artifact = self._predictor.artifact
        metrics, thresholds = self._metrics()
        drift, prediction_drift = [], []
        reference = ModelReference.read(artifact.folder)
        if reference is None:
            self._notes.append(
                "The model keeps nothing of its train rows to tell a drift by: it was trained "
                "before models did. Train it again to have that."
            )
        else:
            sample = self._sample.frame()
            now = sketch_features(artifact.pipeline, sample, whole=True)
            drift = drifts(reference.inputs, now)
            prediction_drift = self._prediction_drift(reference)
        written = None
        if self._rows_file is not None and len(self._truth):
            self._truth.write(self._rows_file, self._predictor.scored_outputs)
            written = str(self._rows_file)
        return Evaluation(
            created_at=datetime.now(UTC),
            model=self._plan.model,
            input=self._rows.name,
            rows=self._n_rows + self._n_rejected,
            evaluated_rows=len(self._truth),
            rows_without_truth=self._n_without_truth if self._has_truth else self._n_rows,
            unknown_class_rows=self._n_unknown,
            unscorable_rows=self._n_unscorable,
            rejected_rows=self._n_rejected,
            weighted=self._weight is not None and bool(metrics),
            thresholds=thresholds,
            metrics=metrics,
            drift=drift,
            prediction_drift=prediction_drift,
            drift_rows=len(self._sample),
            rows_file=written,
            notes=self._notes,
        )

    def _prediction_drift(self, reference: ModelReference) -> list[ColumnDrift]:
        if self._predictor.partitions is not None:
            self._notes.append(
                "No drift of predictions is told: what the submodels predicted at their trainings "
                "is not kept together."
            )
            return []
        joined = {
            name: np.concatenate([one.outputs[name] for one in self._scores])
            for name in self._scores[0].outputs
        }
        predicted = prediction_sketches(self._predictor.artifact.outputs, joined, whole=True)
        return drifts(reference.predictions, predicted)

    def _metrics(self) -> tuple[list[EvaluatedMetric], dict[str, float | None]]:
        outputs, measurer = self._predictor.scored_outputs, self._plan.measurer
        thresholds = {name: output.threshold for name, output in outputs.items()}
        if self._predictor.partitions is not None:
            thresholds = dict.fromkeys(outputs)
        if measurer is None or not len(self._truth):
            if self._has_truth and not len(self._truth):
                self._notes.append("No row has a truth that can be measured by.")
            return [], thresholds
        truth, scores, weight = self._truth.arrays()
        corrected = {
            name: outputs[name].corrected(array.astype(np.float64))
            for name, array in scores.outputs.items()
        }
        found = measurer.measure(truth, corrected, weight, thresholds, scores.decided)
        self._notes += [
            f"{name} has no value: {error}" for name, error in found.custom_score_errors.items()
        ]
        metrics = []
        for output, one in measurer.measurers.items():
            for name, value in found.outputs[output].metrics.items():
                title = output_metric_name(output, name)
                before, now = _finite(self._plan.at_training.get(title)), _finite(value)
                custom = one.custom_scores.get(name)
                metrics.append(
                    EvaluatedMetric(
                        name=title,
                        value=now,
                        at_training=before,
                        difference=None if now is None or before is None else now - before,
                        greater_is_better=get_metric(one.prediction_type, name).greater_is_better
                        if custom is None
                        else custom.greater_is_better,
                    )
                )
        return metrics, thresholds


def _encoders(predictor: RowPredictor) -> dict[str, Encoder]:
    return {name: output.encoder for name, output in predictor.artifact.outputs.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
