"""Whether an ONNX model says what Hornbook says, row by row, and the certificate of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features import LabelsEncoder
from hornbook.metrics import LABEL_THRESHOLD, PredictionType
from hornbook.serving.exports.onnx_outputs import output_name
from hornbook.training.artifact import ModelOutput

__all__ = ["TOLERANCE", "LabelParity", "NumberParity", "ParityCertificate", "ParityCheck"]

TOLERANCE = 1e-5


@dataclass
class NumberParity:
    """How far the numbers of one output are apart.

    Attributes:
        largest_absolute_difference: in the unit of the numbers.
        largest_relative_difference: by the number that Hornbook gives, or by 1 where it is less.
        row: in which the relative one is, from 0, in the order in which the rows came.
    """

    largest_absolute_difference: float = 0.0
    largest_relative_difference: float = 0.0
    row: int | None = None


@dataclass
class LabelParity:
    """How many predicted classes are the same.

    Attributes:
        equal_share: of the scored rows.
        different_rows: how many are not.
        on_the_edge_rows: those of them where Hornbook is within the tolerance of saying the other
            class.
    """

    equal_share: float = 1.0
    different_rows: int = 0
    on_the_edge_rows: int = 0


@dataclass
class ParityCertificate:
    """What a comparison of an ONNX model with Hornbook found.

    Attributes:
        rows: that went through both.
        unscored_rows: that lack a value and have no prediction, in both.
        tolerance: of the relative differences.
        numbers: of each output of the model that holds numbers, by its name.
        labels: of each output of the model that holds classes, by its name.
        opsets: the sets of operators that the model is written in, with their versions.
        contributed_operators: those of ONNX Runtime that the standard does not have.
        versions: of the packages that wrote, ran and compared.
    """

    rows: int = 0
    unscored_rows: int = 0
    tolerance: float = TOLERANCE
    numbers: dict[str, NumberParity] = field(default_factory=dict)
    labels: dict[str, LabelParity] = field(default_factory=dict)
    opsets: dict[str, int] = field(default_factory=dict)
    contributed_operators: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @property
    def largest_absolute_difference(self) -> float:
        """Of all numbers."""
        return max((one.largest_absolute_difference for one in self.numbers.values()), default=0.0)

    def __str__(self) -> str:
        """What a person wants to know of it, in one line."""
        relative = max(
            (one.largest_relative_difference for one in self.numbers.values()), default=0
        )
        line = (
            f"{self.rows:,} rows through ONNX Runtime and Hornbook: largest difference "
            f"{self.largest_absolute_difference:.2g} ({relative:.2g} relative)"
        )
        for name, labels in self.labels.items():
            line += f"; {labels.equal_share:.4%} of '{name}' equal"
        return f"{line}; {self.unscored_rows:,} rows not scored" if self.unscored_rows else line


class ParityCheck:
    """Compares block after block; owned by one thread.

    Attributes:
        certificate: of the rows so far.

    Args:
        outputs: what the network predicts, by name.
        tolerance: of the relative differences.
    """

    def __init__(self, outputs: Mapping[str, ModelOutput], tolerance: float = TOLERANCE) -> None:
        self.certificate = ParityCertificate(tolerance=tolerance)
        self._outputs = outputs
        self._scored_rows = 0

    def add(self, hornbook: pl.DataFrame, onnx: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
        """Compares what both say of the same rows.

        Args:
            hornbook: as `Predictor.predict` gives it.
            onnx: the outputs of the model by name.

        Returns:
            The positions of the rows on which they part.
        """
        scored = hornbook.to_series(0).is_not_null().to_numpy()
        parted = scored != onnx.get("scored", np.ones(len(hornbook), np.bool_))
        self._scored_rows += int(scored.sum())
        for name, output in self._outputs.items():
            prediction = hornbook[output_name("prediction", name)]
            classes = output.encoder.classes
            if classes is None:
                values = prediction.to_numpy()[:, np.newaxis]
                parted |= self._numbers(output_name("prediction", name), values, onnx, scored)
                if output.interval is not None:
                    ends = [f"{prediction.name}_lower", f"{prediction.name}_upper"]
                    bounds = hornbook.select(ends).to_numpy()
                    parted |= self._numbers(output_name("interval", name), bounds, onnx, scored)
                continue
            probabilities = np.column_stack(
                [hornbook[f"{output_name('proba', name)}_{one}"].to_numpy() for one in classes]
            )
            parted |= self._numbers(output_name("probabilities", name), probabilities, onnx, scored)
            edge = _distance_to_edge(output, probabilities) <= self.certificate.tolerance
            parted |= self._labels(prediction, onnx, scored, edge)
        self.certificate.rows += len(hornbook)
        self.certificate.unscored_rows += int((~scored).sum())
        return np.flatnonzero(parted)

    def _numbers(
        self,
        name: str,
        expected: NDArray[np.float64],
        onnx: Mapping[str, NDArray[Any]],
        scored: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Which rows lie further apart than they may."""
        given = np.asarray(onnx[name]).reshape(expected.shape)
        with np.errstate(invalid="ignore"):
            same = (given == expected) | (np.isnan(given) & np.isnan(expected))
            distance = np.where(same, 0.0, np.abs(given - expected))
            distance = np.where(np.isnan(distance), np.inf, distance)
            relative = np.where(same, 0.0, distance / np.maximum(1.0, np.abs(expected)))
        relative = np.where(np.isnan(relative), np.inf, relative)
        of_rows = np.where(scored, relative.max(axis=1), 0.0)
        if scored.any():
            found = self.certificate.numbers.setdefault(name, NumberParity())
            largest = float(distance[scored].max())
            found.largest_absolute_difference = max(found.largest_absolute_difference, largest)
            row = int(of_rows.argmax())
            if found.row is None or of_rows[row] > found.largest_relative_difference:
                found.row = self.certificate.rows + row
                found.largest_relative_difference = float(of_rows[row])
        return of_rows > self.certificate.tolerance

    def _labels(
        self,
        expected: pl.Series,
        onnx: Mapping[str, NDArray[Any]],
        scored: NDArray[np.bool_],
        edge: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Which rows have another class, without being on the edge of it."""
        given = onnx[expected.name].tolist()
        pairs = zip(given, expected.to_list(), strict=True)
        different = np.array([one != other for one, other in pairs], np.bool_) & scored
        found = self.certificate.labels.setdefault(expected.name, LabelParity())
        found.different_rows += int(different.sum())
        found.on_the_edge_rows += int((different & edge).sum())
        found.equal_share = 1.0 - found.different_rows / max(1, self._scored_rows)
        return different & ~edge


def _distance_to_edge(
    output: ModelOutput, probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much a probability must change for another class to be predicted."""
    if isinstance(output.encoder, LabelsEncoder):
        return np.asarray(np.abs(probabilities - LABEL_THRESHOLD).min(axis=1), np.float64)
    if output.prediction_type is PredictionType.BINARY:
        threshold = 0.5 if output.threshold is None else output.threshold
        return np.abs(probabilities[:, -1] - threshold)
    ranked = np.sort(probabilities, axis=1)
    return np.asarray((ranked[:, -1] - ranked[:, -2]) / 2, np.float64)
