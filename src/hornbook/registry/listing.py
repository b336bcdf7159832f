"""The sentence of a `NotFoundError` that lists what exists."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["existing"]

_SHOWN = 20


def existing(plural: str, names: Sequence[str]) -> str:
    """List `names`, the last ones where there are many, as those are the newest.

    Example:
        >>> existing("sessions", ["s1", "s2"])
        'Existing sessions: s1, s2.'
        >>> existing("saved models", [])
        'There are no saved models yet.'
        >>> existing("sessions", [f"s{n}" for n in range(1, 23)])[:36]
        'Existing sessions: (2 older), s3, s4'
    """
    if not names:
        return f"There are no {plural} yet."
    older = [f"({len(names) - _SHOWN} older)"] if len(names) > _SHOWN else []
    return f"Existing {plural}: {', '.join([*older, *names[-_SHOWN:]])}."
