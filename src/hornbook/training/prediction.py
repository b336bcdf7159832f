"""The raw predictions of a model for prepared rows, a large batch at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.backends.losses import loss_of_block
from hornbook.batching import Batch, PreparedRows
from hornbook.features import TargetLayout
from hornbook.training.evaluated_rows import EvaluatedRows

__all__ = ["evaluate_rows", "predict_inputs"]


def evaluate_rows(model: Any, rows: PreparedRows, layout: TargetLayout) -> EvaluatedRows:
    """Predicts all rows and computes the loss, in one pass over them.

    Args:
        model: a compiled Keras model.
        rows: without class weights, which are for training.
        layout: of the model's outputs.
    """
    predictions: list[dict[str, NDArray[np.float64]]] = []
    targets: list[dict[str, NDArray[Any]]] = []
    weights: list[NDArray[Any]] = []
    loss = 0.0
    for batch in _blocks(rows):
        outputs = predict_inputs(model, batch.inputs, min(rows.block_rows, len(rows)))
        batch_loss = loss_of_block(
            model,
            batch.inputs,
            layout.shape_targets(batch.targets, rows.targets.n_classes),
            outputs,
            layout.shape_weights(batch.weights),
        )
        loss += batch_loss * len(batch)
        named = layout.by_name(outputs)
        predictions.append({name: array.astype(np.float64) for name, array in named.items()})
        targets.append(batch.targets)
        if batch.weights is not None:
            weights.append(next(iter(batch.weights.values())))
    return EvaluatedRows(
        _joined(predictions),
        _joined(targets),
        np.concatenate(weights) if weights else None,
        loss / len(rows),
    )


def _joined(blocks: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def predict_inputs(model: Any, inputs: dict[str, NDArray[Any]], batch_size: int) -> Any:
    """The raw outputs for one block of inputs: an array, or a list or dict of them.

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
    return keras.tree.map_structure(lambda array: np.asarray(array)[:n_rows], output)


def _blocks(rows: PreparedRows) -> Iterator[Batch]:
    for start in range(0, len(rows), rows.block_rows):
        yield rows.read(np.arange(start, min(start + rows.block_rows, len(rows))))
