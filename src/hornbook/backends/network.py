"""The predictions of a network as one function of encoded rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.backends.devices import gpus_of_keras
from hornbook.backends.dummy_lookup import DummyLookup
from hornbook.backends.named_inputs import inputs_by_name
from hornbook.features import EncodedInput, InputEncoding

__all__ = ["NetworkFunction"]

_BATCH_BYTES = 6 * 2**20
_GPU_BATCH_BYTES = 128 * 2**20
_FEWEST_ROWS = 32
_MOST_ROWS = 8_192
_MOST_GPU_ROWS = 65_536

Inputs = Mapping[str, EncodedInput]


class NetworkFunction:
    """Calls a network with encoded rows, always so many at once.

    On JAX, by a model that predicts in Keras' own way, it is one compiled function that decodes
    the rows and predicts: what a category's dummies take in memory is never carried there, a
    dense layer over them looks its weights up (`DummyLookup`), and nothing but the call is left of
    Keras. Elsewhere rows are decoded by NumPy.

    One thread calls at a time.

    Args:
        model: a loaded Keras model; its weights are read at each call.
        encodings: of its inputs, by name.
    """

    def __init__(self, model: Any, encodings: Mapping[str, InputEncoding]) -> None:
        self._model = model
        self._encodings = encodings
        self._on_jax: Callable[..., Any] | None = None
        if keras.backend.backend() == "jax" and _predicts_as_keras(model) and model.built:
            self._on_jax = self._compiled()

    def batch_rows(self) -> int:
        """How many rows to predict at once: as many as a processor's cache holds decoded."""
        row_bytes = max(1, sum(one.spec.row_bytes for one in self._encodings.values()))
        on_gpu = bool(gpus_of_keras())
        most_bytes = _GPU_BATCH_BYTES if on_gpu else _BATCH_BYTES
        rows = min(most_bytes // row_bytes, _MOST_GPU_ROWS if on_gpu else _MOST_ROWS)
        # A power of two, so that smaller blocks filled up to one are no further shapes.
        return int(2 ** (max(_FEWEST_ROWS, rows).bit_length() - 1))

    def __call__(self, inputs: Inputs, n_at_once: int) -> Any:
        """The raw outputs: an array, or a list or dict of them, float32 with a row for each row.

        Args:
            inputs: encoded, with the same number of rows each, at least one.
            n_at_once: rows that the network sees in one call; the last ones are filled up to it.
        """
        n_rows = len(next(iter(next(iter(inputs.values())).values())))
        given = [
            self._predict(_filled(inputs, slice(start, start + n_at_once), n_at_once))
            for start in range(0, n_rows, n_at_once)
        ]
        # Only now is waited for: on JAX the calls before were begun, not ended.
        parts = [keras.tree.map_structure(np.asarray, one) for one in given]
        if len(parts) == 1:
            return keras.tree.map_structure(lambda array: array[:n_rows], parts[0])
        return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays)[:n_rows], *parts)

    def _predict(self, inputs: dict[str, EncodedInput]) -> Any:
        if self._on_jax is not None:
            return self._on_jax([variable.value for variable in self._model.variables], inputs)
        decoded = {name: self._encodings[name].decode(one) for name, one in inputs.items()}
        try:
            with inputs_by_name():
                return self._model.predict_on_batch(decoded)
        except Exception:
            # Keras leaves a JAX model without weights when a prediction fails.
            if hasattr(self._model, "jax_state_sync"):
                self._model.jax_state_sync()
            raise

    def _compiled(self) -> Callable[..., Any]:
        import jax

        lookup = DummyLookup(self._model, self._encodings)

        def predict(values: Any, inputs: Inputs) -> Any:
            decoded = {
                name: self._encodings[name].decode_with(one, jax.numpy)
                for name, one in inputs.items()
            }
            mapping = list(zip(self._model.variables, values, strict=True))
            with (
                keras.StatelessScope(state_mapping=mapping),
                inputs_by_name(),
                lookup.active(inputs, jax.numpy),
            ):
                return self._model(decoded, training=False)

        compiled: Callable[..., Any] = jax.jit(predict)
        return compiled


def _predicts_as_keras(model: Any) -> bool:
    names = ("predict_step", "make_predict_function", "predict_on_batch")
    own = (getattr(type(model), name) is not getattr(keras.Model, name) for name in names)
    return not any(own)


def _filled(inputs: Inputs, rows: slice, n_rows: int) -> dict[str, EncodedInput]:
    """Some of the rows, the last one repeated where they are too few."""

    def fill(array: NDArray[Any]) -> NDArray[Any]:
        part = array[rows]
        missing = n_rows - len(part)
        return np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]) if missing else part

    return {
        name: {field: fill(array) for field, array in encoded.items()}
        for name, encoded in inputs.items()
    }
