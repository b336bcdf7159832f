"""Settings of a design in a request, as `--set` has them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SettingValue", "setting_texts"]

SettingValue = str | int | float | bool


def setting_texts(settings: Mapping[str, SettingValue]) -> list[str]:
    """Settings as `key=value` texts.

    Example:
        >>> setting_texts({"training.epochs": 20, "training.shuffle": False})
        ['training.epochs=20', 'training.shuffle=false']
    """
    return [
        f"{key}={str(value).lower() if isinstance(value, bool) else value}"
        for key, value in settings.items()
    ]
