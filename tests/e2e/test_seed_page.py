"""Code as users of the original paste it, on every backend that is installed by default."""

from __future__ import annotations

from textwrap import dedent

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

BACKENDS = pytest.mark.parametrize("backend", ["jax", "tensorflow"])

ARCHITECTURE = """
    from tensorflow.keras.layers import Input, Dense
    from tensorflow.keras.models import Model

    def build_model(input_shapes, n_classes=None):
        input_main = Input(shape=input_shapes["main"], name="main")

        x = Dense(64, activation='relu')(input_main)
        x = Dense(64, activation='relu')(x)

        predictions = Dense(1, activation='sigmoid')(x)

        model = Model(inputs=[input_main], outputs=predictions)
        return model

    def compile_model(model):
        model.compile(optimizer="rmsprop", loss="binary_crossentropy")
        return model
"""

BUILD_SEQUENCES = """
def build_sequences(build_train_sequence_with_batch_size,
                    build_validation_sequence_with_batch_size):
    batch_size = 32
    train_sequence = build_train_sequence_with_batch_size(batch_size)
    validation_sequence = build_validation_sequence_with_batch_size(batch_size)
    return train_sequence, validation_sequence
"""

EARLY_STOPPING = """
from tensorflow.keras.callbacks import EarlyStopping
early_stopping_callback = EarlyStopping(monitor="Test ROC AUC",
                                mode="max",
                                min_delta=0,
                                patience=2)
"""

EARLY_STOPPING_ON_THE_CHOSEN_METRIC = """
from dataiku.doctor.deep_learning.shared_variables import get_variable
from tensorflow.keras.callbacks import EarlyStopping

metric_to_monitor = get_variable("DKU_MODEL_METRIC")
greater_is_better = get_variable("DKU_MODEL_METRIC_GREATER_IS_BETTER")
early_stopping_callback = EarlyStopping(monitor=metric_to_monitor,
                                        mode="max" if greater_is_better else "min",
                                        min_delta=0,
                                        patience=2)
"""

AUGMENTATION = """
from dataiku.doctor.deep_learning.sequences import DataAugmentationSequence
from tensorflow.keras.preprocessing.image import ImageDataGenerator

original_batch_size = 8
train_sequence = build_train_sequence_with_batch_size(original_batch_size)
augmentator = ImageDataGenerator(
    zoom_range=0.2,
    shear_range=0.5,
    rotation_range=20,
    width_shift_range=0.2,
    height_shift_range=0.2,
    horizontal_flip=True
)
augmented_sequence = DataAugmentationSequence(train_sequence, "image_name_preprocessed", augmentator, n_augmentation=3)
"""  # noqa: E501 - as it is pasted


@pytest.fixture
def task(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    terminal.write("task/architecture.py", ARCHITECTURE)
    return terminal


def train(terminal, backend, *arguments, code=0):
    settings = ("--set", f"runtime.backend={backend}")
    return terminal.json("train", "task", *settings, *arguments, code=code)


def write_training(terminal, before_fit, fit, build=BUILD_SEQUENCES):
    """training.py with pasted lines inside fit_model."""
    head = "def fit_model(model, train_sequence, validation_sequence, base_callbacks):\n"
    body = "".join(f"    {line}\n" for line in (before_fit + fit).strip().splitlines())
    terminal.write("task/training.py", f"{build}\n{head}{body}")


@BACKENDS
@pytest.mark.parametrize("pasted", [EARLY_STOPPING, EARLY_STOPPING_ON_THE_CHOSEN_METRIC])
def test_early_stopping_on_a_metric_of_ours(task, backend, pasted):
    fit = """
epochs = 60
callbacks = base_callbacks + [early_stopping_callback]
model.fit_generator(train_sequence,
                    epochs=epochs,
                    callbacks=callbacks,
                    shuffle=True)
"""
    write_training(task, pasted, fit)
    result = train(task, backend, "--set", "training.mode=advanced")
    assert result["backend"] == backend
    scores = result["history"]["Test ROC AUC"]
    assert result["epochs"] == len(scores) < 60
    assert result["best_epoch"] == result["epochs"] - 2
    assert max(scores) == scores[-3] == result["metrics"]["ROC AUC"]


def test_the_variables_follow_the_chosen_metric(task):
    write_training(
        task,
        EARLY_STOPPING_ON_THE_CHOSEN_METRIC,
        """
assert metric_to_monitor == "Test Log Loss"
assert greater_is_better is False
model.fit(train_sequence, validation_data=validation_sequence, epochs=1, callbacks=base_callbacks)
""",
        build=BUILD_SEQUENCES.replace("build_sequences", "build_sequence"),
    )
    result = train(
        *(task, "auto", "--set", "training.mode=advanced"),
        *("--set", "metrics.optimize=Log Loss"),
    )
    assert result["status"] == "finished"


@BACKENDS
def test_image_augmentation(terminal, tmp_path, backend):
    """64 pixels a row go to an input of their own; the pasted lines see them as images."""
    random = np.random.default_rng(0)
    rows = 160
    images = random.uniform(size=(rows, 8, 8))
    bright = random.random(rows) < 0.5
    images[bright, 2:6, 2:6] += 0.7
    frame = pd.DataFrame(images.reshape(rows, 64), columns=[f"p{k}" for k in range(64)])
    frame.assign(bright=np.where(bright, "yes", "no")).to_csv(tmp_path / "images.csv", index=False)
    terminal.run("init", "task", "--data", "images.csv", "--target", "bright")
    task_file = terminal.folder / "task" / "task.toml"
    task_file.write_text(
        task_file.read_text().replace(
            'type = "numerical" }', 'type = "numerical", input = "image_name_preprocessed" }'
        )
    )
    terminal.write(
        "task/architecture.py",
        ARCHITECTURE.replace('"main"', '"image_name_preprocessed"'),
    )
    pasted = "".join(f"    {line}\n" for line in AUGMENTATION.strip().splitlines())
    code = '''
from tensorflow.keras.utils import Sequence

NAME = "image_name_preprocessed"


class Reshaped(Sequence):
    """The sequence with its image input in another shape."""

    def __init__(self, sequence, shape):
        super().__init__()
        self.sequence, self.shape = sequence, shape

    def __len__(self):
        return len(self.sequence)

    def __getitem__(self, index):
        inputs, *others = self.sequence[index]
        images = inputs[NAME].reshape(-1, *self.shape)
        assert len(images) == len(others[0])
        return ({**inputs, NAME: images}, *others)

    def on_epoch_begin(self):
        self.sequence.on_epoch_begin()


def build_sequences(build_rows, build_validation_sequence_with_batch_size):
    def build_train_sequence_with_batch_size(batch_size):
        return Reshaped(build_rows(batch_size), (8, 8, 1))

''' + (
        pasted
        + """
    assert len(augmented_sequence[0][1]) == 24
    return Reshaped(augmented_sequence, (64,)), build_validation_sequence_with_batch_size(32)


def fit_model(model, train_sequence, validation_sequence, base_callbacks):
    model.fit_generator(train_sequence, epochs=3, callbacks=base_callbacks, shuffle=True)
"""
    )
    (terminal.folder / "task" / "training.py").write_text(dedent(code))
    arguments = ("--set", "training.mode=advanced")
    first, second = (train(terminal, backend, *arguments) for _ in range(2))
    assert first["epochs"] == 3
    assert first["metrics"]["ROC AUC"] > 0.8
    assert first["metrics"] == second["metrics"]


FROM_TRAINED = """
    from tensorflow.keras.models import load_model
    from dataiku.doctor.deep_learning.load_model import get_keras_model_from_trained_model
    from dataiku.doctor.deep_learning.load_model import get_keras_model_location_from_trained_model

    def build_model(input_shapes, n_classes=None):
        {body}
        return model

    def compile_model(model):
        model.compile(optimizer="rmsprop", loss="binary_crossentropy")
        return model
"""
FRESH = """
        import tensorflow as tf
        main = tf.keras.layers.Input(shape=input_shapes["main"], name="main")
        x = tf.keras.layers.Dense(64, activation="relu")(main)
        x = tf.keras.layers.Dense(64, activation="relu")(x)
        model = tf.keras.models.Model(main, tf.keras.layers.Dense(1, activation="sigmoid")(x))
"""


@BACKENDS
def test_weights_from_an_earlier_session(task, backend):
    first = train(task, backend, "--set", "training.epochs=15")
    start = first["metrics"]["ROC AUC"]
    ids = ", ".join(
        f"{name}={first[name]!r}" for name in ("session_id", "analysis_id", "mltask_id")
    )
    deployed = task.json("deploy", first["model"], "--name", "kept")
    saved = deployed["saved_model_id"]
    assert len(saved) == 8
    location = "get_keras_model_location_from_trained_model"
    bodies = [
        "model = get_keras_model_from_trained_model()",
        f"model = get_keras_model_from_trained_model({ids})",
        f"model = load_model({location}({ids}))",
        FRESH + f"        model.load_weights({location}(session_id='s1'))",
        "from dataiku.doctor.deep_learning.load_model import get_keras_model_from_saved_model\n"
        f"        model = get_keras_model_from_saved_model({saved!r})",
        "from dataiku.doctor.deep_learning.load_model import (\n"
        "            get_keras_model_location_from_saved_model)\n"
        + FRESH
        + f"        model.load_weights(get_keras_model_location_from_saved_model({saved!r}))",
    ]
    for body in bodies:
        code = dedent(FROM_TRAINED.replace("{body}", body))
        (task.folder / "task" / "architecture.py").write_text(code)
        # Without a single step of learning the weights are those of the first session.
        result = train(
            *(task, backend, "--set", "training.epochs=1"),
            *("--set", "training.train_on_all_data=false", "--set", "training.steps_per_epoch=1"),
        )
        assert result["metrics"]["ROC AUC"] == pytest.approx(start, abs=0.02), body
        assert start > 0.8


def test_an_unknown_session_is_named_with_those_that_exist(task):
    body = "model = get_keras_model_from_trained_model(session_id='s99')"
    code = dedent(FROM_TRAINED.replace("{body}", body))
    (task.folder / "task" / "architecture.py").write_text(code)
    failed = train(task, "jax", code=1)
    assert "architecture.py:7" in failed["reason"]
    assert "s99" in failed["reason"]


def test_a_fit_model_without_base_callbacks_is_told_before_it_trains(task):
    write_training(task, "", "model.fit(train_sequence, epochs=10**9)")
    failed = train(task, "jax", "--set", "training.mode=advanced", code=1)
    assert "without base_callbacks" in failed["reason"]
    assert "callbacks=base_callbacks" in failed["reason"]


def test_a_monitor_of_the_test_set_is_refused_where_the_test_set_chooses_nothing(task):
    fit = (
        "model.fit(train_sequence, epochs=9, callbacks=base_callbacks + [early_stopping_callback])"
    )
    write_training(task, EARLY_STOPPING, fit)
    failed = train(
        *(task, "jax", "--set", "training.mode=advanced"),
        *("--set", "split.validation_share=0.2"),
        code=1,
    )
    assert "'Validation ROC AUC'" in failed["reason"]


@BACKENDS
@pytest.mark.parametrize(
    ("last_layer", "loss"),
    [
        ("Dense(2, activation='softmax')", "categorical_crossentropy"),
        ("Dense(2, activation='softmax')", "sparse_categorical_crossentropy"),
        ("Dense(1, activation='sigmoid')", "mse"),
    ],
)
def test_targets_take_the_shape_of_the_last_layer_and_loss(task, backend, last_layer, loss):
    code = ARCHITECTURE.replace("Dense(1, activation='sigmoid')", last_layer)
    task.write("task/architecture.py", code.replace("binary_crossentropy", loss))
    assert train(task, backend)["metrics"]["ROC AUC"] > 0.8
