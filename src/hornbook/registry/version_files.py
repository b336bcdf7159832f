"""The files of a version: copied from a session, complete before the version can be seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from hornbook.atomic import PARTIAL_PATTERN, partial_path, sync_folder
from hornbook.registry.errors import WorkspaceError
from hornbook.registry.layout import Layout
from hornbook.registry.records import SessionRecord

__all__ = ["NOT_DEPLOYED", "copy_for_version", "remove_folder"]

NOT_DEPLOYED = ("events.jsonl", "worker.log", "tensorboard")
"""What a session's folder holds about its training rather than for its model."""


def copy_for_version(
    layout: Layout,
    session: SessionRecord,
    files: Sequence[str] | None,
    added: Mapping[str, Path],
) -> Path:
    """Copy a session's files to a folder that `add_version` moves into place.

    Done outside of any transaction, as a model may be large.

    Args:
        layout: of the workspace.
        session: with a model.
        files: of its folder; `None` is all that is of use to the model.
        added: further files and folders, from wherever they lie, by their paths in the copy.

    Raises:
        WorkspaceError: the session has no model, or a file of the call is not in its folder.
    """
    if not session.has_model:
        raise WorkspaceError(
            f"Session '{session.reference}' is {session.status} and has no trained model to "
            "deploy.",
            fix="Deploy a session that has kept a model.",
        )
    chosen = _deployed(session.folder) if files is None else list(files)
    _check_inside(session, (*chosen, *added))
    _check_there(session, chosen)
    layout.saved_models.mkdir(parents=True, exist_ok=True)
    copied = partial_path(layout.saved_models / "deployed")
    try:
        copied.mkdir()
        for name in chosen:
            _copy(session.folder / name, copied / name)
        for name, source in added.items():
            _copy(source, copied / name)
        sync_folder(copied)
    except BaseException:
        shutil.rmtree(copied, ignore_errors=True)
        raise
    return copied


def remove_folder(folder: Path) -> None:
    """Remove a folder that the database no longer knows: out of sight at once, then for good."""
    if not folder.exists():
        return
    hidden = partial_path(folder)
    folder.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _deployed(folder: Path) -> list[str]:
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in NOT_DEPLOYED and not path.match(PARTIAL_PATTERN)
    )


def _check_inside(session: SessionRecord, names: Iterable[str]) -> None:
    outside = [
        name
        for name in names
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts
    ]
    if outside:
        raise WorkspaceError(
            f"Cannot deploy {', '.join(map(repr, outside))}: expected paths relative to the "
            f"session's folder {session.folder} and inside it."
        )


def _check_there(session: SessionRecord, names: Iterable[str]) -> None:
    missing = [name for name in names if not (session.folder / name).exists()]
    if missing:
        raise WorkspaceError(
            f"Cannot deploy {', '.join(map(repr, missing))}: not found in the folder "
            f"{session.folder} of session '{session.reference}'."
        )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignore = shutil.ignore_patterns(PARTIAL_PATTERN)
        shutil.copytree(source, target, ignore=ignore, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
