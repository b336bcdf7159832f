"""What may be wrong with a training that has just ended: its data and model, put to the checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.backends.devices import gpus_of_keras
from hornbook.backends.gpus import gpus_of_machine
from hornbook.batching import PreparedRows
from hornbook.data import Table
from hornbook.design import DesignFolder
from hornbook.diagnostics import Diagnostic, DiagnosticReport
from hornbook.diagnostics.columns import SAMPLED_ROWS, SourceColumns, check_columns
from hornbook.diagnostics.curves import LossCurves, check_curves
from hornbook.diagnostics.effects import Members, measure_effects
from hornbook.diagnostics.network import check_dead_units, check_effects
from hornbook.diagnostics.predictions import PredictedRows, check_predictions
from hornbook.diagnostics.rows import RowCounts, check_rows
from hornbook.diagnostics.runtime import check_custom_scores, check_gpu
from hornbook.diagnostics.target import TargetRows, check_target
from hornbook.errors import DivergedTrainingError
from hornbook.features import FeaturePipeline, FeatureType, LabelsEncoder, TargetEncoder
from hornbook.metrics import (
    LABEL_THRESHOLD,
    PredictionType,
    RankedScores,
    checked_prediction,
    is_positive,
)
from hornbook.training.activations import count_dead_units
from hornbook.training.fit import FitOutcome
from hornbook.training.model import UserModel
from hornbook.training.prediction import predict_inputs
from hornbook.training.prepare import DROPPED_BY_FEATURES, PreparedData

__all__ = ["diagnose"]

_MOST_ROWS = 512
_FEWEST_ROWS = 64
_MOST_BYTES = 16 * 2**20
_MOST_LABELS = 20
_COMPARED = (FeatureType.NUMERICAL, FeatureType.CATEGORICAL)


def diagnose(
    design: DesignFolder,
    table: Table,
    data: PreparedData,
    user_model: UserModel,
    outcome: FitOutcome,
) -> DiagnosticReport:
    """Looks at a training from all sides; empty where the design has that switched off.

    Args:
        design: of the training.
        table: with the train rows.
        data: what it was fed with.
        user_model: with the weights of the kept epoch.
        outcome: what it came to.
    """
    settings = design.task.diagnostics
    if not settings.enabled:
        return DiagnosticReport()
    sides = _Sides(design, table, data, user_model, outcome)
    checks = (
        sides.rows,
        sides.targets,
        sides.columns,
        sides.predictions,
        sides.effects,
        sides.dead_units,
        sides.curves,
        sides.custom_scores,
        sides.gpu,
    )
    return DiagnosticReport.gather(checks, settings.off)


@dataclass(frozen=True)
class _Sides:
    """The sides from which a training is looked at; see `diagnose`."""

    design: DesignFolder
    table: Table
    data: PreparedData
    user_model: UserModel
    outcome: FitOutcome

    def rows(self) -> Iterator[Diagnostic]:
        data = self.data
        counts = RowCounts(
            len(data.train),
            len(data.test),
            0 if data.validation is None else len(data.validation),
            data.dropped.get(DROPPED_BY_FEATURES, 0),
        )
        yield from check_rows(counts, self._missing_by_column)

    def _missing_by_column(self) -> dict[str, int]:
        """Rows of the table without a value, for each feature that drops such rows."""
        expressions = {
            feature.column: feature.handling.missing_expression(feature.column)
            for feature in self.design.task.input_features
            if feature.handling.drops_missing_rows
        }
        query = self.table.scan().select(
            expression.sum().alias(str(index))
            for index, expression in enumerate(expressions.values())
        )
        counts = query.collect(engine="streaming").row(0)
        return dict(zip(expressions, map(int, counts), strict=True))

    def targets(self) -> Iterator[Diagnostic]:
        for name, encoder in self.data.targets.encoders.items():
            if isinstance(encoder, TargetEncoder):
                target = TargetRows(
                    self._train_targets[name],
                    self.outcome.evaluated.targets[name],
                    encoder.classes,
                )
                yield from (one.of_output(name or None) for one in check_target(target))

    @cached_property
    def _train_targets(self) -> dict[str, NDArray[Any]]:
        return self.data.train.read_targets()[0]

    def columns(self) -> Iterator[Diagnostic]:
        kinds = {
            feature.column: feature.handling.feature_type
            for feature in self.design.task.input_features
            if feature.handling.feature_type in _COMPARED
        }
        frame = self.table.take(_spread(self.data.train.rows, SAMPLED_ROWS), list(kinds))
        categories = {name for name, kind in kinds.items() if kind is FeatureType.CATEGORICAL}
        yield from check_columns(SourceColumns(frame, frozenset(categories), self.table.n_rows))

    def predictions(self) -> Iterator[Diagnostic]:
        for name, encoder in self.data.targets.encoders.items():
            if isinstance(encoder, TargetEncoder):
                tested = self._predicted_rows(name, encoder)
                yield from (one.of_output(name or None) for one in check_predictions(tested))
            else:
                for label, tested in self._predicted_labels(name, encoder):
                    where = f"{name} {label}".strip()
                    yield from (one.of_output(where) for one in check_predictions(tested))

    def _predicted_labels(
        self, name: str, encoder: LabelsEncoder
    ) -> Iterator[tuple[str, PredictedRows]]:
        """Each label as a target of two classes: a row has it or not."""
        evaluated = self.outcome.evaluated
        corrected = self.outcome.corrections.apply(evaluated.predictions)
        prediction = checked_prediction(
            corrected[name], PredictionType.MULTILABEL, encoder.n_classes
        )
        for at, label in enumerate(encoder.labels[:_MOST_LABELS]):
            truth, scores = evaluated.targets[name][:, at].astype(np.int64), prediction[:, at]
            metrics = {"ROC AUC": RankedScores(truth == 1, scores).roc_auc()}
            codes = is_positive(scores, LABEL_THRESHOLD).astype(np.int64)
            classes = (f"without {label}", label)
            yield label, PredictedRows(truth, scores, metrics, codes, classes)

    def _predicted_rows(self, name: str, encoder: TargetEncoder) -> PredictedRows:
        kind = self.design.task.targets[name].type
        evaluated, measured = self.outcome.evaluated, self.outcome.measurement.outputs[name]
        # The metrics and the threshold are those of calibrated probabilities.
        corrected = self.outcome.corrections.apply(evaluated.predictions)
        prediction = checked_prediction(corrected[name], kind, encoder.n_classes)
        codes = None
        if kind is PredictionType.BINARY:
            codes = is_positive(prediction, measured.threshold or 0.5).astype(np.int64)
        elif kind is PredictionType.MULTICLASS:
            codes = prediction.argmax(axis=1)
        return PredictedRows(
            evaluated.targets[name],
            prediction,
            measured.metrics,
            codes,
            encoder.classes,
            None if encoder.classes else float(self._train_targets[name].mean(dtype=np.float64)),
        )

    def effects(self) -> Iterator[Diagnostic]:
        pipeline, layout = self.data.pipeline, self.user_model.layout
        columns = _members(pipeline)
        filled = _sample(self.data.measured, self._n_rows(len(columns) + len(pipeline.inputs)))

        def predict(rows: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            inputs = pipeline.finish(rows)
            n_rows = len(next(iter(inputs.values())))
            return layout.by_name(predict_inputs(self.user_model.keras_model, inputs, n_rows))

        yield from check_effects(measure_effects(predict, filled, columns, self.design.task.seed))

    def _n_rows(self, n_predictions: int) -> int:
        """How many rows to look at, so that it costs no more than a part of the training."""
        learnt = len(self.data.train) * max(self.outcome.epochs, 1)
        row_bytes = sum(spec.row_bytes for spec in self.data.pipeline.filled_inputs.values())
        affordable = min(learnt // 2 // (n_predictions + 1), _MOST_BYTES // row_bytes)
        return min(max(affordable, _FEWEST_ROWS), _MOST_ROWS)

    def dead_units(self) -> Iterator[Diagnostic]:
        filled = _sample(self.data.measured, self._n_rows(0))
        inputs = self.data.pipeline.finish(filled)
        n_rows = len(next(iter(inputs.values())))
        yield from check_dead_units(count_dead_units(self.user_model.keras_model, inputs), n_rows)

    def curves(self) -> Iterator[Diagnostic]:
        outcome, settings = self.outcome, self.design.task.training
        curves = LossCurves(
            outcome.history.get("loss", []),
            outcome.history.get("val_loss", []),
            outcome.epoch,
            diverged=isinstance(outcome.failure, DivergedTrainingError),
            ended_early=outcome.stopped
            or outcome.failure is not None
            or (settings.mode == "standard" and outcome.epochs < settings.epochs),
        )
        yield from check_curves(curves)

    def custom_scores(self) -> Iterator[Diagnostic]:
        yield from check_custom_scores(self.outcome.custom_score_errors)

    def gpu(self) -> Iterator[Diagnostic]:
        present = gpus_of_machine()
        if present:
            yield from check_gpu(present, gpus_of_keras(), keras.backend.backend())


def _spread(rows: NDArray[np.integer[Any]], most: int) -> NDArray[np.integer[Any]]:
    """Up to so many of some rows, evenly spread over them."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _sample(rows: PreparedRows, most: int) -> dict[str, NDArray[Any]]:
    """Every input of some rows, as the features fill it."""
    chosen = _spread(rows.rows, most)
    frame: pl.DataFrame = rows.table.take(chosen, list(dict.fromkeys(rows.pipeline.columns)))
    return rows.pipeline.fill(frame)


def _members(pipeline: FeaturePipeline) -> Members:
    """Which columns of which inputs each column of the table fills."""
    members: dict[str, dict[str, list[int] | None]] = {}
    for name, spec in pipeline.filled_inputs.items():
        if not spec.columns:
            for source in spec.sources:
                members.setdefault(source, {})[name] = None
        for position, column in enumerate(spec.columns):
            for source in column.sources:
                positions = members.setdefault(source, {}).setdefault(name, [])
                if positions is not None:
                    positions.append(position)
    return members
