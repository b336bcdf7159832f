"""All settings of a design side by side, each under its dotted key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hornbook.design.task import TaskDesign
from hornbook.design.toml_file import dotted

__all__ = ["Setting", "flat_settings"]

Setting = str | int | float | bool | list[Any] | None


def flat_settings(design: TaskDesign) -> dict[str, Setting]:
    """Every setting, defaults included, by its key as TOML spells it.

    Lists stay whole; an empty table is left out.

    Example:
        >>> from hornbook.design import TaskDesign
        >>> design = TaskDesign.model_validate(
        ...     {
        ...         "dataset": {"path": "wine.csv"},
        ...         "target": {"column": "quality", "type": "regression"},
        ...         "features": {"fixed acidity": {"type": "numerical"}},
        ...     }
        ... )
        >>> settings = flat_settings(design)
        >>> settings["target.column"], settings['features."fixed acidity".type']
        ('quality', 'numerical')
    """
    return dict(_leaves(design.model_dump(mode="json"), ()))


def _leaves(values: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Setting]]:
    for name, value in values.items():
        here = (*path, name)
        if isinstance(value, dict):
            yield from _leaves(value, here)
        else:
            yield dotted(here), value
