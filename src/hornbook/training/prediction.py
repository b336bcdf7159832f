"""The raw predictions of a model for prepared rows, a large batch at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.batching import Batch, PreparedRows, TargetFormat

__all__ = ["EvaluatedRows", "evaluate_rows", "predict_inputs"]


@dataclass(frozen=True)
class EvaluatedRows:
    """What a model made of some rows.

    Attributes:
        prediction: the network's raw output, float64 of shape `(n_rows, units)`.
        target: values or class codes, shape `(n_rows,)`.
        weight: row weights, or `None`.
        loss: the mean loss over the rows, as Keras' `evaluate` computes it.
    """

    prediction: NDArray[np.float64]
    target: NDArray[Any]
    weight: NDArray[Any] | None
    loss: float


def evaluate_rows(model: Any, rows: PreparedRows, target_format: TargetFormat) -> EvaluatedRows:
    """Predicts all rows and computes the loss, in one pass over them."""
    predictions: list[NDArray[np.float64]] = []
    targets: list[NDArray[Any]] = []
    weights: list[NDArray[Any]] = []
    loss = 0.0
    for batch in _blocks(rows):
        prediction = predict_inputs(model, batch.inputs, min(rows.block_rows, len(rows)))
        shaped = target_format.apply(batch.target, rows.target.n_classes)
        batch_loss = model.compute_loss(
            x=batch.inputs,
            y=shaped,
            y_pred=keras.ops.convert_to_tensor(prediction),
            sample_weight=batch.weight,
            training=False,
        )
        loss += float(keras.ops.convert_to_numpy(batch_loss)) * len(batch.target)
        predictions.append(prediction.astype(np.float64))
        targets.append(batch.target)
        if batch.weight is not None:
            weights.append(batch.weight)
    return EvaluatedRows(
        np.concatenate(predictions),
        np.concatenate(targets),
        np.concatenate(weights) if weights else None,
        loss / len(rows),
    )


def predict_inputs(
    model: Any, inputs: dict[str, NDArray[Any]], batch_size: int
) -> NDArray[np.float32]:
    """The raw output for one block of inputs.

    The block is filled up to `batch_size` rows, so that a model is compiled once however
    the number of rows varies.

    Args:
        model: a Keras model.
        inputs: by name, arrays with at most `batch_size` rows.
        batch_size: the number of rows the model sees at once.
    """
    n_rows = len(next(iter(inputs.values())))
    missing = batch_size - n_rows
    if missing > 0:
        inputs = {
            name: np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])
            for name, array in inputs.items()
        }
    try:
        with warnings.catch_warnings():
            # Keras warns of a dict given to a model that lists its inputs, though names decide.
            warnings.filterwarnings("ignore", message="The structure of `inputs` doesn't match")
            output = model.predict_on_batch(inputs)
    except Exception:
        # Keras leaves a JAX model without weights when a prediction fails.
        if hasattr(model, "jax_state_sync"):
            model.jax_state_sync()
        raise
    return np.asarray(output)[:n_rows]


def _blocks(rows: PreparedRows) -> Iterator[Batch]:
    for start in range(0, len(rows), rows.block_rows):
        yield rows.read(np.arange(start, min(start + rows.block_rows, len(rows))))
