"""Reading JSON lines: one object a line, its keys the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hornbook.data.casting import StagedFile, write_staged
from hornbook.data.encoding import guess_encoding
from hornbook.data.evidence import Evidence, weigh
from hornbook.data.options import ReadOptions
from hornbook.data.rejection import Rejection, RejectionLog, RejectionSink
from hornbook.data.source import WINDOWS, SourceFile, TextStream
from hornbook.data.staging import Staging
from hornbook.data.writer import ReadReport
from hornbook.errors import DataError

__all__ = ["cell_text", "object_blocks", "read_json_lines"]

_BLOCK_CHARS = 8 << 20
_SHARE_OF_STAGING = 0.7


def read_json_lines(source: SourceFile, options: ReadOptions, scratch: Path, folder: Path) -> None:
    """Reads a JSON lines file into a table, in two passes and bounded memory.

    A key may appear late or be absent from a line. A text stays a text, whatever it looks like,
    save ISO dates, for which JSON has no type. Objects and mixed lists are kept as JSON text.

    Args:
        source: the file.
        options: how the user wants it read.
        scratch: an empty folder for what lies on disk between the passes.
        folder: the empty folder of the new table.

    Raises:
        DataError: the file holds no objects, or more than a tenth of its lines are rejected.
    """
    encoding = options.encoding or guess_encoding(source.sample()) or "utf-8"
    if encoding == WINDOWS:
        encoding = "utf-8"
    evidence: dict[str, Evidence] = {}
    staging = Staging(scratch)
    try:
        with (
            RejectionLog(scratch / "refused.jsonl") as log,
            TextStream(source, encoding, _SHARE_OF_STAGING) as stream,
        ):
            for lines, block in object_blocks(stream, log):
                _stage(lines, block, evidence, staging)
            digest = stream.digest()
    except UnicodeError as error:
        raise DataError(
            f"{source.name} is not written in {encoding}: {error}.",
            fix="Give its encoding; JSON is UTF-8 unless said otherwise.",
        ) from error
    staging.finish()
    if not evidence and not log.count:
        raise DataError(f"{source.name} is empty.", fix="Give a file with one object a line.")
    names = list(evidence)
    if not log.count:
        options.check_columns(names)
    parsers = [
        weighed.choose(*options.declared(name), options.date_formats.get(name))
        for name, weighed in evidence.items()
    ]
    report = ReadReport(digest=digest)
    staged = StagedFile(names, parsers, staging, log, ("",), ",", report)
    write_staged(staged, source, options, folder, _SHARE_OF_STAGING)


def object_blocks(
    stream: TextStream, log: RejectionSink
) -> Iterator[tuple[list[int], list[dict[str, Any]]]]:
    """The objects in blocks of bounded size, with the lines that they stand on."""
    lines: list[int] = []
    block: list[dict[str, Any]] = []
    n_chars = 0
    for number, line in enumerate(stream.lines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            log.add(Rejection(number, f"no JSON: {error}", line))
            continue
        if not isinstance(value, dict):
            found = f"expected an object, found {_kind(value)}"
            log.add(Rejection(number, found, line))
            continue
        lines.append(number)
        block.append(value)
        n_chars += len(line)
        if n_chars >= _BLOCK_CHARS:
            yield lines, block
            lines, block, n_chars = [], [], 0
    yield lines, block


def _stage(
    lines: list[int],
    block: list[dict[str, Any]],
    evidence: dict[str, Evidence],
    staging: Staging,
) -> None:
    for value in block:
        for key in value:
            if key not in evidence:
                evidence[key] = Evidence()
    texts, others = {}, {}
    for position, key in enumerate(evidence):
        values = [value.get(key) for value in block]
        texts[str(position)] = [value if isinstance(value, str) else None for value in values]
        others[str(position)] = [
            None if isinstance(value, str) else cell_text(value) for value in values
        ]
    schema = dict.fromkeys(texts, pl.String)
    text_cells, other_cells = pl.DataFrame(texts, schema), pl.DataFrame(others, schema)
    weigh(text_cells, list(evidence.values()), typed=False)
    weigh(other_cells, list(evidence.values()))
    cells = text_cells.select(
        pl.col(name).fill_null(other_cells[name]).alias(name) for name in schema
    )
    staging.append(np.array(lines, dtype=np.int64), cells)


def cell_text(value: Any) -> str | None:
    """A value of JSON that is no text, as the text of a cell; NaN and null are none."""
    if value is None:
        return None
    if isinstance(value, float):
        return None if value != value else repr(value)  # noqa: PLR0124
    return json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
