"""Loading the networks that trainings have kept, with the user's own layers and losses."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import keras

from hornbook.backends import load_keras_model
from hornbook.design import ARCHITECTURE_FILE, SourceFile
from hornbook.errors import DesignError, HornbookError, Problem
from hornbook.training.artifact import KERAS_FILE, MODEL_FOLDER
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.trust import TrustedModels
from hornbook.training.user_code import UserCode

__all__ = ["check_reloads", "load_trained_network"]


def load_trained_network(
    folder: Path, trusted: TrustedModels, *, compile_model: bool = True
) -> Any:
    """The Keras model of a session or of a saved model's version.

    Where the file alone does not do, because the network has layers or losses of the
    user's own, the frozen `architecture.py` beside it is run, and lambdas in the file are
    allowed: if the workspace trusts the model.

    Args:
        folder: of the session or version.
        trusted: the models whose code may be run.
        compile_model: whether to restore loss, metrics and optimizer too.

    Raises:
        HornbookError: it cannot be loaded.
        UntrustedModelError: only code that is not trusted could load it.
    """
    path = folder / MODEL_FOLDER / KERAS_FILE
    try:
        return load_keras_model(path, compile_model=compile_model)
    except HornbookError:
        design = folder / DESIGN_FOLDER
        if not (design / ARCHITECTURE_FILE).is_file():
            raise
        trusted.require(folder, ARCHITECTURE_FILE)
        return _load_with_code(path, UserCode(design), compile_model=compile_model)


def check_reloads(model: Any, code: UserCode, source: SourceFile) -> None:
    """Saves and loads a model with layers of the user's own, before it is trained.

    Raises:
        DesignError: it would be lost: it cannot be saved, or not be loaded again.
    """
    if not _has_own_layers(model):
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / KERAS_FILE
        try:
            model.save(path)
            _load_with_code(path, code, compile_model=False)
        except Exception as error:
            reason = str(error).strip().splitlines()
            problem = Problem(
                "the model could not be kept: saved and loaded again it fails with "
                f"{type(error).__name__}: {reason[0] if reason else ''}",
                source.name,
                source.line_of_function("build_model"),
                fix="Give each layer of your own a get_config that returns what its __init__ "
                "takes, and pass **kwargs on to super().__init__.",
            )
            raise DesignError([problem]) from error


def _load_with_code(path: Path, code: UserCode, *, compile_model: bool) -> Any:
    return load_keras_model(
        path,
        compile_model=compile_model,
        custom_objects=code.definitions(ARCHITECTURE_FILE),
        trusted=True,
    )


def _has_own_layers(model: Any) -> bool:
    return any(
        not type(layer).__module__.startswith("keras.")
        or (isinstance(layer, keras.Model) and layer is not model and _has_own_layers(layer))
        for layer in (model, *model.layers)
    )
