"""Python objects as JSON values and arrays, without pickle.

An object is written as what it is made of: plain values, containers, arrays, and instances as
the name of their class or constructor with arguments and attributes, as their `__reduce_ex__`
tells. Nothing is run to read the values. To make the objects again, the modules they name are
imported and the constructors called; that is for models whose code is trusted.
"""

from __future__ import annotations

import base64
import copyreg
import importlib
import sys
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from hornbook.errors import FeatureError
from hornbook.features.handling import State
from hornbook.features.pandas_arrow import arrow_of, from_arrow

__all__ = ["modules_of", "object_of", "object_state"]

_STORED_KINDS = "bifu"
_PANDAS = (pd.DataFrame, pd.Series, pd.Index)
_CSR = {"csr_matrix": sparse.csr_matrix, "csr_array": sparse.csr_array}


def object_state(value: Any, package: str, path: str) -> State:
    """Writes an object down.

    Objects that are one and the same stay so, cycles included. Sets, and arrays whatever their
    memory layout, come back equal.

    Args:
        value: the object.
        package: the package of the design's own modules; they are named relative to it, so that
            another process finds them in a copy of the design.
        path: what to call the object in errors, e.g. `"processor"`.

    Raises:
        FeatureError: names the attribute that cannot be kept, and why.
    """
    encoder = _Encoder(package)
    try:
        root = encoder.encode(value, path)
    except RecursionError as error:
        raise FeatureError(
            f"{path} cannot be kept: it is nested too deeply.",
            fix="Keep lists or arrays instead of chains of objects.",
        ) from error
    return State({"root": root, "objects": encoder.objects}, encoder.arrays)


def object_of(state: State, package: str) -> Any:
    """The object that `object_state` wrote; imports and calls what it names.

    Args:
        state: of the object.
        package: of the design's own modules in this process.
    """
    return _Decoder(state, package).decode(state.values["root"])


def modules_of(state: State) -> tuple[str, ...]:
    """The modules that making the object again imports; the design's own begin with a dot."""
    named = {
        one["module"] for one in state.values["objects"] if one["kind"] in ("global", "module")
    }
    return tuple(sorted(named))


_INLINE: dict[str, Callable[[str], Any]] = {"float": float, "bytes": base64.b64decode}


class _Encoder:
    def __init__(self, package: str) -> None:
        self.objects: list[dict[str, Any]] = []
        self.arrays: dict[str, NDArray[Any]] = {}
        self._package = package
        self._numbers: dict[int, int] = {}
        self._alive: list[Any] = []

    def encode(self, value: Any, path: str) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if np.isfinite(value) else {"float": repr(value)}
        if kind is bytes:
            return {"bytes": base64.b64encode(value).decode()}
        if isinstance(value, np.generic) and kind.__module__ == "numpy":
            return self._scalar(value, path)
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self.objects)
            # What `__getstate__` made for us must live on: its id would be given to another.
            self._alive.append(value)
            self.objects.append({})
            self.objects[number] = self._object(value, path)
        return {"object": number}

    def _scalar(self, value: np.generic, path: str) -> Any:
        if (value.dtype.kind in "bifuU" and value.dtype.itemsize <= 8) or value.dtype.kind == "U":
            return {"scalar": [value.dtype.str, self.encode(value.item(), path)]}
        return {"scalar": [value.dtype.str, {"array": self._array(np.asarray(value), path)}]}

    def _object(self, value: Any, path: str) -> dict[str, Any]:
        written = self._container(value, path) or self._data(value, path)
        if written is not None:
            return written
        if isinstance(value, ModuleType):
            return {"kind": "module", "module": self._module(value.__name__)}
        is_function = isinstance(value, BuiltinFunctionType) and isinstance(
            value.__self__, ModuleType
        )
        if is_function or isinstance(value, type | FunctionType):
            return self._global(value, value.__module__, value.__qualname__, path)
        return self._instance(value, path)

    def _container(self, value: Any, path: str) -> dict[str, Any] | None:
        kind = type(value)
        if kind in (list, tuple):
            items = [self.encode(one, f"{path}[{place}]") for place, one in enumerate(value)]
            return {"kind": kind.__name__, "items": items}
        if kind in (set, frozenset):
            # Sorted, as the order of texts in a set varies from process to process.
            items = [self.encode(one, f"{path}{{…}}") for one in sorted(value, key=repr)]
            return {"kind": kind.__name__, "items": items}
        if kind is dict:
            keys = [self.encode(key, f"{path} (a key)") for key in value]
            items = [self.encode(one, f"{path}[{key!r}]") for key, one in value.items()]
            return {"kind": "dict", "keys": keys, "items": items}
        return None

    def _data(self, value: Any, path: str) -> dict[str, Any] | None:
        kind = type(value)
        if kind in (np.ndarray, np.memmap):
            return {"kind": "array", "array": self._array(value, path)}
        if kind in _CSR.values():
            parts = [self._array(one, path) for one in (value.data, value.indices, value.indptr)]
            return {"kind": kind.__name__, "parts": parts, "shape": list(value.shape)}
        if isinstance(value, _PANDAS):
            table = arrow_of(value)
            if table is not None:
                return {"kind": "pandas", "array": self._array(table, path)}
        return None

    def _array(self, array: NDArray[Any], path: str) -> dict[str, Any]:
        shape = list(array.shape)
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        if array.dtype.kind == "O":
            items = [self.encode(one, f"{path}[{n}]") for n, one in enumerate(array.flat)]
            return {"shape": shape, "order": order, "items": items}
        if array.dtype.hasobject:
            raise _cannot(path, "it is an array of records with objects in them", None)
        name = str(len(self.arrays))
        form = {"shape": shape, "order": order, "name": name}
        if array.dtype.kind in _STORED_KINDS and array.dtype.isnative and array.dtype.itemsize <= 8:
            self.arrays[name] = np.array(array, order="C").reshape(-1)
            return form
        self.arrays[name] = np.frombuffer(array.tobytes(), np.uint8)
        return {**form, "dtype": np.lib.format.dtype_to_descr(array.dtype)}

    def _global(self, value: Any, module: str | None, name: str, path: str) -> dict[str, Any]:
        what = "a class" if isinstance(value, type) else "a function"
        if "<lambda>" in name:
            raise _cannot(
                path,
                "it is a lambda, which has no name to find it by",
                "Use a function with a name, defined at the top of the file or in lib.",
            )
        if "<locals>" in name:
            raise _cannot(
                path,
                f"it is {what}, {value.__name__}, that is defined inside a function",
                "Define it at the top of the file or in lib.",
            )
        try:
            found = _attribute(importlib.import_module(module or "builtins"), name)
        except (ImportError, AttributeError, ValueError):
            found = None
        if found is not value:
            raise _cannot(
                path,
                f"it is {what} that is not found as {module}.{name}",
                "Give it a name of its own at the top of the file or in lib.",
            )
        return {"kind": "global", "module": self._module(module or "builtins"), "name": name}

    def _module(self, name: str) -> str:
        return name.removeprefix(self._package) if name.startswith(f"{self._package}.") else name

    def _instance(self, value: Any, path: str) -> dict[str, Any]:
        reduce = copyreg.dispatch_table.get(type(value))
        try:
            reduced = reduce(value) if reduce else value.__reduce_ex__(4)
        except (TypeError, AttributeError, ValueError, NotImplementedError) as error:
            name = type(value).__qualname__
            reason = str(error).replace("pickle", "keep").replace("serialize", "keep")
            raise _cannot(
                path,
                f"it is a {name} ({reason})",
                "Make it in transform when it is needed, or leave it out in __getstate__ and make "
                "it again in __setstate__.",
            ) from error
        if isinstance(reduced, str):
            module = getattr(value, "__module__", None) or type(value).__module__
            return self._global(value, module, reduced, path)
        parts: list[Any] = [*reduced, None, None, None, None]
        call, arguments, state, items, pairs, setter = parts[:6]
        encoded = {
            "kind": "instance",
            "call": self.encode(call, path),
            "arguments": [self.encode(one, path) for one in arguments],
        }
        if state is not None:
            encoded["state"] = self._attributes(state, path)
        if items is not None:
            encoded["items"] = [
                self.encode(one, f"{path}[{place}]") for place, one in enumerate(items)
            ]
        if pairs is not None:
            held = list(pairs)
            encoded["keys"] = [self.encode(key, f"{path} (a key)") for key, _ in held]
            encoded["values"] = [self.encode(one, f"{path}[{key!r}]") for key, one in held]
        if setter is not None:
            encoded["setter"] = self.encode(setter, path)
        return encoded

    def _attributes(self, state: Any, path: str) -> Any:
        """Like `encode`, with attributes named as such in errors."""
        if type(state) is dict and all(type(key) is str for key in state):
            items = [self.encode(one, f"{path}.{name}") for name, one in state.items()]
            return {"attributes": [list(state), items]}
        return self.encode(state, path)


class _Decoder:
    def __init__(self, state: State, package: str) -> None:
        self._objects = state.values["objects"]
        self._arrays = state.arrays
        self._package = package
        self._made: dict[int, Any] = {}

    def decode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        ((tag, content),) = value.items()
        if tag == "object":
            if content not in self._made:
                self._make(content, self._objects[content])
            return self._made[content]
        if tag == "attributes":
            names, items = content
            return dict(zip(names, map(self.decode, items), strict=True))
        return self._scalar(content) if tag == "scalar" else _INLINE[tag](content)

    def _scalar(self, content: list[Any]) -> Any:
        dtype, held = content
        if isinstance(held, dict) and "array" in held:
            return self._array(held["array"])[()]
        return np.array(self.decode(held), np.dtype(dtype))[()]

    def _make(self, number: int, entry: dict[str, Any]) -> None:
        kind = entry["kind"]
        # Containers first, what is in them then: they may contain themselves.
        if kind == "list":
            made: Any = []
            self._made[number] = made
            made.extend(map(self.decode, entry["items"]))
        elif kind == "dict":
            made = {}
            self._made[number] = made
            made.update(self._pairs(entry["keys"], entry["items"]))
        elif kind == "instance":
            self._make_instance(number, entry)
        else:
            self._made[number] = self._leaf(kind, entry)

    def _leaf(self, kind: str, entry: dict[str, Any]) -> Any:
        if kind in ("tuple", "set", "frozenset"):
            return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](
                map(self.decode, entry["items"])
            )
        if kind == "array":
            return self._array(entry["array"])
        if kind in _CSR:
            parts = tuple(map(self._array, entry["parts"]))
            return _CSR[kind](parts, shape=tuple(entry["shape"]))
        if kind == "pandas":
            return from_arrow(self._array(entry["array"]))
        module = entry["module"]
        name = f"{self._package}{module}" if module.startswith(".") else module
        imported = sys.modules.get(name) or importlib.import_module(name)
        return imported if kind == "module" else _attribute(imported, entry["name"])

    def _make_instance(self, number: int, entry: dict[str, Any]) -> None:
        call: Callable[..., Any] = self.decode(entry["call"])
        made = call(*map(self.decode, entry["arguments"]))
        self._made[number] = made
        for item in entry.get("items", ()):
            made.append(self.decode(item))
        for key, value in self._pairs(entry.get("keys", ()), entry.get("values", ())):
            made[key] = value
        if "state" in entry:
            state = self.decode(entry["state"])
            if "setter" in entry:
                self.decode(entry["setter"])(made, state)
            elif hasattr(made, "__setstate__"):
                made.__setstate__(state)
            else:
                attributes, slots = state if isinstance(state, tuple) else (state, None)
                if attributes:
                    vars(made).update(attributes)
                for name, value in (slots or {}).items():
                    setattr(made, name, value)

    def _pairs(self, keys: Any, values: Any) -> Iterator[tuple[Any, Any]]:
        return zip(map(self.decode, keys), map(self.decode, values), strict=True)

    def _array(self, form: dict[str, Any]) -> NDArray[Any]:
        shape = tuple(form["shape"])
        if "items" in form:
            array = np.empty(len(form["items"]), object)
            for place, item in enumerate(form["items"]):
                array[place] = self.decode(item)
        else:
            array = self._arrays[form["name"]].copy()
            if "dtype" in form:
                array = array.view(np.lib.format.descr_to_dtype(_descr(form["dtype"])))
        return np.asarray(array.reshape(shape), order=form["order"])


def _cannot(path: str, why: str, fix: str | None) -> FeatureError:
    return FeatureError(f"{path} cannot be kept with the model: {why}.", fix=fix)


def _attribute(module: ModuleType, name: str) -> Any:
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _descr(descr: Any) -> Any:
    """A dtype's description with the tuples that JSON made lists."""
    if isinstance(descr, str):
        return descr
    return [(field[0], _descr(field[1]), *(tuple(shape) for shape in field[2:])) for field in descr]
