"""How the requests of a model are shared between its versions."""

from __future__ import annotations

import hashlib
import math
import random
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit

from hornbook.atomic import write_text_atomically
from hornbook.errors import UsageError
from hornbook.registry import SavedModelRecord

__all__ = [
    "SHARES_FILE",
    "Shares",
    "checked_shares",
    "chosen_version",
    "parse_shares",
    "read_shares",
    "write_shares",
]

SHARES_FILE = "endpoints.toml"

Shares = Mapping[str, float]
"""The share of each version, by its id; together 1."""


def parse_shares(text: str) -> dict[str, float]:
    """Reads `v3:0.9,v4:0.1`.

    Raises:
        UsageError: it is not written so, or the shares do not add up to 1.

    Example:
        >>> parse_shares("v3:0.9,v4:0.1")
        {'v3': 0.9, 'v4': 0.1}
        >>> parse_shares("v3:0.9")
        Traceback (most recent call last):
        ...
        hornbook.errors.UsageError: The shares v3:0.9 add up to 0.9, expected 1.
          Fix: Write them like v3:0.9,v4:0.1.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        version, colon, number = part.strip().partition(":")
        try:
            share = float(number) if colon else math.nan
        except ValueError:
            share = math.nan
        if version in shares or not version or not 0 <= share <= 1:
            raise UsageError(
                f"Received the share '{part.strip()}', expected a version and a number from 0 to "
                "1, each version once.",
                fix="Write them like v3:0.9,v4:0.1.",
            )
        shares[version] = share
    total = sum(shares.values())
    if not math.isclose(total, 1.0, abs_tol=1e-6):
        raise UsageError(
            f"The shares {text} add up to {total:g}, expected 1.",
            fix="Write them like v3:0.9,v4:0.1.",
        )
    return {version: share for version, share in shares.items() if share > 0}


def read_shares(home: Path) -> dict[str, dict[str, float]]:
    """The shares that the workspace keeps, by the name of the saved model.

    Raises:
        UsageError: the file is not written as `write_shares` does.
    """
    path = home / SHARES_FILE
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("shares", {})
        texts = {
            name: ",".join(f"{version}:{share}" for version, share in shares.items())
            for name, shares in tables.items()
        }
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, AttributeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}.",
            fix="Write a table a model, such as [shares.adult] with v3 = 0.9 and v4 = 0.1.",
        ) from error
    return {name: parse_shares(text) for name, text in texts.items()}


def write_shares(home: Path, name: str, shares: Shares | None) -> None:
    """Keeps the shares of a saved model; `None` is the active version alone."""
    path = home / SHARES_FILE
    document = tomlkit.parse(path.read_text("utf-8")) if path.is_file() else tomlkit.document()
    tables = document.setdefault("shares", tomlkit.table(is_super_table=True))
    if shares is None:
        tables.pop(name, None)
    else:
        tables[name] = dict(shares)
    write_text_atomically(path, tomlkit.dumps(document))


def checked_shares(record: SavedModelRecord, shares: Shares | None) -> Shares:
    """The shares of a saved model: those given, or all for its active version.

    Raises:
        UsageError: they name a version that it does not have.
    """
    if not shares:
        return {record.active_version.version_id: 1.0}
    known = [version.version_id for version in record.versions]
    unknown = [version for version in shares if version not in known]
    if unknown:
        raise UsageError(
            f"The shares of '{record.name}' name {', '.join(unknown)}; it has the versions "
            f"{', '.join(known)}.",
            fix=f"Write the shares anew: hornbook endpoint share '{record.name}' SHARES",
        )
    return shares


def chosen_version(name: str, shares: Sequence[tuple[str, float]], unit: str | None) -> str:
    """The version that answers a request.

    Args:
        name: of the saved model.
        shares: of its versions.
        unit: what the caller wants the same version for each time, such as a customer's number;
            without one it is drawn.

    Example:
        >>> shares = [("v1", 0.5), ("v2", 0.5)]
        >>> chosen_version("adult", shares, "7") == chosen_version("adult", shares, "7")
        True
    """
    if len(shares) == 1:
        return shares[0][0]
    if unit is None:
        place = random.random()
    else:
        digest = hashlib.sha256(f"{name}\0{unit}".encode("utf-8", "surrogatepass")).digest()
        place = int.from_bytes(digest[:8], "big") / 2**64
    for version, share in shares:
        place -= share
        if place < 0:
            return version
    return shares[-1][0]
