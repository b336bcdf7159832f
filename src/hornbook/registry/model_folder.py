"""Which model a text means: the one place that reads such texts, for all who use models."""

from __future__ import annotations

from pathlib import Path

from hornbook.errors import NotFoundError
from hornbook.registry.ids import is_session_reference
from hornbook.registry.records import SessionRecord
from hornbook.registry.registry import Registry
from hornbook.training.artifact import DESCRIPTION_FILE, MODEL_FOLDER

__all__ = ["find_model_folder"]

_PATH_STARTS = ("/", "./", "../", "~")


def find_model_folder(registry: Registry, reference: str | Path) -> Path:
    """The folder of a model: of its session, of its version, or any that is laid out like them.

    Read in this order:

    - a path object, or a text that starts like a path (`/`, `./`, `../`, `~`): a folder;
    - `latest`, or `<analysis_id>/<mltask_id>/<session_id>`: a session;
    - the id or name of a saved model, whose active version is meant, or `NAME@v2`;
    - the path of a folder with a model in it.

    Args:
        registry: the workspace.
        reference: the text, or a path.

    Returns:
        The folder that holds the folder `model`; nothing in it was run.

    Raises:
        NotFoundError: there is no such model; the message lists what exists.
    """
    text = str(reference)
    if isinstance(reference, Path) or text.startswith(_PATH_STARTS):
        return _folder(Path(text).expanduser())
    if text == "latest" or is_session_reference(text):
        return _of_session(registry.session(text))
    try:
        return registry.saved_model_version(text).folder
    except NotFoundError:
        if Path(text).is_dir():
            return _folder(Path(text))
        if "/" in text:
            return _of_session(registry.session(text))
        raise


def _of_session(session: SessionRecord) -> Path:
    if not session.has_model:
        raise NotFoundError(
            f"The session {session.reference} is {session.status} and has no model.",
            fix="Name a session with a model: `hornbook sessions` lists them.",
        )
    return session.folder


def _folder(path: Path) -> Path:
    for folder in (path, path.parent):
        model = folder / MODEL_FOLDER
        if (model / DESCRIPTION_FILE).is_file() and path in (folder, model):
            return folder.resolve()
    found = f"it holds no {MODEL_FOLDER}/{DESCRIPTION_FILE}" if path.is_dir() else "it is not there"
    raise NotFoundError(
        f"'{path}' is not the folder of a model: {found}.",
        fix="Name the folder of a session or of a saved model's version, or a copy of one.",
    )
