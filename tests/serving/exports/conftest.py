"""A small model on disk, such as a session keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import polars as pl
import pytest

from hornbook.data import ReadOptions
from hornbook.features import (
    CategoricalDummy,
    Feature,
    FeaturePipeline,
    NumericalRegular,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
)
from hornbook.metrics import PredictionType
from hornbook.serving.exports import ExportSource
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput

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
