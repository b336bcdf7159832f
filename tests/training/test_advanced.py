"""Which callbacks of the user's want every batch, so that steps are made one by one."""

from __future__ import annotations

import keras
import pytest

from hornbook.training.advanced import _watches_batches


class AtBatchEnd(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class AtBatchBegin(keras.callbacks.Callback):
    def on_batch_begin(self, batch, logs=None):
        pass


class AtEpochEnd(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        pass


@pytest.mark.parametrize(
    ("callback", "watches"),
    [
        (AtBatchEnd(), True),
        (AtBatchBegin(), True),
        (keras.callbacks.LambdaCallback(on_train_batch_end=print), True),
        (keras.callbacks.ModelCheckpoint("model.keras", save_freq=100), True),
        (AtEpochEnd(), False),
        (keras.callbacks.EarlyStopping(), False),
        (keras.callbacks.ReduceLROnPlateau(), False),
        (keras.callbacks.ModelCheckpoint("model.keras"), False),
        (keras.callbacks.LambdaCallback(on_epoch_end=print), False),
    ],
)
def test_callbacks_with_something_to_do_at_a_batch(callback, watches):
    assert _watches_batches(callback) is watches
