"""Session folders as a training leaves them, without a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from hornbook.data import ReadOptions
from hornbook.features import (
    Encoder,
    Feature,
    FeaturePipeline,
    LabelsEncoder,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
)
from hornbook.features.numerical_regular import NumericalRegular
from hornbook.metrics import Measurer, MetricSettings, PredictionType, default_metric
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.evaluated_rows import EvaluatedRows, write_test_predictions
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.result import OutputResult, TrainingResult


class NoNetwork:
    """What a report never looks at."""

    layers: ClassVar = []
    built = False
    trainable_variables: ClassVar = []

    def save(self, path: Path) -> None:
        path.write_bytes(b"")


@dataclass(frozen=True)
class KeptOutput:
    """One output of a model, and what it said of the test rows."""

    kind: PredictionType
    truth: NDArray[Any]
    raw: NDArray[Any]
    classes: tuple[Any, ...] | None = None
    learnt: dict[str, Any] | None = None

    @property
    def encoder(self) -> Encoder:
        if self.kind is PredictionType.MULTILABEL:
            return LabelsEncoder(("tags",), self.classes or (), "|")
        return TargetEncoder("y", self.classes)


def write_session(
    folder: Path,
    outputs: dict[str, KeptOutput],
    *,
    weight: NDArray[Any] | None = None,
    rows: NDArray[np.int64] | None = None,
    settings: MetricSettings | None = None,
    design: str = "",
) -> Path:
    """Writes predictions, model, design and a result with the metrics that a training measures."""
    results, kept = {}, {}
    for name, one in outputs.items():
        learnt = dict(one.learnt or {})
        output = ModelOutput(one.kind, one.encoder, **learnt)
        # The network gives float32, and an epoch is measured in float64.
        raw = one.raw.astype(np.float32).astype(np.float64)
        measurer = Measurer(one.kind, metric=default_metric(one.kind).name, settings=settings)
        measured = measurer.measure(
            one.truth, output.corrected(raw), weight, threshold=output.threshold
        )
        kept[name] = ModelOutput(
            one.kind, one.encoder, **{**learnt, "threshold": measured.threshold}
        )
        results[name] = OutputResult(str(one.kind), "y", measured.metrics, measured.threshold)
    pipeline = FeaturePipeline.fit([Feature("n", NumericalRegular())], [pl.DataFrame({"n": [0.0]})])
    layout = TargetLayout(dict.fromkeys(outputs, TargetFormat.VALUES))
    artifact = ModelArtifact(folder / MODEL_FOLDER, kept, layout, pipeline, ReadOptions(), "jax")
    artifact.write(NoNetwork())
    write_test_predictions(
        EvaluatedRows(
            {name: one.raw for name, one in outputs.items()},
            {name: one.truth for name, one in outputs.items()},
            weight,
            0.0,
            rows,
        ),
        folder,
    )
    (folder / DESIGN_FOLDER).mkdir()
    (folder / DESIGN_FOLDER / "task.toml").write_text(design)
    TrainingResult("finished", has_model=True, outputs=results).write(folder)
    return folder


@pytest.fixture
def session(tmp_path: Path) -> Callable[..., Path]:
    """Writes a session with one output."""

    def write(
        kind: PredictionType,
        truth: Any,
        raw: Any,
        classes: tuple[Any, ...] | None = None,
        *,
        learnt: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Path:
        output = KeptOutput(kind, np.asarray(truth), np.asarray(raw, float), classes, learnt)
        return write_session(tmp_path, {"": output}, **kwargs)

    return write


@pytest.fixture
def measured() -> Callable[[Path], dict[str, float | None]]:
    """The metrics in the result of a session with one output."""

    def read(folder: Path) -> dict[str, float | None]:
        result = TrainingResult.read(folder)
        assert result is not None
        return result.outputs[""].metrics

    return read


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)
