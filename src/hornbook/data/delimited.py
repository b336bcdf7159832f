"""Reading delimited text: CSV, TSV and their relatives, of any size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hornbook.data.casting import StagedFile, write_staged
from hornbook.data.delimited_rows import DelimitedRows
from hornbook.data.dialect import Dialect, find_dialect
from hornbook.data.encoding import decode_sample, guess_encoding
from hornbook.data.evidence import Evidence, weigh
from hornbook.data.missing import MISSING_WORDS
from hornbook.data.options import ReadOptions
from hornbook.data.rejection import RejectionLog
from hornbook.data.schema import Storage
from hornbook.data.source import SAMPLE_BYTES, WINDOWS, SourceFile, TextStream
from hornbook.data.staging import Staging
from hornbook.data.writer import ReadReport
from hornbook.errors import DataError

__all__ = ["dialect_of", "name_columns", "read_delimited"]

_SHARE_OF_STAGING = 0.6


def read_delimited(source: SourceFile, options: ReadOptions, scratch: Path, folder: Path) -> None:
    """Reads a delimited file into a table.

    Two passes in bounded memory: text cells to disk, weighing what they could be; then every cell
    to the type of its column.

    Args:
        source: the file.
        options: how the user wants it read.
        scratch: an empty folder for what lies on disk between the passes.
        folder: the empty folder of the new table.

    Raises:
        DataError: the file is no table, or more than a tenth of its rows are rejected.
    """
    sample = source.sample()
    encoding = options.encoding or guess_encoding(sample)
    if encoding is None:
        raise DataError(
            f"{source.name} holds binary data, expected text, Parquet or Arrow.",
            fix="Save it as CSV or Parquet, or give its encoding if it is text.",
        )
    try:
        dialect = dialect_of(source, options, encoding, sample)
        staged = _stage(source, options, encoding, dialect, scratch)
    except UnicodeError as error:
        if options.encoding is not None or encoding != "utf-8":
            raise DataError(
                f"{source.name} is not written in {encoding}: {error}.",
                fix="Give another encoding, such as utf-8 or latin-1.",
            ) from error
        encoding = WINDOWS
        dialect = dialect_of(source, options, encoding, sample)
        staged = _stage(source, options, encoding, dialect, scratch)
    if encoding == WINDOWS and options.encoding is None:
        staged.report.notes.insert(0, "read as Latin-1 (windows-1252), since it is not UTF-8")
    elif encoding != "utf-8" and options.encoding is None:
        staged.report.notes.insert(0, f"read as {encoding}")
    write_staged(staged, source, options, folder, _SHARE_OF_STAGING)


def name_columns(first_row: Sequence[str], *, has_header: bool) -> tuple[list[str], list[str]]:
    """The names of the columns, and notes on those that the file does not name.

    Raises:
        DataError: two columns have the same name.

    Example:
        >>> name_columns(["", "age"], has_header=True)
        (['column_1', 'age'], ['column 1 has no name: it is called column_1'])
        >>> name_columns(["age", "sex", "age"], has_header=True)
        Traceback (most recent call last):
        ...
        hornbook.errors.DataError: The column name 'age' stands in the header 2 times, at columns \
1 and 3.
          Fix: Give every column its own name.
    """
    if not has_header:
        names = [f"column_{position}" for position in range(1, len(first_row) + 1)]
        return names, ["no header found: the columns are called column_1, column_2, …"]
    given = [name.strip() for name in first_row]
    for name, n in Counter(name for name in given if name).items():
        if n > 1:
            places = [str(i) for i, other in enumerate(given, start=1) if other == name]
            raise DataError(
                f"The column name '{name}' stands in the header {n} times, at columns "
                f"{', '.join(places[:-1])} and {places[-1]}.",
                fix="Give every column its own name.",
            )
    names, notes = [], []
    for position, name in enumerate(given, start=1):
        made = name or f"column_{position}"
        while not name and (made in given or made in names):
            made += "_"
        names.append(made)
        if not name:
            notes.append(f"column {position} has no name: it is called {made}")
    return names, notes


def dialect_of(source: SourceFile, options: ReadOptions, encoding: str, sample: bytes) -> Dialect:
    """How a delimited file is laid out, from its first 256 KiB."""
    text = decode_sample(sample, encoding)
    whole = len(sample) < SAMPLE_BYTES
    return find_dialect(text, options, whole=whole, name=source.name)


def _stage(
    source: SourceFile, options: ReadOptions, encoding: str, dialect: Dialect, scratch: Path
) -> StagedFile:
    names, notes = name_columns(dialect.first_row, has_header=dialect.has_header)
    options.check_columns(names)
    evidence = [Evidence(decimal_comma=dialect.separator == ";") for _ in names]
    staging = Staging(scratch)
    with (
        RejectionLog(scratch / "refused.jsonl") as log,
        TextStream(source, encoding, _SHARE_OF_STAGING) as stream,
    ):
        rows = DelimitedRows(stream, dialect, log, source.name)
        for lines, cells in rows.blocks():
            weigh(cells, evidence)
            staging.append(lines, cells)
        digest = stream.digest()
    staging.finish()
    if rows.n_empty:
        plural = "row was" if rows.n_empty == 1 else "rows were"
        notes.append(f"{rows.n_empty:,} empty {plural} left out")
    parsers = []
    for name, weighed in zip(names, evidence, strict=True):
        parser = weighed.choose(*options.declared(name), options.date_formats.get(name))
        parsers.append(parser)
        if parser.decimal_comma:
            notes.append(f"column '{name}': decimal commas are read as points")
        if parser.storage in (Storage.DATE, Storage.DATETIME) and weighed.ambiguous_days:
            notes.append(f"column '{name}': dates are read as {parser.date_format.name}")
    report = ReadReport(digest=digest, notes=notes)
    return StagedFile(names, parsers, staging, log, MISSING_WORDS, dialect.separator, report)
