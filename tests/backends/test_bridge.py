"""The bridge, in processes of its own: code for `tensorflow.keras` on other backends."""

from __future__ import annotations

import os
import subprocess
import sys
from textwrap import dedent

import pytest

PRELUDE = """
import sys
from hornbook.backends import open_backend
open_backend({backend!r})
import keras
import numpy as np
"""


def run(code: str, backend: str = "jax") -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRELUDE.format(backend=backend) + dedent(code)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_original_imports_give_keras_itself_without_tensorflow():
    code = """
        import tensorflow as tf
        import tensorflow.keras as tk
        from tensorflow import keras as also
        from tensorflow.keras.applications.mobilenet_v2 import MobileNetV2
        from tensorflow.keras.callbacks import EarlyStopping
        from tensorflow.keras.layers import Dense, Input
        from tensorflow.keras.models import Model, load_model
        from tensorflow.keras.preprocessing.image import ImageDataGenerator
        from tensorflow.keras.utils import Sequence

        assert Dense is keras.layers.Dense is tf.keras.layers.Dense is tk.layers.Dense
        assert also.Model is Model is keras.Model
        assert EarlyStopping is keras.callbacks.EarlyStopping
        assert Sequence is keras.utils.PyDataset
        print("tensorflow.python" in sys.modules)
    """
    assert run(code) == "False"


def test_what_tensorflow_alone_has_loads_it():
    code = """
        import tensorflow as tf
        print("tensorflow.python" in sys.modules)
        assert tf.constant([1.0]).numpy().tolist() == [1.0]
        from tensorflow.python.framework import ops
        import tensorflow
        assert tensorflow.__version__ and "tensorflow.python" in sys.modules
        print(keras.backend.backend())
    """
    assert run(code).split() == ["False", "jax"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_what_keras_3_dropped_is_given_back(backend):
    code = """
        from tensorflow.keras.layers import Dense, Input
        from tensorflow.keras.models import Model, Sequential
        from tensorflow.keras.utils import Sequence

        class Rows(Sequence):
            def __len__(self):
                return 4
            def __getitem__(self, index):
                return np.zeros((8, 32), "float32"), np.zeros((8, 1), "float32")

        tensor = Input(shape=(32), name="text_preprocessed")
        model = Model(tensor, Dense(1)(tensor))
        model.compile("sgd", "mse")
        history = model.fit_generator(
            Rows(), epochs=2, callbacks=[], shuffle=True, verbose=0, workers=2,
            use_multiprocessing=False, max_queue_size=4,
        )
        assert len(history.history["loss"]) == 2
        assert model.evaluate_generator(Rows(), verbose=0) == 0.0
        assert model.predict_generator(Rows(), verbose=0).shape == (32, 1)
        assert model.fit_generator(Rows(), 2, 3, 0).epoch == [0, 1, 2]
        print(Sequential([Dense(3, input_shape=(32))]).output_shape)
    """
    assert run(code, backend) == "(None, 3)"


def test_a_module_that_does_not_exist_is_missing_under_its_own_name():
    code = """
        try:
            import tensorflow.keras.nonsense
        except ModuleNotFoundError as error:
            print(error.name)
    """
    assert run(code) == "tensorflow.keras.nonsense"


def test_one_process_has_one_backend():
    code = """
        from hornbook.errors import HornbookError
        try:
            open_backend("tensorflow")
        except HornbookError as error:
            print(error)
    """
    assert "runs Keras on jax, tensorflow was asked for" in run(code)
