"""`task.toml` as text: where a key stands, and values set from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from hornbook.errors import UsageError

__all__ = ["apply_settings", "dotted", "line_of_key", "parse_setting", "toml_value"]

_HEADER = re.compile(r"^\s*\[\[?([^\[].*)\]\s*(#.*)?$")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


def dotted(path: Iterable[str | int]) -> str:
    """A key path as TOML spells it.

    Example:
        >>> dotted(["features", "fixed acidity", "rescaling"])
        'features."fixed acidity".rescaling'
    """
    return ".".join(
        part if _PLAIN_KEY.fullmatch(part) else toml_value(part) for part in map(str, path)
    )


def toml_value(value: str | float | bool) -> str:
    r"""A text, a number or a truth value as TOML spells it.

    Example:
        >>> print(toml_value('5" pipe\n'))
        "5\" pipe\n"
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")


def line_of_key(text: str, path: tuple[str | int, ...]) -> int | None:
    r"""The 1-based line on which a key, or the nearest table that holds it, is written.

    Example:
        >>> line_of_key("[training]\nepochs = 0\n", ("training", "epochs"))
        2
    """
    wanted = tuple(map(str, path))
    best, best_depth = None, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        if header:
            table = _split_key(header.group(1))
            here = table
        elif "=" in line and not line.lstrip().startswith("#"):
            here = table + _split_key(line)
        else:
            continue
        depth = len(here)
        if best_depth < depth <= len(wanted) and wanted[:depth] == here:
            best, best_depth = number, depth
    return best


def parse_setting(setting: str) -> dict[str, Any]:
    """Reads one `key=value`; the value is TOML, or else a string as it stands.

    Raises:
        UsageError: there is no `=`, or the key is not a TOML key.

    Example:
        >>> parse_setting("training.epochs=20")
        {'training': {'epochs': 20}}
        >>> parse_setting("metrics.optimize=ROC AUC")
        {'metrics': {'optimize': 'ROC AUC'}}
    """
    key, separator, value = _partition(setting)
    if not separator or not key or key.startswith("#"):
        raise UsageError(
            f"Received the setting '{setting}', expected key=value.",
            fix="Write for example --set training.epochs=20.",
        )
    for candidate in (value, toml_value(value)):
        try:
            return tomlkit.parse(f"{key} = {candidate}").unwrap()
        except TOMLKitError:
            continue
    raise UsageError(
        f"Received the setting '{setting}', whose key is not written as in task.toml.",
        fix="Put names with spaces in quotes: --set 'features.\"fixed acidity\".role=reject'.",
    )


def apply_settings(text: str, settings: Iterable[str]) -> str:
    """The text of `task.toml` with each `key=value` set, comments kept."""
    settings = tuple(settings)
    if not settings:
        return text
    document = tomlkit.parse(text)
    for setting in settings:
        _merge(document, parse_setting(setting))
    return tomlkit.dumps(document)


def _merge(target: MutableMapping[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), MutableMapping):
            _merge(target[key], value)
        else:
            target[key] = value


def _partition(setting: str) -> tuple[str, str, str]:
    """Splits at the first `=` outside quotes."""
    quote = None
    for position, character in enumerate(setting):
        if character in "\"'" and quote in (None, character):
            quote = None if quote else character
        elif character == "=" and quote is None:
            return setting[:position].strip(), "=", setting[position + 1 :].strip()
    return setting, "", ""


def _split_key(text: str) -> tuple[str, ...]:
    """The parts of a dotted key at the start of a text."""
    parts = []
    rest = text.lstrip()
    while rest:
        match = re.match(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+)', rest)
        if not match:
            break
        if match.group(1) is not None:
            parts.append(_unescaped(match.group(1)))
        else:
            parts.append(match.group(2) if match.group(2) is not None else match.group(3))
        rest = rest[match.end() :].lstrip()
        if not rest.startswith("."):
            break
        rest = rest[1:].lstrip()
    return tuple(parts)


def _unescaped(text: str) -> str:
    """What stands between double quotes, with its escapes read; as it is where they are wrong."""
    if "\\" not in text:
        return text
    try:
        return str(tomlkit.parse(f'text = "{text}"')["text"])
    except TOMLKitError:
        return text
