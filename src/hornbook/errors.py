"""The exception family: every error Hornbook raises on purpose, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "DataError",
    "DesignError",
    "DivergedTrainingError",
    "ExportError",
    "FeatureError",
    "HornbookError",
    "InterruptedTrainingError",
    "MissingExtraError",
    "NotFoundError",
    "Problem",
    "RemoteError",
    "TrainingError",
    "UntrustedModelError",
    "UsageError",
    "UserCodeError",
    "did_you_mean",
]


class HornbookError(Exception):
    """Something the user can act upon.

    Args:
        message: what was received and what was expected, as whole sentences.
        fix: what to do about it, as an instruction; `None` where the message says all.

    Example:
        >>> print(HornbookError("The column 'age' is missing.", fix="Add it to the file."))
        The column 'age' is missing.
          Fix: Add it to the file.
    """

    def __init__(self, message: str, *, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}\n  Fix: {self.fix}" if self.fix else self.message


class DataError(HornbookError):
    """A file, table or row that cannot be used as data."""


class FeatureError(HornbookError):
    """A column that its handling cannot turn into numbers."""


class TrainingError(HornbookError):
    """A training that cannot start or go on."""


class DivergedTrainingError(TrainingError):
    """A training whose loss is no longer a number."""


class InterruptedTrainingError(TrainingError):
    """A training stopped by the user before there was anything to keep."""


class ExportError(HornbookError):
    """A model that cannot be written in a format, or a file that cannot become a model.

    The message says all that stands in the way.
    """


class NotFoundError(HornbookError):
    """A name or id that the workspace, a table or a registry of names does not know."""


class RemoteError(HornbookError):
    """A server that cannot be reached, lets nobody in, or does not answer as Hornbook does."""


class UntrustedModelError(HornbookError):
    """A model whose code would have to be run, and that this workspace does not trust."""


class UsageError(HornbookError):
    """A command or call that is not written as it must be; nothing was done."""


class MissingExtraError(HornbookError):
    """An optional dependency that is not installed; the fix names the extra."""


class UserCodeError(HornbookError):
    """User code that failed or returned something unusable; the user's own line comes first.

    Args:
        message: the exception's own message, or what was wrong with a return value.
        file: the user's file, as the user knows it.
        line: 1-based line in that file, when known.
        code: the text of that line, when known.
        fix: what to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str,
        line: int | None = None,
        code: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, fix=fix)
        self.file = file
        self.line = line
        self.code = code

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        lines = [f"{place}: {self.message}"]
        if self.code:
            lines.append(f"    {self.code.strip()}")
        if self.fix:
            lines.append(f"  Fix: {self.fix}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Problem:
    """One mistake in a design: where it is, what was found, what to do.

    Attributes:
        message: what was found and what was expected.
        file: name of the file in the design folder.
        line: 1-based line, when the mistake has one.
        key: dotted key in `task.toml`, when the mistake has one.
        fix: what to write instead.
        severity: `"error"` stops a training, `"warning"` does not.
    """

    message: str
    file: str
    line: int | None = None
    key: str | None = None
    fix: str | None = None
    severity: str = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.key:
            place += f" [{self.key}]"
        text = f"{place}: {self.message}"
        return f"{text}\n  Fix: {self.fix}" if self.fix else text


class DesignError(HornbookError):
    """All the mistakes of a design at once.

    Example:
        >>> print(DesignError([Problem("found 0 epochs, expected 1 or more", "task.toml", 7)]))
        task.toml:7: found 0 epochs, expected 1 or more
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def did_you_mean(received: str, known: Iterable[str]) -> str:
    """A sentence that offers the closest known name, or lists the known ones.

    Example:
        >>> did_you_mean("acuracy", ["Accuracy", "Recall"])
        "Did you mean 'Accuracy'?"
        >>> did_you_mean("zzz", ["a", "b"])
        'Known: a, b.'
    """
    names = list(known)
    by_lowercase = {name.lower(): name for name in names}
    close = get_close_matches(received.lower(), by_lowercase, n=1)
    if close:
        return f"Did you mean '{by_lowercase[close[0]]}'?"
    if not names:
        return "None exists yet."
    shown = ", ".join(names[:20])
    return f"Known: {shown}{', …' if len(names) > 20 else ''}."
