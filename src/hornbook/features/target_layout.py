"""How the targets of a batch are laid out for a network with one output, or with several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hornbook.features.target_format import TargetFormat
from hornbook.features.targets import ONLY_OUTPUT

__all__ = ["TargetLayout"]


@dataclass(frozen=True)
class TargetLayout:
    """The form in which a network gives its outputs and its losses want their targets.

    Attributes:
        formats: of each output's target, by output name, in the order of the network.
        structure: whether the network gives a tensor, a list of them, or a dict.
    """

    formats: Mapping[str, TargetFormat]
    structure: Literal["tensor", "list", "dict"] = "tensor"

    @classmethod
    def single(cls, target_format: TargetFormat) -> TargetLayout:
        """The layout of a network with one output that has no name."""
        return cls({ONLY_OUTPUT: target_format})

    def shape_targets(
        self, targets: Mapping[str, NDArray[Any]], n_classes: Mapping[str, int | None]
    ) -> Any:
        """Encoded targets by output name, as the network's losses want them."""
        shaped = {
            name: target_format.apply(targets[name], n_classes[name])
            for name, target_format in self.formats.items()
        }
        return self.structured(shaped)

    def shape_weights(self, weights: Mapping[str, NDArray[np.float32]] | None) -> Any:
        """Row weights by output name, in the structure of the targets; `None` for none."""
        return None if weights is None else self.structured(weights)

    def by_name(self, outputs: Any) -> dict[str, NDArray[Any]]:
        """The network's outputs by name."""
        if self.structure == "dict":
            return {name: np.asarray(outputs[name]) for name in self.formats}
        arrays = [outputs] if self.structure == "tensor" else list(outputs)
        return {name: np.asarray(array) for name, array in zip(self.formats, arrays, strict=True)}

    def structured(self, values: Mapping[str, Any]) -> Any:
        """Values of any kind by output name, in the structure of the network's outputs."""
        in_order = [values[name] for name in self.formats]
        if self.structure == "tensor":
            return in_order[0]
        if self.structure == "dict":
            return {name: values[name] for name in self.formats}
        # TensorFlow's datasets take a list for one tensor.
        return tuple(in_order)
