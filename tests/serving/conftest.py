"""Small models with fixed weights, in a folder as a training leaves them."""

from __future__ import annotations

import keras
import numpy as np
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
from hornbook.serving.predict import Predictor
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.trust import TrustedModels

TRAIN = pl.DataFrame({"n": [1.0, 2.0, 3.0, 4.0], "c": ["a", "b", "a", "b"]})


@pytest.fixture
def make_predictor(tmp_path):
    """Makes a model that looks at a number `n`, which may not be missing, and a category `c`."""

    def make(
        kind=PredictionType.BINARY, classes=("no", "yes"), units=1, seed=0, threshold=0.5, **learnt
    ):
        pipeline = FeaturePipeline.fit(
            [Feature("n", NumericalRegular(missing="drop_rows")), Feature("c", CategoricalDummy())],
            [TRAIN],
        )
        keras.utils.set_random_seed(seed)
        main = keras.Input((pipeline.inputs["main"].shape[0],), name="main")
        hidden = keras.layers.Dense(8, activation="relu")(main)
        activation = None if kind is PredictionType.REGRESSION else "sigmoid"
        model = keras.Model(main, keras.layers.Dense(units, activation=activation)(hidden))
        folder = tmp_path / f"model {seed}"
        artifact = ModelArtifact(
            folder / MODEL_FOLDER,
            {"": ModelOutput(kind, TargetEncoder("y", classes), threshold, **learnt)},
            TargetLayout.single(TargetFormat.VALUES),
            pipeline,
            ReadOptions(types={"n": "float", "c": "string"}, types_may_be_absent=True),
            "jax",
        )
        artifact.write(model)
        return Predictor(ModelArtifact.read(folder / MODEL_FOLDER), TrustedModels(folder))

    return make


@pytest.fixture
def rows():
    """A hundred rows with an id, of which every tenth has no number."""
    random = np.random.default_rng(0)
    n = random.normal(2.5, 1.5, 100).round(3).tolist()
    return pl.DataFrame(
        {
            "id": list(range(100)),
            "n": [None if i % 10 == 0 else one for i, one in enumerate(n)],
            "c": random.choice(["a", "b", "z"], 100),
        }
    )
