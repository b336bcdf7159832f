"""The ids of analyses, ML tasks, sessions, saved models and versions."""

from __future__ import annotations

import re
import secrets
import string
from typing import NamedTuple

from hornbook.errors import UsageError
from hornbook.registry.errors import WorkspaceError

__all__ = [
    "ModelReference",
    "checked_saved_model_name",
    "is_session_reference",
    "new_id",
    "parse_model_reference",
    "session_id",
    "session_number",
    "version_id",
    "version_number",
]

_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 8
_LONGEST_NAME = 200


def new_id() -> str:
    """Eight random letters and digits: an analysis, ML task or saved model id.

    Example:
        >>> len(new_id()), new_id().isalnum()
        (8, True)
    """
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


class ModelReference(NamedTuple):
    """The three ids that name a session and its trained model; `str` joins them with slashes."""

    analysis_id: str
    mltask_id: str
    session_id: str

    def __str__(self) -> str:
        return "/".join(self)


def parse_model_reference(reference: str) -> ModelReference:
    """Split `"<analysis_id>/<mltask_id>/<session_id>"`; whether the ids exist is not looked at.

    Raises:
        UsageError: `reference` is not three ids with slashes between.

    Example:
        >>> parse_model_reference("Ab3dE6gH/Zx9wV7uT/s2").session_id
        's2'
        >>> parse_model_reference("s2")
        Traceback (most recent call last):
        ...
        hornbook.errors.UsageError: 's2' does not name a trained model: found 1 id, expected 3.
          Fix: Write '<analysis_id>/<mltask_id>/<session_id>', such as 'Ab3dE6gH/Zx9wV7uT/s2'.
    """
    ids = [part for part in reference.strip().split("/") if part]
    if len(ids) != len(ModelReference._fields):
        raise UsageError(
            f"'{reference}' does not name a trained model: "
            f"found {len(ids)} id{'' if len(ids) == 1 else 's'}, expected 3.",
            fix="Write '<analysis_id>/<mltask_id>/<session_id>', such as 'Ab3dE6gH/Zx9wV7uT/s2'.",
        )
    return ModelReference(*ids)


def is_session_reference(text: str) -> bool:
    """Whether a text has the form of `"<analysis_id>/<mltask_id>/<session_id>"`.

    Example:
        >>> is_session_reference("Ab3dE6gH/Zx9wV7uT/s2"), is_session_reference("models/wine/v1")
        (True, False)
    """
    return re.fullmatch(r"[A-Za-z0-9]{8}/[A-Za-z0-9]{8}/s[1-9][0-9]{0,8}", text) is not None


def checked_saved_model_name(name: str) -> str:
    """The name of a saved model without white space around it.

    It must not read like another way to name a model, since all of them are taken where a model
    is asked for, nor break the line it is shown on.

    Raises:
        WorkspaceError: it says why a name cannot be one.

    Example:
        >>> checked_saved_model_name(" Titanic survival ")
        'Titanic survival'
    """
    name = name.strip()
    if not name:
        raise WorkspaceError("A saved model needs a name that is not empty.")
    reasons = {
        "'@' goes before a version": "@" in name,
        "'/' stands in the names of sessions and folders": "/" in name or "\\" in name,
        "it means the newest session": name == "latest",
        "it begins like a path": name.startswith(("~", ".")),
        "it holds a character that cannot be shown": not name.isprintable(),
        f"it has {len(name)} characters, at most {_LONGEST_NAME} are allowed": len(name)
        > _LONGEST_NAME,
    }
    for reason, holds in reasons.items():
        if holds:
            raise WorkspaceError(
                f"A saved model cannot be called {name[:_LONGEST_NAME]!r}: {reason}.",
                fix="Choose another name, such as 'Titanic survival'.",
            )
    return name


def session_id(number: int) -> str:
    """The id, such as `s3`, of the session that has this number in its task."""
    return f"s{number}"


def session_number(session_id: str) -> int | None:
    """The number in a session id, or `None` where it is not shaped like one.

    Example:
        >>> session_number("s12"), session_number("s012"), session_number("latest")
        (12, None, None)
    """
    return _number("s", session_id)


def version_id(number: int) -> str:
    """The id, such as `v3`, of the version that has this number in its saved model."""
    return f"v{number}"


def version_number(version_id: str) -> int | None:
    """The number in a version id, or `None` where it is not shaped like one."""
    return _number("v", version_id)


def _number(letter: str, text: str) -> int | None:
    # Nine digits fit every database's integer column.
    match = re.fullmatch(rf"{letter}([1-9][0-9]{{0,8}})", text)
    return int(match[1]) if match else None
