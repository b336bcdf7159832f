"""Lets code written for `tensorflow.keras` run on whichever backend Keras has.

Keras 3 carries the whole `tensorflow.keras` namespace in itself (`keras._tf_keras.keras`).
The bridge answers `import tensorflow.keras…` with those modules. Where TensorFlow is not
the backend, `import tensorflow` gives a stand-in that knows `keras` and becomes the real
package as soon as anything else of it is asked for.

It also gives back what Keras 3 dropped and older code relies on: `Model.fit_generator` and
its two siblings, the loader arguments of `fit`, and an int for the shape of an input.

The bridge changes the import system and Keras' classes of this process: only workers and
the functions that load models open it, never the server.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

__all__ = ["install_bridge"]

_SOURCE = "keras._tf_keras.keras"
_TARGET = "tensorflow.keras"
_LOADER_ARGUMENTS = ("max_queue_size", "workers", "use_multiprocessing")


def install_bridge() -> None:
    """Opens the bridge in this process; a second call changes nothing."""
    if any(isinstance(finder, _KerasFinder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, _KerasFinder())
    if "tensorflow" not in sys.modules:
        sys.modules["tensorflow"] = _TensorFlowStandIn()
    _look_for_tensorflow_only_once_loaded()
    _give_back_model_methods()
    _give_back_int_shapes()


class _KerasFinder(importlib.abc.MetaPathFinder):
    """Finds `tensorflow.keras.x` as the module `keras._tf_keras.keras.x`.

    Any other `tensorflow.x` that is imported while the stand-in is there makes it real.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _TARGET and not fullname.startswith(f"{_TARGET}."):
            return self._find_in_tensorflow(fullname)
        source = _SOURCE + fullname.removeprefix(_TARGET)
        try:
            module = importlib.import_module(source)
        except ModuleNotFoundError as error:
            if error.name is not None and source.startswith(error.name):
                return None
            raise
        return importlib.machinery.ModuleSpec(
            fullname, _AliasLoader(module), is_package=hasattr(module, "__path__")
        )

    def _find_in_tensorflow(self, fullname: str) -> importlib.machinery.ModuleSpec | None:
        stand_in = sys.modules.get("tensorflow")
        if not fullname.startswith("tensorflow.") or not isinstance(stand_in, _TensorFlowStandIn):
            return None
        real = stand_in.become_real()
        if fullname in sys.modules:
            return importlib.machinery.ModuleSpec(fullname, _AliasLoader(sys.modules[fullname]))
        return importlib.machinery.PathFinder.find_spec(fullname, list(real.__path__))


class _AliasLoader(importlib.abc.Loader):
    """Hands out a module that is loaded already, and leaves its own spec in place."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


class _TensorFlowStandIn(ModuleType):
    """`tensorflow` until something besides `keras` is asked of it.

    It stays valid afterwards, for code that has bound it to a name already.
    """

    def __init__(self) -> None:
        super().__init__("tensorflow", "Stands in for TensorFlow until it is really needed.")
        self.__path__: list[str] = []
        self.__spec__ = importlib.machinery.ModuleSpec("tensorflow", None, is_package=True)
        self._loading = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        if name == "keras":
            return importlib.import_module(_SOURCE)
        if name.startswith("__"):
            raise AttributeError(f"module 'tensorflow' has no attribute '{name}'")
        return getattr(self.become_real(), name)

    def become_real(self) -> ModuleType:
        """Imports TensorFlow, the first time, and returns it."""
        with self._loading:
            if sys.modules.get("tensorflow") is self:
                del sys.modules["tensorflow"]
                try:
                    importlib.import_module("tensorflow")
                except BaseException:
                    sys.modules["tensorflow"] = self
                    raise
            return sys.modules["tensorflow"]


def _look_for_tensorflow_only_once_loaded() -> None:
    """Keeps Keras from importing TensorFlow just to see whether a value is one of its types.

    Saving a model and seeding do that on every backend, wherever TensorFlow is installed,
    and it takes seconds. While TensorFlow is not loaded, no value can be one of its types.
    """
    from keras.src.utils import module_utils

    class LoadedTensorFlow(module_utils.LazyModule):  # type: ignore[misc]
        @property
        def available(self) -> bool:
            return "tensorflow.python" in sys.modules

    module_utils.tensorflow.__class__ = LoadedTensorFlow


def _give_back_model_methods() -> None:
    import keras

    model_class = keras.Model
    model_class.fit = _ignoring_loader_arguments(model_class.fit)
    model_class.evaluate = _ignoring_loader_arguments(model_class.evaluate)
    model_class.predict = _ignoring_loader_arguments(model_class.predict)

    def fit_generator(self: Any, generator: Any, *arguments: Any, **keywords: Any) -> Any:
        """`fit`, under its name of before Keras 3."""
        names = ("steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data")
        keywords.update(zip(names, arguments, strict=False))
        return self.fit(generator, **keywords)

    def evaluate_generator(self: Any, generator: Any, **keywords: Any) -> Any:
        """`evaluate`, under its name of before Keras 3."""
        return self.evaluate(generator, **keywords)

    def predict_generator(self: Any, generator: Any, **keywords: Any) -> Any:
        """`predict`, under its name of before Keras 3."""
        return self.predict(generator, **keywords)

    model_class.fit_generator = fit_generator
    model_class.evaluate_generator = evaluate_generator
    model_class.predict_generator = predict_generator


def _ignoring_loader_arguments(method: Callable[..., Any]) -> Callable[..., Any]:
    """Sequences prepare themselves ahead; how Keras once did it no longer matters."""

    @functools.wraps(method)
    def wrapped(self: Any, *arguments: Any, **keywords: Any) -> Any:
        for name in _LOADER_ARGUMENTS:
            keywords.pop(name, None)
        return method(self, *arguments, **keywords)

    return wrapped


def _give_back_int_shapes() -> None:
    """`Input(shape=(32))` and `Dense(8, input_shape=(32))` both end in `standardize_shape`."""
    from keras.src import backend

    standardize_shape = backend.standardize_shape

    @functools.wraps(standardize_shape)
    def accepting_int(shape: Any) -> Any:
        return standardize_shape((shape,) if isinstance(shape, int) else shape)

    backend.standardize_shape = accepting_int
