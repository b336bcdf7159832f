"""Fits of chunked sequences beside Keras' own, on the backend of the process: what differs."""

from __future__ import annotations

import gc
import json
import sys
import weakref
from contextlib import nullcontext

import keras
import numpy as np

from hornbook.backends.executions import paced_executions

N_ROWS = 203
layers = keras.layers


class Chunked(keras.utils.PyDataset):
    """Rows of bytes that the network gets as numbers, in chunks of three batches."""

    gives_chunks = True

    def __init__(self, batch_size=20, shape=(6,), targets=None, weights=None, length=None):
        super().__init__()
        random = np.random.default_rng(0)
        self.pixels = random.integers(0, 256, (N_ROWS, *shape), dtype=np.uint8)
        values = random.normal(size=(N_ROWS, 1)).astype("float32")
        self.others = [targets(values) if targets else values]
        self.others += [] if weights is None else [weights(random.random(N_ROWS, "float32"))]
        self.batch_size, self.length = batch_size, length

    def __len__(self):
        return self.length or -(-N_ROWS // self.batch_size)

    def rows(self, start, stop):
        return keras.tree.map_structure(lambda array: array[start:stop], self.others)

    def __getitem__(self, index):
        start, stop = index * self.batch_size, (index + 1) * self.batch_size
        pixels = self.pixels[start:stop].astype("float32") * np.float32(1 / 255)
        return ({"pixels": pixels}, *self.rows(start, stop))

    def encoded_chunks(self):
        size = 3 * self.batch_size
        for start in range(0, N_ROWS, size):
            inputs = {"pixels": {"bytes": self.pixels[start : start + size]}}
            yield (inputs, *self.rows(start, start + size))

    def decode_inputs(self, inputs, namespace):
        numbers = namespace.astype(inputs["pixels"]["bytes"], "float32")
        return {"pixels": numbers * np.float32(1 / 255)}


def dense(n_outputs=1, kind=keras.Model):
    given = keras.Input((6,), name="pixels")
    x = layers.BatchNormalization()(layers.Dense(8, activation="relu")(given))
    x = layers.Dropout(0.3)(x)
    outputs = {f"out_{i}": layers.Dense(1, name=f"out_{i}")(x) for i in range(n_outputs)}
    return kind(given, outputs if n_outputs > 1 else outputs["out_0"])


def convolutional():
    given = keras.Input((12, 12, 3), name="pixels")
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, activation="relu")(given))
    return keras.Model(given, layers.Dense(1)(layers.GlobalAveragePooling2D()(x)))


def recurrent():
    given = keras.Input((5, 4), name="pixels")
    return keras.Model(given, layers.Dense(1)(layers.LSTM(6)(given)))


class OwnStep(keras.Model):
    """Hands its results on in another form than Keras."""

    steps_in_python = 0

    if keras.backend.backend() == "jax":

        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {**logs, "double": 2 * logs["loss"]}, list(state)
    else:

        def train_step(self, data):
            OwnStep.steps_in_python += 1
            return {**super().train_step(data), "nothing": None}


class Looks(keras.callbacks.Callback):
    """Predicts and evaluates in the middle of a fit, as callbacks do."""

    def __init__(self, sequence):
        super().__init__()
        self.sequence, self.seen = sequence, []

    def on_epoch_end(self, epoch, logs=None):
        rows = {"pixels": np.ones((1003, *self.sequence.pixels.shape[1:]), "float32")}
        predicted = keras.tree.flatten(self.model.predict(rows, verbose=0))
        losses = self.model.evaluate(self.sequence, verbose=0, return_dict=True)
        of_sequence = keras.tree.flatten(self.model.predict(self.sequence, verbose=0))
        self.seen += [len(predicted[0]), len(of_sequence[0]), losses["loss"]]


def result_of(build, compiled, epochs=3, *, paced, looks=False, **of_sequence):
    keras.utils.set_random_seed(7)
    model, sequence = build(), Chunked(**of_sequence)
    model.compile("adam", **compiled)
    callbacks = [Looks(sequence)] if looks else []
    validation = {"validation_data": Chunked(batch_size=30, **of_sequence)} if looks else {}
    with paced_executions(model) if paced else nullcontext():
        history = model.fit(
            sequence, epochs=epochs, verbose=0, shuffle=False, callbacks=callbacks, **validation
        ).history
    weights = [np.asarray(one).tolist() for one in model.get_weights()]
    return weights, history, [one.seen for one in callbacks], int(model.optimizer.iterations)


def two(values):
    return {"out_0": values, "out_1": 2 * values}


def both(values):
    return {"out_0": values, "out_1": values**2}


MSE = {"loss": "mse", "metrics": ["mae"]}
CASES = {
    "dense": (dense, MSE, {}),
    "weighted": (dense, {"loss": "mse", "weighted_metrics": ["mae"]}, {"weights": lambda w: w}),
    "two outputs": (
        lambda: dense(2),
        {"loss": {"out_0": "mse", "out_1": "mae"}},
        {"targets": two, "weights": both},
    ),
    "images": (convolutional, MSE, {"shape": (12, 12, 3)}),
    "recurrent": (recurrent, MSE, {"shape": (5, 4)}),
    "fewer steps": (dense, MSE, {"length": 4}),
    "larger batches": (dense, MSE, {"batch_size": 500}),
    "looked at": (dense, MSE, {"looks": True}),
}


def compare():
    for name, (build, compiled, options) in CASES.items():
        plain, paced = (result_of(build, compiled, paced=one, **options) for one in (False, True))
        for what, ours, theirs in zip(
            ("weights", "history", "callbacks", "steps"), paced, plain, strict=True
        ):
            if ours != theirs:
                yield f"{name}: other {what}: {ours} instead of {theirs}"[:600]


def own_step():
    model = dense(kind=OwnStep)
    model.compile("adam", "mse")
    with paced_executions(model):
        history = model.fit(Chunked(), epochs=2, verbose=0, shuffle=False).history
    # TensorFlow traces a function twice when it is first called, and not for another number.
    if OwnStep.steps_in_python > 2:
        yield f"Steps were traced {OwnStep.steps_in_python} times."
    if int(model.optimizer.iterations) != 22 or not {"double", "nothing"} & set(history):
        yield f"A train_step of one's own: {history}"


class Counts(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.batches = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.batches += 1


def afterwards():
    """What else a model is good for once it was fitted."""
    model = dense()
    model.compile("adam", "mse")

    def steps(make):
        before = int(model.optimizer.iterations)
        make()
        return int(model.optimizer.iterations) - before

    def fit(*, paced, **options):
        with paced_executions(model) if paced else nullcontext():
            model.fit(Chunked(), verbose=0, shuffle=False, **options)

    if steps(lambda: fit(paced=True, epochs=3)) != 33:
        yield "Not all steps."
    if steps(lambda: fit(paced=True, steps_per_epoch=5)) != 5:
        yield "Not the steps of steps_per_epoch."
    counts = Counts()
    if steps(lambda: fit(paced=False, callbacks=[counts])) != 11 or counts.batches != 11:
        yield f"Another fit had {counts.batches} batches of 11."
    if steps(lambda: model.train_on_batch(*Chunked()[0])) != 1:
        yield "train_on_batch made more than a step."
    other = OwnStep(model.inputs, model.outputs)
    other.compile("adam", "mse")
    with paced_executions(other):
        other.fit(Chunked(), verbose=0, shuffle=False)
    if keras.backend.backend() == "tensorflow":
        other.compile("adam", "mse", run_eagerly=True)
        OwnStep.steps_in_python = 0
        with paced_executions(other):
            other.fit(Chunked(), verbose=0, shuffle=False)
        if OwnStep.steps_in_python != 11:
            yield f"Eagerly {OwnStep.steps_in_python} steps of 11."


def freed():
    model, sequence = dense(), Chunked()
    model.compile("adam", "mse")
    with paced_executions(model):
        model.fit(sequence, epochs=2, verbose=0, shuffle=False)
    references = [weakref.ref(model)]
    if keras.backend.backend() == "jax":
        # Keras' dataset on TensorFlow keeps its sequence in any case.
        references.append(weakref.ref(sequence))
    del model, sequence
    keras.backend.clear_session()
    gc.collect()
    if any(one() is not None for one in references):
        yield "The model or the sequence is still there."


if __name__ == "__main__":
    checks = (compare, own_step, afterwards, freed)
    print(json.dumps([fault for check in checks for fault in check()]))
    sys.stdout.flush()
