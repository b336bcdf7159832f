"""Pieces of user code to begin with, as the editors of the studio offer them."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

__all__ = ["ARCHITECTURE_SAMPLES", "TRAINING_SAMPLES", "CodeSample"]


@dataclass(frozen=True)
class CodeSample:
    """A piece of code.

    Attributes:
        name: what it is.
        description: when to take it.
        code: complete lines of Python.
    """

    name: str
    description: str
    code: str


def _sample(name: str, description: str, code: str) -> CodeSample:
    return CodeSample(name, description, dedent(code).lstrip("\n"))


ARCHITECTURE_SAMPLES = (
    _sample(
        "Dense layers with dropout",
        "For tables of numbers and dummy columns; dropout keeps a small table from being learnt "
        "by heart.",
        """
        import keras
        from keras import layers


        def build_model(input_shapes, n_classes=None):
            main = keras.Input(shape=input_shapes["main"], name="main")
            x = main
            for units in (128, 64):
                x = layers.Dense(units, activation="relu")(x)
                x = layers.Dropout(0.2)(x)
            if n_classes is None:
                output = layers.Dense(1)(x)
            elif n_classes == 2:
                output = layers.Dense(1, activation="sigmoid")(x)
            else:
                output = layers.Dense(n_classes, activation="softmax")(x)
            return keras.Model(inputs=main, outputs=output)
        """,
    ),
    _sample(
        "Residual block",
        "To insert into build_model: deep networks train better when each block adds to what "
        "comes in.",
        """
        def residual(x, units):
            branch = layers.Dense(units, activation="relu")(x)
            branch = layers.Dense(units)(branch)
            if x.shape[-1] != units:
                x = layers.Dense(units)(x)
            return layers.Activation("relu")(layers.Add()([x, branch]))
        """,
    ),
    _sample(
        "Embedding of words",
        "For an input of word numbers, as a custom text column with a tokenizer makes it.",
        """
        words = keras.Input(shape=input_shapes["text_preprocessed"], name="text_preprocessed")
        x = layers.Embedding(10_000, 64)(words)
        x = layers.Bidirectional(layers.LSTM(32))(x)
        """,
    ),
    _sample(
        "Small convolutional network",
        "For an input of images.",
        """
        image = keras.Input(shape=input_shapes["image_preprocessed"], name="image_preprocessed")
        x = layers.Rescaling(1 / 255)(image)
        for filters in (16, 32, 64):
            x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
            x = layers.MaxPooling2D()(x)
        x = layers.GlobalAveragePooling2D()(x)
        """,
    ),
    _sample(
        "Adam with gradient clipping",
        "For a loss that jumps or becomes NaN.",
        """
        def compile_model(model):
            model.compile(
                optimizer=keras.optimizers.Adam(learning_rate=1e-3, clipnorm=1.0),
                loss="mse",
            )
            return model
        """,
    ),
)

TRAINING_SAMPLES = (
    _sample(
        "Early stopping on the chosen metric",
        "Ends the training when the metric that chooses the epoch no longer improves.",
        """
        from dataiku.doctor.deep_learning.shared_variables import get_variable
        from tensorflow.keras.callbacks import EarlyStopping


        def build_sequences(
            build_train_sequence_with_batch_size, build_validation_sequence_with_batch_size
        ):
            batch_size = 32
            return (
                build_train_sequence_with_batch_size(batch_size),
                build_validation_sequence_with_batch_size(batch_size),
            )


        def fit_model(model, train_sequence, validation_sequence, base_callbacks):
            early_stopping = EarlyStopping(
                monitor=get_variable("DKU_MODEL_METRIC"),
                mode="max" if get_variable("DKU_MODEL_METRIC_GREATER_IS_BETTER") else "min",
                min_delta=0,
                patience=2,
            )
            model.fit(
                train_sequence,
                validation_data=validation_sequence,
                epochs=100,
                callbacks=base_callbacks + [early_stopping],
            )
        """,
    ),
    _sample(
        "Augmentation of images",
        "Each image also turned, shifted and mirrored; the batch grows by n_augmentation.",
        """
        from dataiku.doctor.deep_learning.sequences import DataAugmentationSequence
        from tensorflow.keras.preprocessing.image import ImageDataGenerator


        def build_sequences(
            build_train_sequence_with_batch_size, build_validation_sequence_with_batch_size
        ):
            augmentator = ImageDataGenerator(
                rotation_range=20,
                width_shift_range=0.1,
                height_shift_range=0.1,
                horizontal_flip=True,
            )
            train_sequence = DataAugmentationSequence(
                build_train_sequence_with_batch_size(8),
                "image_preprocessed",
                augmentator,
                n_augmentation=3,
            )
            return train_sequence, build_validation_sequence_with_batch_size(32)
        """,
    ),
    _sample(
        "A callback of your own",
        "Called by Keras at the end of each epoch, after the metrics are there.",
        """
        import keras


        class SayImprovement(keras.callbacks.Callback):
            def on_train_begin(self, logs=None):
                self.best = None

            def on_epoch_end(self, epoch, logs=None):
                loss = logs["val_loss"]
                if self.best is None or loss < self.best:
                    print(f"epoch {epoch + 1}: the test loss fell to {loss:.4f}")
                    self.best = loss


        def fit_model(model, train_sequence, validation_sequence, base_callbacks):
            model.fit(
                train_sequence,
                validation_data=validation_sequence,
                epochs=10,
                callbacks=base_callbacks + [SayImprovement()],
            )
        """,
    ),
)
