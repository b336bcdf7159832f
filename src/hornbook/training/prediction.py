"""The raw predictions of a model for prepared rows, a large batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.backends.losses import loss_of_block, predict_with_loss
from hornbook.backends.named_inputs import inputs_by_name
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
    n_at_once = min(rows.block_rows, len(rows))
    for batch in _blocks(rows):
        shaped = layout.shape_targets(batch.targets, rows.targets.n_classes)
        shaped_weights = layout.shape_weights(batch.weights)
        outputs, batch_loss = _predicted(model, batch.inputs, shaped, shaped_weights, n_at_once)
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
        rows.rows.astype(np.int64),
    )


def _predicted(
    model: Any, inputs: dict[str, NDArray[Any]], targets: Any, weights: Any, n_at_once: int
) -> tuple[Any, float]:
    """The outputs of one block and their mean loss."""
    if len(next(iter(inputs.values()))) == n_at_once:
        both = predict_with_loss(model, inputs, targets, weights)
        if both is not None:
            outputs, loss = both
            return keras.tree.map_structure(np.asarray, outputs), loss
    outputs = predict_inputs(model, inputs, n_at_once)
    return outputs, loss_of_block(model, inputs, targets, outputs, weights)


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
        with inputs_by_name():
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
