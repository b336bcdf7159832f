"""Files with rows: CSV and JSON lines, read and written a block of rows at a time."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from .dates import ISO, parse_date
from .values import RowError, as_text

__all__ = ["Block", "read_blocks", "write_header", "write_rows"]


@dataclass
class Block:
    """Some rows of a file.

    Attributes:
        columns: of the file so far.
        rows: values by column.
        given: the same as they stand in the file.
        wrong: by row, why it cannot be read.
    """

    columns: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    given: list[Mapping[str, Any]] = field(default_factory=list)
    wrong: dict[int, str] = field(default_factory=dict)


_MISSING = frozenset(
    (
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND"),
        *("1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null"),
    )
)
_PLACEHOLDERS = frozenset(
    ("?", "-", "--", ".", "...", "None", "none", "NONE", "missing", "Missing")
)
_SEPARATORS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_TEXT = "string"


def read_blocks(path: Path, reading: Mapping[str, Any], size: int) -> Iterator[Block]:
    """The rows of a file as the model's training file was read.

    Args:
        path: a `.jsonl` file of objects, or a delimited file with column names.
        reading: `separator`, `quote`, `encoding`, `types` and `date_formats`.
        size: rows of a block.

    Raises:
        RowError: the file has no rows, or a row has other fields than the header.
    """
    encoding = reading["encoding"] or "utf-8-sig"
    with path.open(encoding=encoding, newline="") as file:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            yield from _read_json(file, size)
        else:
            yield from _read_delimited(file, path.name, reading, size)


def write_header(file: TextIO, columns: Sequence[str], *, as_json: bool) -> None:
    """Begins a file of predictions."""
    if not as_json:
        csv.writer(file, lineterminator="\n").writerow(columns)


def write_rows(
    file: TextIO, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, as_json: bool
) -> None:
    """Writes rows; what is missing is empty in CSV and `null` in JSON."""
    if as_json:
        for row in rows:
            file.write(json.dumps({name: row.get(name) for name in columns}) + "\n")
        return
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([as_text(row.get(name)) or "" for name in columns] for row in rows)


def _read_json(file: TextIO, size: int) -> Iterator[Block]:
    block = Block([])
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        row = json.loads(line)
        if not isinstance(row, dict):
            raise RowError(f"Line {number} is {line[:60]!r}, expected an object of columns.")
        block.columns += [name for name in row if name not in block.columns]
        block.rows.append(row)
        block.given.append(row)
        if len(block.rows) == size:
            yield block
            block = Block(list(block.columns))
    if block.rows:
        yield block


def _read_delimited(
    file: TextIO, name: str, reading: Mapping[str, Any], size: int
) -> Iterator[Block]:
    quote = reading["quote"]
    lines = csv.reader(
        file,
        delimiter=reading["separator"] or _separator(file),
        quotechar=quote or '"',
        quoting=csv.QUOTE_NONE if quote == "" else csv.QUOTE_MINIMAL,
    )
    columns = [column.strip() for column in next(lines, [])]
    if not columns:
        raise RowError(f"{name} is empty, expected column names and rows.")
    if reading.get("header") is False:
        raise RowError(f"{name} must begin with a row of column names.")
    block = Block(columns)
    for cells in lines:
        if not cells:
            continue
        if len(cells) != len(columns):
            raise RowError(
                f"Line {lines.line_num} of {name} has {len(cells)} fields, its header "
                f"{len(columns)}."
            )
        row: dict[str, Any] = {}
        for column, cell in zip(columns, cells, strict=True):
            try:
                row[column] = _cast(column, cell, reading)
            except RowError as error:
                row[column] = None
                block.wrong.setdefault(len(block.rows), f"line {lines.line_num}: {error}")
        block.rows.append(row)
        block.given.append(dict(zip(columns, cells, strict=True)))
        if len(block.rows) == size:
            yield block
            block = Block(columns)
    if block.rows:
        yield block


def _separator(file: TextIO) -> str:
    """The separator that stands most often in the first line, outside of quotes."""
    first = re.sub(r'"[^"]*"', "", file.readline())
    file.seek(0)
    return max(_SEPARATORS, key=first.count)


def _cast(column: str, cell: str, reading: Mapping[str, Any]) -> Any:
    """One cell in the type of its column; a column that the model does not know stays text."""
    storage = str(reading["types"].get(column, _TEXT))
    stripped = cell.strip()
    if stripped in _MISSING or (storage != _TEXT and stripped in _PLACEHOLDERS):
        return None
    value: Any = cell
    if storage in ("float", "integer"):
        value = float(stripped) if _NUMBER.fullmatch(stripped) else None
        if value is not None and not math.isfinite(value):
            value = None
        if value is not None and storage == "integer":
            value = int(value) if value == int(value) else None
    elif storage == "boolean":
        value = {"true": True, "false": False}.get(stripped.lower())
    elif storage in ("date", "datetime"):
        form = reading.get("date_formats", {}).get(column, ISO)
        value = stripped if form == ISO else _iso(stripped, form)
        if parse_date(value or "") is None:
            value = None
    if value is None:
        raise RowError(f"column '{column}' holds {stripped[:60]!r}, expected {storage}")
    return value


def _iso(text: str, form: str) -> str | None:
    """A date in another form, as the moment that values of a row spell."""
    moment = parse_date(text, form)
    if moment is None:
        return None
    return str(np.datetime64(moment, "us"))
