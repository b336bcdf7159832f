"""What a server refuses, as the exceptions that the local calls raise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hornbook import errors
from hornbook.design import ChangedMeanwhileError
from hornbook.errors import DesignError, HornbookError, NotFoundError, Problem, RemoteError
from hornbook.registry import WorkspaceError

__all__ = ["error_of_answer", "error_of_kind"]

_SIMPLE: dict[str, type[HornbookError]] = {
    one.__name__: one
    for one in (
        errors.DataError,
        errors.DivergedTrainingError,
        errors.ExportError,
        errors.FeatureError,
        errors.InterruptedTrainingError,
        errors.MissingExtraError,
        errors.NotFoundError,
        errors.RemoteError,
        errors.TrainingError,
        errors.UntrustedModelError,
        errors.UsageError,
        ChangedMeanwhileError,
        WorkspaceError,
    )
}


def error_of_kind(
    kind: str | None,
    message: str,
    fix: str | None = None,
    problems: list[Mapping[str, Any]] | None = None,
) -> HornbookError:
    """The exception of a class that a server names.

    Args:
        kind: the name of its class; of one that is not known here, `HornbookError` is taken.
        message: what was received and what was expected.
        fix: what to do about it.
        problems: the mistakes of a design.
    """
    if kind == "DesignError" and problems:
        return DesignError([_problem(one) for one in problems])
    return _SIMPLE.get(kind or "", HornbookError)(message, fix=fix)


def error_of_answer(address: str, status: int, content: bytes) -> HornbookError:
    """What an answer other than a good one means.

    Args:
        address: of the server.
        status: of the answer, from 300 on.
        content: its body.
    """
    if 300 <= status < 400:
        return RemoteError(
            f"{address} sends requests elsewhere (status {status}), which is not followed.",
            fix="Give the address that the server is reached by in the end.",
        )
    try:
        values = json.loads(content)
        detail = str(values["detail"])
    except (ValueError, KeyError, TypeError):
        return RemoteError(f"{address} answered with status {status}.", fix="Look at its log.")
    if status == 401:
        return RemoteError(
            f"{address} does not let you in: {detail}",
            fix="Check the token, or the user and the password.",
        )
    kind = values.get("kind")
    if kind is None and status == 404:
        return NotFoundError(f"{address} does not know this request: {detail}")
    return error_of_kind(kind, detail, values.get("fix"), values.get("problems"))


def _problem(values: Mapping[str, Any]) -> Problem:
    known = {name: values.get(name) for name in ("line", "key", "fix")}
    severity = str(values.get("severity") or "error")
    return Problem(str(values["message"]), str(values["file"]), severity=severity, **known)
