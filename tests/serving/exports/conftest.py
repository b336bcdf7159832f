"""Small models on disk, such as a session keeps; handlings beside their ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from hornbook.data import ReadOptions
from hornbook.features import (
    NO_RESOURCES,
    ROW,
    TARGET,
    CategoricalDummy,
    Feature,
    FeaturePipeline,
    FitContext,
    Handling,
    NumericalRegular,
    Resources,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
)
from hornbook.metrics import PredictionType
from hornbook.serving.exports import ExportSource
from hornbook.serving.exports.onnx_preprocessing import Preprocessing, preprocessing
from hornbook.serving.exports.onnx_runtime import OnnxRunner
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput

CheckParity = Callable[..., Preprocessing]
AssertAlike = Callable[[FeaturePipeline, Preprocessing, pl.DataFrame], None]

COLUMN = "a column: ünï"


@pytest.fixture
def assert_alike() -> AssertAlike:
    """Runs rows through a pipeline and its graph; both must fill the network's inputs alike."""

    def check(pipeline: FeaturePipeline, before: Preprocessing, frame: pl.DataFrame) -> None:
        runner = OnnxRunner(before.model, before.raw)
        expected = pipeline.transform(frame)
        # A second time, what was left in memory by the first must not show.
        for _ in range(2):
            given = runner.run(frame)
            for name, array in expected.items():
                found = given[before.inputs[name]]
                assert found.dtype == array.dtype
                assert found.shape == array.shape
                np.testing.assert_allclose(found, array, rtol=2e-6, atol=2e-6)

    return check


@pytest.fixture
def check_parity(assert_alike: AssertAlike) -> CheckParity:
    """Fits a handling to a column and compares it with its ONNX on these and other values."""

    def check(
        handling: Handling,
        train: pl.Series | Sequence[Any],
        unseen: pl.Series | Sequence[Any] = (),
        *,
        target: Sequence[Any] | NDArray[Any] | None = None,
        n_classes: int | None = None,
        resources: Resources = NO_RESOURCES,
    ) -> Preprocessing:
        series = pl.Series(COLUMN, train)
        frame = pl.DataFrame(
            {
                COLUMN: series,
                TARGET: pl.Series(np.zeros(len(series)) if target is None else target),
                ROW: pl.Series(np.arange(len(series))),
            }
        )
        feature = Feature(COLUMN, handling, handling.default_input(COLUMN))
        context = FitContext(n_classes, seed=7, resources=resources)
        pipeline = FeaturePipeline.fit([feature], [frame], context)
        before = preprocessing(pipeline)
        assert_alike(pipeline, before, frame)
        assert_alike(pipeline, before, frame.head(1))
        if len(unseen):
            more = pl.Series(COLUMN, unseen).to_frame()
            assert_alike(pipeline, before, more)
            # Alone, no other row of the batch can hide what happens to it.
            for row in range(min(8, len(more))):
                assert_alike(pipeline, before, more.slice(row, 1))
        return before

    return check


TRAIN = pl.DataFrame({"n": [1.0, 2.0, 3.0, 4.0], "^c$": ["a", "b", "a", "b"]})


@pytest.fixture
def make() -> Callable[..., ExportSource]:
    """Makes one."""
    return _make


def _make(
    home: Path,
    units: int = 1,
    activation: str = "sigmoid",
    kind: PredictionType = PredictionType.BINARY,
    encoder: Any = None,
    layer: Any = None,
    **learnt: Any,
) -> ExportSource:
    """A network with weights from a seed, in a folder such as a session has."""
    keras.utils.set_random_seed(3)
    features = [
        Feature("n", NumericalRegular(missing="drop_rows")),
        Feature("^c$", CategoricalDummy()),
    ]
    main = keras.Input((3,), name="main")
    x = main if layer is None else layer(main)
    network = keras.Model(main, keras.layers.Dense(units, activation=activation)(x))
    session = home / "analyses" / "Aaaaaaaa" / "Bbbbbbbb" / "s1"
    types = {"n": "float", "^c$": "string"}
    ModelArtifact(
        session / MODEL_FOLDER,
        {"": ModelOutput(kind, encoder or TargetEncoder("y", ("no", "yes")), 0.4, **learnt)},
        TargetLayout.single(TargetFormat.VALUES),
        FeaturePipeline.fit(features, [TRAIN]),
        ReadOptions(types=types, types_may_be_absent=True),
        "jax",
    ).write(network)
    (session / "design").mkdir()
    return ExportSource("Aaaaaaaa/Bbbbbbbb/s1", session, home)
