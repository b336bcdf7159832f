"""Dense layers over dummies as look-ups of rows of their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras

from hornbook.features import EncodedInput, InputEncoding

__all__ = ["DummyLookup"]


class DummyLookup:
    """Spares the first dense layers of a network the zeros of dummies.

    A category with fifty dummies is fifty numbers of which one is 1, and a dense layer multiplies
    all of them with its weights. The same comes of taking the row of the weights that belongs to
    the 1. Inside `active` the layers of a functional model that get such an input itself, and
    nothing else, do so; others see the decoded input as ever. The sums are added up in another
    order, so that the last bit of a float32 may differ.

    Args:
        model: a built Keras model.
        encodings: of its inputs, by name.
    """

    def __init__(self, model: Any, encodings: Mapping[str, InputEncoding]) -> None:
        self._encodings = encodings
        self._layers: list[tuple[str, Any]] = []
        if type(model).__name__ != "Functional":
            return
        tensors = {
            layer.name: layer.output
            for layer in model.layers
            if isinstance(layer, keras.layers.InputLayer)
        }
        self._layers = [
            (name, layer)
            for name, encoding in encodings.items()
            if encoding.dummies and name in tensors
            for layer in model.layers
            if _is_plain_dense(layer) and layer.input is tensors[name]
        ]

    @contextmanager
    def active(self, inputs: Mapping[str, EncodedInput], namespace: Any) -> Iterator[None]:
        """Inside, the layers look up these rows.

        Args:
            inputs: by name, encoded; arrays of the library that the network runs on.
            namespace: the library's counterpart of `numpy`.
        """
        for name, layer in self._layers:
            # Past Keras, which would take a function for something to track.
            call = _LookedUp(layer, self._encodings[name], inputs[name], namespace)
            object.__setattr__(layer, "call", call)
        try:
            yield
        finally:
            for _, layer in self._layers:
                object.__delattr__(layer, "call")


class _LookedUp:
    """What stands in for the `call` of a dense layer."""

    def __init__(
        self, layer: Any, encoding: InputEncoding, encoded: EncodedInput, namespace: Any
    ) -> None:
        self._layer = layer
        self._encoding = encoding
        self._encoded = encoded
        self._namespace = namespace

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        del inputs, training
        layer = self._layer
        kernel = keras.ops.convert_to_tensor(layer.kernel)
        product = self._encoding.product_with(self._encoded, kernel, self._namespace)
        if layer.bias is not None:
            product = keras.ops.add(product, layer.bias)
        return product if layer.activation is None else layer.activation(product)


def _is_plain_dense(layer: Any) -> bool:
    return (
        type(layer) is keras.layers.Dense
        and len(layer._inbound_nodes) == 1
        and layer.compute_dtype == "float32"
        and layer.quantization_mode is None
        and not layer.lora_enabled
    )
