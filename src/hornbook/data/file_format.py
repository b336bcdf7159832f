"""Which kind of table a file is: by its content where that is plain, else by its ending."""

from __future__ import annotations

import json
from enum import StrEnum

from hornbook.data.encoding import decode_sample, guess_encoding
from hornbook.data.source import SourceFile
from hornbook.errors import DataError

__all__ = ["FileFormat", "find_format"]


class FileFormat(StrEnum):
    """A family of files that one reader reads."""

    DELIMITED = "delimited text"
    JSON_LINES = "JSON lines"
    PARQUET = "Parquet"
    ARROW_FILE = "Arrow file"
    ARROW_STREAM = "Arrow stream"


_MAGIC = (
    (b"PAR1", FileFormat.PARQUET),
    (b"ARROW1", FileFormat.ARROW_FILE),
    (b"\xff\xff\xff\xff", FileFormat.ARROW_STREAM),
)
_FOREIGN = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV."),
    (b"FEA1", "a Feather file of version 1", "Write it again as Feather version 2 or Parquet."),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV."),
    (b"%PDF", "a PDF document", "Give the table as CSV."),
    (b"BZh", "packed with bzip2", "Unpack it, or pack it with gzip."),
    (b"\xfd7zXZ", "packed with xz", "Unpack it, or pack it with gzip."),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "Unpack it, or pack it with gzip."),
)
_ENDINGS = {
    ".csv": FileFormat.DELIMITED,
    ".tsv": FileFormat.DELIMITED,
    ".tab": FileFormat.DELIMITED,
    ".jsonl": FileFormat.JSON_LINES,
    ".ndjson": FileFormat.JSON_LINES,
    ".parquet": FileFormat.PARQUET,
    ".pq": FileFormat.PARQUET,
    ".arrow": FileFormat.ARROW_FILE,
    ".feather": FileFormat.ARROW_FILE,
    ".ipc": FileFormat.ARROW_FILE,
}
_BINARY = (FileFormat.PARQUET, FileFormat.ARROW_FILE, FileFormat.ARROW_STREAM)


def find_format(source: SourceFile) -> FileFormat:
    """The format of a file.

    Raises:
        DataError: the file is empty, is of a kind that is not read, or is not what its ending says.
    """
    sample = source.sample()
    if not sample.strip():
        raise DataError(f"{source.name} is empty.", fix="Give a file with rows.")
    for magic, known in _MAGIC:
        if sample.startswith(magic):
            return _unpacked(known, source)
    for magic, kind, fix in _FOREIGN:
        if sample.startswith(magic):
            raise DataError(f"{source.name} is {kind}, which is not read.", fix=fix)
    by_ending = _by_ending(source)
    if by_ending in _BINARY:
        raise DataError(
            f"{source.name} ends like {by_ending}, but does not begin like one.",
            fix="The file is damaged or of another kind: write it again.",
        )
    return by_ending or _by_text(source, sample)


def _unpacked(known: FileFormat, source: SourceFile) -> FileFormat:
    if source.is_gzip:
        raise DataError(
            f"{source.name} is {known} packed with gzip, which cannot be read in parts.",
            fix="Unpack it; Parquet and Arrow pack their columns themselves.",
        )
    return known


def _by_ending(source: SourceFile) -> FileFormat | None:
    endings = [suffix.lower() for suffix in source.path.suffixes]
    if endings and endings[-1] in (".gz", ".gzip"):
        endings.pop()
    return _ENDINGS.get(endings[-1]) if endings else None


def _by_text(source: SourceFile, sample: bytes) -> FileFormat:
    """What a file is whose ending tells nothing."""
    text = decode_sample(sample, guess_encoding(sample) or "latin-1").lstrip()
    if text.startswith("["):
        raise DataError(
            f"{source.name} is one JSON list, expected one JSON object a line.",
            fix="Write every object on its own line, without the brackets and commas around them.",
        )
    if text.startswith("{"):
        first = text.split("\n", 1)[0]
        try:
            json.loads(first)
        except ValueError as error:
            raise DataError(
                f"{source.name} begins like JSON, but its first line is no JSON object: {error}.",
                fix="Write every object on one line of its own.",
            ) from error
        return FileFormat.JSON_LINES
    return FileFormat.DELIMITED
