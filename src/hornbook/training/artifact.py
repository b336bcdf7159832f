"""A trained model on disk: the network, the fitted features, and what its numbers mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hornbook import __version__
from hornbook.atomic import write_json_atomically
from hornbook.data import ReadOptions
from hornbook.features import (
    NO_RESOURCES,
    Encoder,
    FeaturePipeline,
    LabelsEncoder,
    Resources,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
)
from hornbook.metrics import (
    LABEL_THRESHOLD,
    Calibration,
    PredictionInterval,
    PredictionType,
    is_positive,
)
from hornbook.training.network import write_network

__all__ = [
    "DESCRIPTION_FILE",
    "FEATURES_FOLDER",
    "KERAS_FILE",
    "MODEL_FOLDER",
    "ModelArtifact",
    "ModelOutput",
]

MODEL_FOLDER = "model"
KERAS_FILE = "model.keras"
FEATURES_FOLDER = "features"
DESCRIPTION_FILE = "model.json"


@dataclass(frozen=True)
class ModelOutput:
    """What one output of the network predicts.

    Attributes:
        prediction_type: of its target.
        encoder: the target column and its classes.
        threshold: binary only, from which probability on a row is positive.
        calibration: of the probabilities, which the threshold is for.
        interval: regression: where a new truth is to be expected.
    """

    prediction_type: PredictionType
    encoder: Encoder
    threshold: float | None = None
    calibration: Calibration | None = None
    interval: PredictionInterval | None = None

    def with_threshold(self, threshold: float | None) -> ModelOutput:
        """The same with another threshold, if there is one and two classes are told apart."""
        if threshold is None or self.prediction_type is not PredictionType.BINARY:
            return self
        return replace(self, threshold=threshold)

    def corrected(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Raw outputs of the network with calibrated probabilities, same shape."""
        return outputs if self.calibration is None else self.calibration.apply(outputs)

    def predicted_codes(self, outputs: NDArray[Any]) -> NDArray[np.int64]:
        """What raw outputs of the network mean: class codes, or labels as zeros and ones.

        Args:
            outputs: shape `(n_rows, units)`, in binary classification with 1 or 2 units.
        """
        outputs = self.corrected(outputs)
        if self.prediction_type is PredictionType.MULTILABEL:
            return is_positive(outputs, LABEL_THRESHOLD).astype(np.int64)
        if self.prediction_type is PredictionType.BINARY:
            threshold = 0.5 if self.threshold is None else self.threshold
            return is_positive(outputs[:, -1], threshold).astype(np.int64)
        codes: NDArray[np.int64] = outputs.argmax(axis=1).astype(np.int64)
        return codes

    def to_json(self) -> dict[str, Any]:
        """The output as JSON values."""
        return {
            "prediction_type": str(self.prediction_type),
            "target": self.encoder.to_json(),
            "threshold": self.threshold,
            "calibration": None if self.calibration is None else self.calibration.to_json(),
            "interval": None if self.interval is None else self.interval.to_json(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The output that `to_json` wrote."""
        kind = PredictionType(values["prediction_type"])
        encoder = LabelsEncoder if kind is PredictionType.MULTILABEL else TargetEncoder
        calibration, interval = values["calibration"], values["interval"]
        return cls(
            kind,
            encoder.from_json(values["target"]),
            values["threshold"],
            None if calibration is None else Calibration.from_json(calibration),
            None if interval is None else PredictionInterval.from_json(interval),
        )


@dataclass(frozen=True)
class ModelArtifact:
    """Everything but the network itself; reading one executes nothing.

    Attributes:
        folder: where it is.
        outputs: what the network predicts, by output name.
        layout: the form in which it gives its outputs.
        pipeline: the fitted features.
        reading: how files with rows to predict are read.
        backend: what it was trained on; any other can load it.
    """

    folder: Path
    outputs: Mapping[str, ModelOutput]
    layout: TargetLayout
    pipeline: FeaturePipeline
    reading: ReadOptions
    backend: str

    @property
    def keras_path(self) -> Path:
        """The network's file."""
        return self.folder / KERAS_FILE

    def write(self, keras_model: Any) -> None:
        """Writes the artifact, the description last."""
        self.folder.mkdir(parents=True, exist_ok=True)
        keras_model.save(self.keras_path)
        write_network(keras_model, self.folder)
        self.pipeline.save(self.folder / FEATURES_FOLDER)
        write_json_atomically(
            self.folder / DESCRIPTION_FILE,
            {
                "hornbook": __version__,
                "outputs": {name: output.to_json() for name, output in self.outputs.items()},
                "layout": {
                    "structure": self.layout.structure,
                    "formats": {name: str(one) for name, one in self.layout.formats.items()},
                },
                "backend": self.backend,
                "reading": self.reading.to_json(),
            },
        )

    @classmethod
    def read(cls, folder: Path, resources: Resources = NO_RESOURCES) -> Self:
        """Reads what `write` wrote.

        Args:
            folder: where it is.
            resources: for features with code of the user's own, or with images; code of the
                user's is run when a row is transformed, not before.
        """
        values = json.loads((folder / DESCRIPTION_FILE).read_text("utf-8"))
        layout = values["layout"]
        formats = {name: TargetFormat(one) for name, one in layout["formats"].items()}
        return cls(
            folder,
            {name: ModelOutput.from_json(one) for name, one in values["outputs"].items()},
            TargetLayout(formats, layout["structure"]),
            FeaturePipeline.load(folder / FEATURES_FOLDER, resources),
            ReadOptions.from_json(values["reading"]),
            values["backend"],
        )
