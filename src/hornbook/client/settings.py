"""Settings of a design, as callers in Python write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["TASK_REFERENCE", "Settings", "setting_texts"]

TASK_REFERENCE = re.compile(r"[A-Za-z0-9]{8}/[A-Za-z0-9]{8}")
"""`<analysis_id>/<mltask_id>`."""

Settings = Mapping[str, Any] | Sequence[str]
"""What to change, as `{"training.epochs": 20}` or as `["training.epochs=20"]`."""


def setting_texts(settings: Settings) -> list[str]:
    """Settings as `--set` takes them.

    Example:
        >>> setting_texts({"training.epochs": 20, "training.shuffle": False})
        ['training.epochs=20', 'training.shuffle=false']
    """
    if isinstance(settings, Mapping):
        return [f"{key}={_toml_value(value)}" for key, value in settings.items()]
    return list(settings)


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
