"""The answer of a process that was asked about a design: what it found, or why it could not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hornbook.atomic import write_json_atomically
from hornbook.design import TASK_FILE
from hornbook.errors import DesignError, HornbookError, Problem, UserCodeError
from hornbook.training.events import json_safe

__all__ = ["answering"]


@contextmanager
def answering(path: Path, answer: dict[str, Any]) -> Iterator[None]:
    """Turns errors raised inside into the answer's `problems`, and writes it in the end.

    Args:
        path: of the file to write.
        answer: with the list `problems`; filled inside.
    """
    problems: list[dict[str, Any]] = answer["problems"]
    try:
        yield
    except DesignError as error:
        problems += [asdict(problem) for problem in error.problems]
    except UserCodeError as error:
        problems.append(asdict(Problem(error.message, error.file, error.line, fix=error.fix)))
    except HornbookError as error:
        problems.append(asdict(Problem(error.message, TASK_FILE, fix=error.fix)))
    write_json_atomically(path, json_safe(answer))
