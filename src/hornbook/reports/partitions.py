"""What the submodels of a partitioned model are worth, each and together, on their test rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from hornbook.design import DesignFolder
from hornbook.design.task import TaskDesign
from hornbook.errors import HornbookError
from hornbook.metrics import (
    Measurer,
    PredictionType,
    TaskMeasurer,
    default_metric,
    metric_names,
)
from hornbook.reports.evaluated_output import EvaluatedOutput
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.job import DESIGN_FOLDER, PREDICTIONS_FILE
from hornbook.training.partitions import Partitions
from hornbook.training.provenance import Provenance
from hornbook.training.result import TrainingResult

__all__ = [
    "REPORT_FILE",
    "PartitionFigures",
    "PartitionReport",
    "SubmodelState",
    "partition_report",
    "why_unfit",
]

REPORT_FILE = "partition_report.json"
"""In a version: what its submodels were worth when it was deployed."""


class PartitionFigures(BaseModel):
    """One value of the column, and what its submodel is worth."""

    value: str = Field(description="of the column")
    rows: int = Field(description="of the train file with this value")
    session: str = Field(description="that trains its submodel")
    status: str = Field(description="of that session")
    answers: bool = Field(description="whether its submodel answers; else the whole model does")
    reason: str | None = Field(description="why its submodel does not answer, or not yet")
    train_rows: int | None
    test_rows: int | None
    metric_value: float | None = Field(description="of the submodel on its own test rows")
    whole_value: float | None = Field(
        description="of the whole model on the same rows; null where it has learnt from some"
    )


class PartitionReport(BaseModel):
    """A group of submodels and the whole model."""

    column: str = Field(description="that is gone by")
    metric: str | None = Field(description="that chose the epochs")
    greater_is_better: bool | None
    partitions: list[PartitionFigures]
    pooled_rows: int = Field(description="test rows of all submodels together")
    pooled: dict[str, float | None] = Field(
        description="metrics of the submodels on these rows, each row predicted by its own"
    )
    whole: dict[str, float | None] = Field(
        description="of the whole model on the same rows; empty where it has learnt from some"
    )

    def write(self, path: Path) -> None:
        """Writes it to a file."""
        path.write_text(self.model_dump_json(indent=1), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> PartitionReport | None:
        """That of a version; `None` where it has no partitions."""
        path = folder / REPORT_FILE
        return cls.model_validate_json(path.read_text("utf-8")) if path.is_file() else None


@dataclass(frozen=True)
class SubmodelState:
    """How the training of a submodel stands.

    Attributes:
        status: of its session.
        folder: of its session, if it has a model that can answer.
        reason: why it has none.
    """

    status: str
    folder: Path | None
    reason: str | None


def partition_report(
    group: Partitions, whole: Path, states: Sequence[SubmodelState]
) -> PartitionReport:
    """Reads results and kept predictions of test rows; nothing of the models is run.

    Args:
        group: the partitions.
        whole: the folder of the session of the whole model.
        states: of the partitions' submodels, in their order.
    """
    result = TrainingResult.read(whole) or TrainingResult("failed")
    folders = [state.folder for state in states if state.folder is not None]
    measured = _Together.of(whole, folders) if result.has_model and folders else None
    figures = []
    for one, state in zip(group, states, strict=True):
        own = TrainingResult("failed")
        if state.folder is not None:
            own = TrainingResult.read(state.folder) or own
        on_whole = None
        if measured is not None and state.folder is not None and result.metric is not None:
            on_whole = measured.of_whole([state.folder]).get(result.metric)
        figures.append(
            PartitionFigures(
                value=one.value,
                rows=one.rows,
                session=one.session,
                status=state.status,
                answers=state.folder is not None,
                reason=state.reason,
                train_rows=own.train_rows,
                test_rows=own.test_rows,
                metric_value=own.metric_value,
                whole_value=on_whole,
            )
        )
    return PartitionReport(
        column=group.column,
        metric=result.metric,
        greater_is_better=result.greater_is_better,
        partitions=figures,
        pooled_rows=0 if measured is None else measured.n_rows,
        pooled={} if measured is None else measured.of_submodels(),
        whole={} if measured is None else measured.of_whole(folders),
    )


def why_unfit(whole: Path, submodel: Path) -> str | None:
    """Why a submodel cannot answer in place of the whole model; `None` where it can.

    Args:
        whole: the folder of the whole model's session.
        submodel: of the submodel's.
    """
    known, own = (ModelArtifact.read(one / MODEL_FOLDER).outputs for one in (whole, submodel))
    if {name: one.prediction_type for name, one in known.items()} != {
        name: one.prediction_type for name, one in own.items()
    }:
        return "It does not predict what the whole model predicts."
    for name, output in own.items():
        classes = known[name].encoder.classes or ()
        more = [label for label in output.encoder.classes or () if label not in classes]
        if more:
            return f"It predicts {', '.join(map(repr, more[:5]))}, which the whole model does not."
    return None


class _Together:
    """Test rows of several submodels in the classes of the whole model.

    Args:
        task: the design's settings.
        outputs: of the whole model.
        whole: its test rows by output; `None` where they are of another table.
        parts: those of each submodel by its folder and by output.
    """

    def __init__(
        self,
        task: TaskDesign,
        outputs: Mapping[str, ModelOutput],
        whole: Mapping[str, EvaluatedOutput] | None,
        parts: Mapping[Path, Mapping[str, EvaluatedOutput]],
    ) -> None:
        self._outputs = outputs
        self._whole = whole
        self._parts = parts
        self._measurer = _measurer(task, outputs)

    @classmethod
    def of(cls, whole: Path, folders: Sequence[Path]) -> _Together | None:
        """Reads what the trainings kept; `None` where they kept no predictions."""
        if not all((one / PREDICTIONS_FILE).is_file() for one in (whole, *folders)):
            return None
        outputs = ModelArtifact.read(whole / MODEL_FOLDER).outputs
        task = DesignFolder.read(whole / DESIGN_FOLDER).task
        parts = {
            folder: {name: EvaluatedOutput.read(folder, name) for name in outputs}
            for folder in folders
        }
        of_whole = {name: EvaluatedOutput.read(whole, name) for name in outputs}
        known = Provenance.read(whole)
        same = known is not None and all(
            (one := Provenance.read(folder)) is not None
            and one.test.fingerprint == known.test.fingerprint
            for folder in folders
        )
        return cls(task, outputs, of_whole if same else None, parts)

    @property
    def n_rows(self) -> int:
        """Of all submodels together."""
        return sum(len(next(iter(one.values())).truth) for one in self._parts.values())

    def of_submodels(self) -> dict[str, float | None]:
        """The metrics of the submodels on all their rows."""
        return self._measured(list(self._parts.values()))

    def of_whole(self, folders: Sequence[Path]) -> dict[str, float | None]:
        """Those of the whole model on the rows of some of them; empty if not all are test rows."""
        if self._whole is None:
            return {}
        chosen = []
        for folder in folders:
            mine = next(iter(self._parts[folder].values())).rows
            places = _places(next(iter(self._whole.values())).rows, mine)
            if places is None:
                return {}
            chosen.append({name: one.only(places) for name, one in self._whole.items()})
        return self._measured(chosen)

    def _measured(self, parts: Sequence[Mapping[str, EvaluatedOutput]]) -> dict[str, float | None]:
        arrays = {
            name: [_in_classes_of(one[name], output) for one in parts]
            for name, output in self._outputs.items()
        }
        weights = [next(iter(one.values())).weight for one in parts]
        try:
            found = self._measurer.measure(
                {name: np.concatenate([one.truth for one in of]) for name, of in arrays.items()},
                {
                    name: np.concatenate([one.prediction for one in of])
                    for name, of in arrays.items()
                },
                None if any(one is None for one in weights) else np.concatenate(weights),  # type: ignore[arg-type]
                decided={
                    name: np.concatenate([one.decided for one in of if one.decided is not None])
                    for name, of in arrays.items()
                    if self._outputs[name].prediction_type is PredictionType.BINARY
                },
            )
        except HornbookError:
            return {}
        return {
            name: value if np.isfinite(value) else None for name, value in found.metrics.items()
        }


@dataclass(frozen=True)
class _Arrays:
    truth: NDArray[Any]
    prediction: NDArray[np.float64]
    decided: NDArray[np.int64] | None


def _in_classes_of(part: EvaluatedOutput, whole: ModelOutput) -> _Arrays:
    """Rows of a submodel in the codes of the whole model; a class it does not know has 0."""
    kind = part.prediction_type
    if kind is PredictionType.REGRESSION:
        return _Arrays(part.truth, part.prediction, None)
    known = list(whole.encoder.classes or ())
    places = np.array([known.index(label) for label in part.output.encoder.classes or ()])
    if kind is PredictionType.BINARY:
        decided = places[part.predicted]
        prediction = part.prediction if places[1] == 1 else 1.0 - part.prediction
        return _Arrays(places[part.truth.astype(np.int64)], prediction, decided)
    spread = np.zeros((len(part.prediction), len(known)))
    spread[:, places] = part.prediction
    if kind is PredictionType.MULTICLASS:
        return _Arrays(places[part.truth.astype(np.int64)], spread, None)
    truth = np.zeros(spread.shape, np.int64)
    truth[:, places] = part.truth
    return _Arrays(truth, spread, None)


def _places(rows: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Where each wanted row stands among others; `None` where one is not there."""
    order = np.argsort(rows, kind="stable")
    found = np.searchsorted(rows[order], wanted)
    if not len(rows) or (found >= len(rows)).any():
        return None
    places: NDArray[np.int64] = order[found]
    return places if (rows[places] == wanted).all() else None


def _measurer(task: TaskDesign, outputs: Mapping[str, ModelOutput]) -> TaskMeasurer:
    """The metrics of a design but for the user's own, which would have to be run."""
    measurers = {}
    for name, output in outputs.items():
        kind = output.prediction_type
        metric = default_metric(kind).name
        if name == task.deciding_output and task.deciding_metric in metric_names(kind)[:-1]:
            metric = task.deciding_metric
        measurers[name] = Measurer(
            kind, metric=metric, settings=task.metrics.settings, classes=output.encoder.classes
        )
    return TaskMeasurer(measurers, task.deciding_output)
