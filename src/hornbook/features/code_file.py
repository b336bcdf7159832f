"""Which file of a design holds the user's code for a column."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator

__all__ = ["CodeFile", "code_file"]

_LONGEST = 100


def code_file(column: str, named: str = "") -> str:
    """The file with the code for a column, relative to the design folder.

    Letters of any script, digits, `_`, `-`, spaces and dots of the column's name are kept;
    anything else becomes `_`.

    Args:
        column: of the table.
        named: the file that the design names, if it does.

    Example:
        >>> code_file("review"), code_file("C:/what?"), code_file(".hidden")
        ('features/review.py', 'features/C__what_.py', 'features/_hidden.py')
        >>> code_file("review", "features/tokens.py")
        'features/tokens.py'
    """
    if named:
        return named
    safe = re.sub(r"[^\w. -]", "_", column)
    safe = re.sub(r"^\.|[. ]$", "_", safe) or "_"
    while len(safe.encode()) > _LONGEST:
        safe = safe[:-1]
    return f"features/{safe}.py"


def _inside_the_design(value: str) -> str:
    path = PurePosixPath(value)
    if value and (path.is_absolute() or ".." in path.parts or path.suffix != ".py"):
        raise ValueError(
            f"found '{value}', expected a .py file inside the design folder, such as "
            "features/tokens.py"
        )
    return value


CodeFile = Annotated[str, AfterValidator(_inside_the_design)]
"""The type of an option that names such a file; empty for the one named after the column."""
