"""Names that people give to what a workspace holds, and that files are called by."""

from __future__ import annotations

import re

from hornbook.errors import UsageError

__all__ = ["check_name", "is_name"]

_NAME = re.compile(r"\w[\w .-]{0,98}[\w-]|\w")


def is_name(name: str) -> bool:
    """Whether a name can stand for a file.

    Example:
        >>> is_name("white wines"), is_name("../etc"), is_name(".hidden")
        (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def check_name(name: str, what: str) -> None:
    """Refuses what cannot be a name.

    Args:
        name: as given.
        what: it is to name, such as `"folder"`.

    Raises:
        UsageError: it says what can be one.
    """
    if not is_name(name):
        raise UsageError(
            f"'{name}' cannot be the name of a {what}.",
            fix="Use up to 100 letters, digits, spaces, '_', '-' and '.', beginning with a "
            "letter or digit.",
        )
