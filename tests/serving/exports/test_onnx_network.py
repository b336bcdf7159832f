"""Networks of Keras become ONNX in a process of their own, whatever they were trained on."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import onnxruntime
import polars as pl
import pytest
from keras import layers

from hornbook.data import ReadOptions
from hornbook.errors import ExportError
from hornbook.features import (
    CategoricalIndex,
    Feature,
    FeaturePipeline,
    NumericalRegular,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
)
from hornbook.metrics import PredictionType
from hornbook.serving.exports.onnx_network import network_as_onnx
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.trust import TrustedModels

pytestmark = [
    pytest.mark.slow,
    # Keras' own, when it saves the seed of a layer.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

TRAIN = pl.DataFrame({"n": [1.0, 2.0, 3.0, 4.0], "colour?": ["a", "b", "a", "b"]})
OWN_LAYER = """
import keras


@keras.saving.register_keras_serializable("own")
class Doubled(keras.layers.Layer):
    def call(self, x):
        return x * 2


def build_model(input_shapes, n_classes=None):
    main = keras.Input(input_shapes["main"], name="main")
    return keras.Model(main, keras.layers.Dense(1)(Doubled()(main)))


def compile_model(model):
    model.compile("adam", "mse")
    return model
"""


def artifact(folder, pipeline, layout, outputs) -> ModelArtifact:
    options = ReadOptions(types_may_be_absent=True)
    return ModelArtifact(folder / MODEL_FOLDER, outputs, layout, pipeline, options, "jax")


def regression() -> ModelOutput:
    return ModelOutput(PredictionType.REGRESSION, TargetEncoder("y"))


def test_layers_of_all_kinds_and_several_outputs(tmp_path):
    features = [Feature("n", NumericalRegular()), Feature("colour?", CategoricalIndex(), "in:dex")]
    pipeline = FeaturePipeline.fit(features, [TRAIN])
    keras.utils.set_random_seed(3)
    main = keras.Input((1,), name="main")
    index = keras.Input((1,), dtype="int32", name="in:dex")
    words = layers.Embedding(4, 6, mask_zero=True)(index)
    x = layers.RepeatVector(5)(layers.Dense(4, "gelu")(layers.BatchNormalization()(main)))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    x = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.Conv1D(4, 2, activation="swish")(layers.LayerNormalization()(x))
    x = layers.Concatenate()(
        [layers.GlobalMaxPooling1D()(x), layers.GRU(2)(words), layers.Dropout(0.5)(main)]
    )
    price = layers.Dense(1, name="price")(x)
    share = layers.Dense(3, "softmax", name="share")(x)
    model = keras.Model([main, index], {"share": share, "price": price})
    layout = TargetLayout({"price": TargetFormat.VALUES, "share": TargetFormat.CODES}, "dict")
    kept = artifact(tmp_path, pipeline, layout, {"price": regression(), "share": regression()})
    kept.write(model)
    network = network_as_onnx(kept, tmp_path / "home")
    inputs = pipeline.transform(pl.concat([TRAIN, TRAIN.with_columns(n=-pl.col("n"))]))
    session = onnxruntime.InferenceSession(network.model.SerializeToString())
    feeds = {network.inputs[name]: array for name, array in inputs.items()}
    expected = model.predict_on_batch(inputs)
    for name in ("price", "share"):
        (given,) = session.run([network.outputs[name]], feeds)
        np.testing.assert_allclose(given, expected[name], rtol=1e-5, atol=1e-6)
    assert set(network.versions) == {"keras", "tensorflow", "tf2onnx"}


def with_own_layer(tmp_path) -> ModelArtifact:
    design = tmp_path / "session" / "design"
    design.mkdir(parents=True)
    (design / "architecture.py").write_text(OWN_LAYER)
    (design / "task.toml").touch()
    pipeline = FeaturePipeline.fit([Feature("n", NumericalRegular())], [TRAIN])
    definitions: dict[str, Any] = {"__name__": "own"}
    exec(compile(OWN_LAYER, "architecture.py", "exec"), definitions)
    kept = artifact(
        tmp_path / "session",
        pipeline,
        TargetLayout.single(TargetFormat.VALUES),
        {"": regression()},
    )
    kept.write(definitions["build_model"]({"main": (1,)}))
    return kept


def test_layers_of_the_author_need_trust(tmp_path):
    kept = with_own_layer(tmp_path)
    home = tmp_path / "home"
    with pytest.raises(ExportError, match=r"needs architecture\.py of its design to be run"):
        network_as_onnx(kept, home)
    TrustedModels(home).add(kept.folder.parent, "trusted by hand")
    network = network_as_onnx(kept, home)
    assert list(network.inputs) == ["main"]


def test_what_onnx_does_not_have_is_named(tmp_path):
    pipeline = FeaturePipeline.fit([Feature("n", NumericalRegular())], [TRAIN])
    main = keras.Input((1,), name="main")
    x = keras.ops.i0(main)
    kept = artifact(
        tmp_path, pipeline, TargetLayout.single(TargetFormat.VALUES), {"": regression()}
    )
    kept.write(keras.Model(main, layers.Dense(1)(x)))
    with pytest.raises(ExportError, match=r"operations that ONNX does not have: BesselI0\."):
        network_as_onnx(kept, tmp_path / "home")
