"""Weights from earlier models, for user code: `load_model` and `load_weights` of Keras."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hornbook.errors import HornbookError, NotFoundError
from hornbook.home import default_home
from hornbook.registry.registry import Registry
from hornbook.training.artifact import KERAS_FILE, MODEL_FOLDER
from hornbook.training.context import current_training
from hornbook.training.trust import TrustedModels

__all__ = [
    "get_keras_model_from_saved_model",
    "get_keras_model_from_trained_model",
    "get_keras_model_location_from_saved_model",
    "get_keras_model_location_from_trained_model",
]


def get_keras_model_location_from_trained_model(
    session_id: str | None = None, analysis_id: str | None = None, mltask_id: str | None = None
) -> str:
    """The path of a trained model's file, which `load_model` and `load_weights` both take.

    Args:
        session_id: e.g. `"s1"`; inside a training, the latest session with a model when
            absent.
        analysis_id: 8 letters and digits; inside a training, the current one when absent.
        mltask_id: likewise.

    Raises:
        HornbookError: an id is missing outside a training.
        NotFoundError: there is no such model; the message lists what exists.
    """
    training = current_training()
    given = {"session_id": session_id, "analysis_id": analysis_id, "mltask_id": mltask_id}
    missing = [name for name, value in given.items() if value is None]
    if training is None and missing:
        raise HornbookError(
            f"No training is running here, so {', '.join(missing)} cannot be left out.",
            fix="Name all three: the parts of a model's name "
            "<analysis_id>/<mltask_id>/<session_id>, as `hornbook sessions` lists them.",
        )
    analysis_id = analysis_id or (training.analysis_id if training else "")
    mltask_id = mltask_id or (training.mltask_id if training else "")
    if not analysis_id or not mltask_id:
        raise _no_model_yet("This task")
    with _registry() as registry:
        task = registry.task(analysis_id, mltask_id)
        if session_id is not None:
            session = registry.session(f"{task.reference}/{session_id}")
        else:
            latest = registry.latest_session(task)
            if latest is None:
                raise _no_model_yet(f"The task {task.reference}")
            session = latest
        if not session.has_model:
            raise NotFoundError(
                f"The session {session.reference} is {session.status} and has no model.",
                fix="Name a session with a model: `hornbook sessions` lists them.",
            )
        return str(session.folder / MODEL_FOLDER / KERAS_FILE)


def get_keras_model_from_trained_model(
    session_id: str | None = None, analysis_id: str | None = None, mltask_id: str | None = None
) -> Any:
    """The loaded Keras model of a trained model; arguments and errors as for its location."""
    return _load(get_keras_model_location_from_trained_model(session_id, analysis_id, mltask_id))


def get_keras_model_location_from_saved_model(saved_model_id: str) -> str:
    """The path of the active version of a saved model.

    Args:
        saved_model_id: 8 letters and digits, or the saved model's name; with `@v2` behind it
            that version, active or not.

    Raises:
        NotFoundError: there is no such saved model; the message lists what exists.
    """
    with _registry() as registry:
        version = registry.saved_model_version(saved_model_id)
        return str(version.folder / MODEL_FOLDER / KERAS_FILE)


def get_keras_model_from_saved_model(saved_model_id: str) -> Any:
    """The loaded Keras model of the active version of a saved model."""
    return _load(get_keras_model_location_from_saved_model(saved_model_id))


def _no_model_yet(task: str) -> NotFoundError:
    return NotFoundError(
        f"{task} has no trained model yet.",
        fix="Train it once without weights from an earlier session, or name another task.",
    )


@contextmanager
def _registry() -> Iterator[Registry]:
    with Registry(_home()) as registry:
        yield registry


def _home() -> Path:
    training = current_training()
    return default_home() if training is None else training.home


def _load(path: str) -> Any:
    # Imported here, since the registry itself is used where Keras must not be loaded.
    from hornbook.backends.open import open_some_backend

    open_some_backend()
    from hornbook.training.loading import load_trained_network

    return load_trained_network(Path(path).parent.parent, TrustedModels(_home()))
