"""An ONNX graph while it is written: tensors that are added and compared like numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hornbook.extras import import_extra

__all__ = [
    "CONTRIBUTED",
    "ML",
    "OPSETS",
    "OnnxGraph",
    "Tensor",
    "import_onnx",
]

ML = "ai.onnx.ml"
"""The standard's operators for tables, such as the lookup in a dictionary."""

CONTRIBUTED = "com.microsoft"
"""Operators that are in every ONNX Runtime and not in the standard."""

OPSETS = {"": 20, ML: 4, CONTRIBUTED: 1}
"""Version 20 is the first that splits texts."""

_IR_VERSION = 9
_END = np.iinfo(np.int64).max


def import_onnx() -> Any:
    """The package `onnx`.

    Raises:
        MissingExtraError: it is not installed.
    """
    return import_extra("onnx", extra="onnx", wanted_by="The export to ONNX")


class OnnxGraph:
    """Nodes, constants, inputs and outputs; one thread writes a graph.

    Args:
        prefix: of the names of all that is inside, so that graphs can be joined.
    """

    def __init__(self, prefix: str) -> None:
        self._onnx = import_onnx()
        self._prefix = prefix
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._domains = {""}
        self._numbers = count()

    def input(self, name: str, dtype: str, shape: Sequence[int | str]) -> Tensor:
        """A tensor that comes from outside.

        Args:
            name: unique among the inputs.
            dtype: `"string"`, or a name of NumPy.
            shape: numbers, and names of dimensions that vary.
        """
        self._inputs.append(self._declared(name, dtype, shape))
        return Tensor(self, name, dtype)

    def output(self, name: str, tensor: Tensor, shape: Sequence[int | str]) -> None:
        """Gives a tensor out under a name; arguments as for `input`."""
        self._nodes.append(self._onnx.helper.make_node("Identity", [tensor.name], [name]))
        self._outputs.append(self._declared(name, tensor.dtype, shape))

    def constant(self, values: ArrayLike, dtype: str) -> Tensor:
        """A tensor of fixed values."""
        array = np.asarray(values, object if dtype == "string" else dtype)
        name = self._name("constant")
        self._constants.append(self._onnx.numpy_helper.from_array(array, name))
        return Tensor(self, name, dtype)

    def op(
        self,
        kind: str,
        *inputs: Tensor | None,
        dtype: str | None = None,
        domain: str = "",
        **attributes: Any,
    ) -> Tensor:
        """What an operator makes of tensors: its first output.

        Args:
            kind: the operator.
            inputs: in its order; `None` for an optional one that is left out.
            dtype: of the output; that of the first input where absent.
            domain: the set that the operator is of.
            attributes: of the operator.
        """
        (first,) = self.ops(kind, *inputs, dtypes=(dtype,), domain=domain, **attributes)
        return first

    def ops(
        self,
        kind: str,
        *inputs: Tensor | None,
        dtypes: Sequence[str | None],
        domain: str = "",
        **attributes: Any,
    ) -> tuple[Tensor, ...]:
        """All outputs of an operator, as many as `dtypes`; else as `op`."""
        first = next((tensor for tensor in inputs if tensor is not None), None)
        standing = "" if first is None else first.dtype
        outputs = tuple(Tensor(self, self._name(kind), one or standing) for one in dtypes)
        names = ["" if tensor is None else tensor.name for tensor in inputs]
        self._nodes.append(
            self._onnx.helper.make_node(
                kind, names, [one.name for one in outputs], domain=domain, **attributes
            )
        )
        self._domains.add(domain)
        return outputs

    def concat(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        """Tensors one after the other."""
        return tensors[0] if len(tensors) == 1 else self.op("Concat", *tensors, axis=axis)

    def where(self, condition: Tensor, yes: Tensor, no: Tensor) -> Tensor:
        """`yes` where the condition holds, else `no`."""
        return self.op("Where", condition, yes, no, dtype=yes.dtype)

    def lookup(
        self, texts: Tensor, values: Mapping[str, int], otherwise: int, dtype: str = "int64"
    ) -> Tensor:
        """The number of each text by a dictionary; at least one text must be in it."""
        found = self.op(
            "LabelEncoder",
            texts,
            dtype="int64",
            domain=ML,
            keys_strings=list(values),
            values_int64s=list(values.values()),
            default_int64=otherwise,
        )
        return found if dtype == "int64" else found.cast(dtype)

    def joined_rows(self, texts: Tensor) -> Tensor:
        """The texts of each column of a table one after the other, shape `(n_columns,)`.

        Args:
            texts: shape `(n_rows, n_columns)`.
        """
        helper, element = self._onnx.helper, self.element_type("string")
        before, item, longer, adds, nothing, after = (
            self._name(name) for name in ("before", "item", "longer", "adds", "nothing", "after")
        )
        nodes = [
            helper.make_node("StringConcat", [before, item], [longer]),
            helper.make_node("Equal", [item, nothing], [adds]),
            # ONNX Runtime appends to the texts that are in the memory of what a loop hands on, so
            # that another operator must be the one to write there.
            helper.make_node("Where", [adds, before, longer], [after]),
        ]
        tensors = [helper.make_tensor_value_info(one, element, [None]) for one in (before, item)]
        last = helper.make_tensor_value_info(after, element, [None])
        empty = self._onnx.numpy_helper.from_array(np.array("", object), nothing)
        body = helper.make_graph(nodes, self._name("body"), tensors, [last], [empty])
        width = self.op("Shape", texts, dtype="int64", start=1, end=2)
        start = self.op("Expand", self.constant("", "string"), width)
        return self.op("Scan", start, texts, num_scan_inputs=1, body=body)

    def model(self) -> Any:
        """The graph as an `onnx.ModelProto`."""
        helper = self._onnx.helper
        graph = helper.make_graph(
            self._nodes, self._prefix, self._inputs, self._outputs, self._constants
        )
        opsets = [helper.make_opsetid(domain, OPSETS[domain]) for domain in sorted(self._domains)]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="hornbook"
        )

    def element_type(self, dtype: str) -> int:
        """The number that ONNX has for a type."""
        types = self._onnx.TensorProto
        if dtype == "string":
            return int(types.STRING)
        return int(self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def _declared(self, name: str, dtype: str, shape: Sequence[int | str]) -> Any:
        return self._onnx.helper.make_tensor_value_info(name, self.element_type(dtype), list(shape))

    def _name(self, kind: str) -> str:
        return f"{self._prefix}/{next(self._numbers)}/{kind}"


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of a graph; an operation on it adds a node.

    What stands beside a tensor may be a number or an array, which is then of the tensor's type.

    Attributes:
        graph: that it is in.
        name: in the graph.
        dtype: `"string"`, or a name of NumPy.
    """

    graph: OnnxGraph
    name: str
    dtype: str

    def __add__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("Add", self, self._alike(other))

    def __sub__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("Sub", self, self._alike(other))

    def __mul__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("Mul", self, self._alike(other))

    def __truediv__(self, other: Tensor | ArrayLike) -> Tensor:
        """Of whole numbers the quotient without its fraction."""
        return self.graph.op("Div", self, self._alike(other))

    def __mod__(self, other: Tensor | ArrayLike) -> Tensor:
        """Of whole numbers, with the sign of the divisor."""
        return self.graph.op("Mod", self, self._alike(other))

    def __matmul__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("MatMul", self, self._alike(other))

    def __and__(self, other: Tensor) -> Tensor:
        return self.graph.op("And", self, other)

    def __or__(self, other: Tensor) -> Tensor:
        return self.graph.op("Or", self, other)

    def __invert__(self) -> Tensor:
        return self.graph.op("Not", self)

    def __lt__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("Less", self, self._alike(other), dtype="bool")

    def __gt__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("Greater", self, self._alike(other), dtype="bool")

    def __le__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("LessOrEqual", self, self._alike(other), dtype="bool")

    def __ge__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.op("GreaterOrEqual", self, self._alike(other), dtype="bool")

    def equals(self, other: Tensor | ArrayLike) -> Tensor:
        """Where both are the same."""
        return self.graph.op("Equal", self, self._alike(other), dtype="bool")

    def apply(self, kind: str, dtype: str | None = None) -> Tensor:
        """What an operator with one input and no attributes makes of it, e.g. `Abs`."""
        return self.graph.op(kind, self, dtype=dtype)

    def cast(self, dtype: str) -> Tensor:
        """The same in another type; texts must spell numbers."""
        if dtype == self.dtype:
            return self
        return self.graph.op("Cast", self, dtype=dtype, to=self.graph.element_type(dtype))

    def clip(self, lowest: float, highest: float) -> Tensor:
        """Within two bounds; NaN stays."""
        return self.graph.op("Clip", self, self._alike(lowest), self._alike(highest))

    def where(self, condition: Tensor, value: Tensor | ArrayLike) -> Tensor:
        """The tensor where the condition holds, else the value."""
        return self.graph.where(condition, self, self._alike(value))

    def gather(self, indices: Tensor | ArrayLike, axis: int = 0) -> Tensor:
        """Some of it along an axis, in the order of the indices."""
        if not isinstance(indices, Tensor):
            indices = self.graph.constant(indices, "int64")
        return self.graph.op("Gather", self, indices, axis=axis)

    def column(self, index: int) -> Tensor:
        """One column of rows, shape `(n_rows,)`; a negative index counts from the end."""
        return self.gather(index, axis=1)

    def slice(self, start: int, end: int | None) -> Tensor:
        """From a place to another along the first axis, as in Python."""
        bounds = [
            self.graph.constant([one], "int64") for one in (start, _END if end is None else end)
        ]
        return self.graph.op("Slice", self, *bounds)

    def reshape(self, *shape: int) -> Tensor:
        """In another shape; -1 for what follows from the others."""
        return self.graph.op("Reshape", self, self.graph.constant(shape, "int64"))

    def as_column(self) -> Tensor:
        """Values of shape `(n_rows,)` as `(n_rows, 1)`."""
        return self.reshape(-1, 1)

    def sum(self, axis: int) -> Tensor:
        """The sum along an axis, which is gone then."""
        axes = self.graph.constant([axis], "int64")
        return self.graph.op("ReduceSum", self, axes, keepdims=0)

    def length(self) -> Tensor:
        """How long it is along the first axis, as a tensor of shape `(1,)`."""
        return self.graph.op("Shape", self, dtype="int64", start=0, end=1)

    def _alike(self, other: Tensor | ArrayLike) -> Tensor:
        if isinstance(other, Tensor):
            return other
        values: NDArray[Any] | ArrayLike = other
        return self.graph.constant(values, self.dtype)
