"""Reading Parquet and Arrow files, whose columns have types already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hornbook.data.arrow_values import storage_of, to_storage, to_text
from hornbook.data.casting import CellCaster
from hornbook.data.cells import CellParser
from hornbook.data.evidence import Evidence, weigh
from hornbook.data.file_format import FileFormat
from hornbook.data.options import ReadOptions
from hornbook.data.rejection import RejectionLog, check_share
from hornbook.data.schema import Storage
from hornbook.data.source import SourceFile
from hornbook.data.writer import REJECTED_FILE, ReadReport, TableWriter
from hornbook.errors import DataError

__all__ = ["open_batches", "read_columnar"]

_BLOCK_BYTES = 16 << 20
_MOST_ROWS = 65_536
_FEWEST_ROWS = 64
_SHARE_OF_DIGEST = 0.2


def read_columnar(
    source: SourceFile, file_format: FileFormat, options: ReadOptions, folder: Path
) -> None:
    """Reads a Parquet or Arrow file into a table, in one pass and bounded memory.

    Lists of numbers become vectors, other nested values JSON text; binary columns are left out
    with a note. Declared types are read from the text of the values.

    Args:
        source: the file.
        file_format: which of the three it is.
        options: how the user wants it read; only `types` matters here.
        folder: the empty folder of the new table.

    Raises:
        DataError: the file is damaged or holds no rows or no usable column.
    """
    try:
        _read(source, file_format, options, folder)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise DataError(
            f"{source.name} cannot be read as {file_format}: {error}",
            fix="The file is damaged or not complete: write it again.",
        ) from error


def _read(source: SourceFile, file_format: FileFormat, options: ReadOptions, folder: Path) -> None:
    with open_batches(source, file_format) as (schema, _):
        storages, report = _usable_columns(schema, options, source)
    parsers = _declared_parsers(source, file_format, options)
    storages |= {name: parser.storage for name, parser in parsers.items()}
    caster = CellCaster(parsers, ("",))
    report.digest = source.digest(_SHARE_OF_DIGEST)
    n_read = 0
    with (
        open_batches(source, file_format) as (_, batches),
        RejectionLog(folder / REJECTED_FILE) as log,
        TableWriter(folder, storages) as writer,
    ):
        for batch in batches:
            lines = np.arange(n_read + 1, n_read + 1 + batch.num_rows)
            cast, kept = caster.cast(lines, _text_cells(batch, parsers), log)
            typed = dict(zip(parsers, cast.get_columns(), strict=True))
            columns = [
                typed[name] if name in typed else to_storage(batch.column(name), name)
                for name in storages
            ]
            named = [values.alias(str(i)) for i, values in enumerate(columns)]
            writer.write(pl.DataFrame(named), kept)
            n_read += batch.num_rows
    source.report(1.0)
    if not n_read:
        raise DataError(f"{source.name} has columns and no rows.", fix="Give a file with rows.")
    check_share(log.count, n_read, log.first, source.name)
    report.n_rejected, report.first_rejection = log.count, log.first
    writer.finish(report, str(source.path), options)


@contextmanager
def open_batches(
    source: SourceFile,
    file_format: FileFormat,
    columns: Sequence[str] | None = None,
    dictionaries: Sequence[str] = (),
) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema of a file and its rows in blocks of bounded size.

    Args:
        source: the file.
        file_format: which of the three it is.
        columns: of the blocks; all where absent.
        dictionaries: columns of texts that a Parquet file gives as places of different texts.
    """
    path = str(source.path)
    names = None if columns is None else list(columns)
    with ExitStack() as stack:
        if file_format is FileFormat.PARQUET:
            # Buffered ahead, all that was read of the file stays in memory until it is closed.
            parquet = stack.enter_context(
                pq.ParquetFile(path, pre_buffer=False, read_dictionary=list(dictionaries))
            )
            rows = _block_rows(parquet)
            yield parquet.schema_arrow, parquet.iter_batches(batch_size=rows, columns=names)
        elif file_format is FileFormat.ARROW_FILE:
            memory = stack.enter_context(pa.memory_map(path))
            file = stack.enter_context(pa.ipc.open_file(memory))
            batches = (file.get_batch(i) for i in range(file.num_record_batches))
            yield file.schema, _bounded(_select(one, names) for one in batches)
        else:
            sink = stack.enter_context(pa.OSFile(path))
            stream = stack.enter_context(pa.ipc.open_stream(sink))
            yield stream.schema, _bounded(_select(one, names) for one in stream)


def _select(batch: pa.RecordBatch, columns: list[str] | None) -> pa.RecordBatch:
    return batch if columns is None else batch.select(columns)


def _block_rows(parquet: pq.ParquetFile) -> int:
    metadata = parquet.metadata
    n_bytes = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    return _rows_of(n_bytes, metadata.num_rows)


def _bounded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        block = _rows_of(batch.nbytes, batch.num_rows)
        for start in range(0, batch.num_rows, block):
            yield batch.slice(start, block)


def _rows_of(n_bytes: int, n_rows: int) -> int:
    bytes_per_row = max(1, n_bytes // max(1, n_rows))
    return max(_FEWEST_ROWS, min(_MOST_ROWS, _BLOCK_BYTES // bytes_per_row))


def _usable_columns(
    schema: pa.Schema, options: ReadOptions, source: SourceFile
) -> tuple[dict[str, Storage], ReadReport]:
    """The columns that can be read with their storages, and notes on the others."""
    for name, n in Counter(schema.names).items():
        if n > 1 or not name:
            places = [str(i) for i, other in enumerate(schema.names, start=1) if other == name]
            raise DataError(
                f"{source.name} has {n} columns called '{name}', at {', '.join(places)}.",
                fix="Give every column its own name.",
            )
    report = ReadReport()
    storages = {}
    for name, type_ in zip(schema.names, schema.types, strict=True):
        storage = storage_of(type_)
        if storage is None:
            report.notes.append(f"column '{name}' holds {type_} and was left out")
        else:
            storages[name] = storage
    options.check_columns(list(storages))
    if not storages:
        raise DataError(
            f"{source.name} has no column that can be read: {'; '.join(report.notes)}.",
            fix="Give columns of numbers, text, dates or lists of numbers.",
        )
    return storages, report


def _declared_parsers(
    source: SourceFile, file_format: FileFormat, options: ReadOptions
) -> dict[str, CellParser]:
    """Parsers for the columns whose declared type is to be read from the text of the values."""
    if not options.types:
        return {}
    evidence = {name: Evidence() for name in options.types}
    with open_batches(source, file_format) as (_, batches):
        for batch in batches:
            weigh(_text_cells(batch, evidence), list(evidence.values()))
    return {
        name: weighed.choose(*options.declared(name), options.date_formats.get(name))
        for name, weighed in evidence.items()
    }


def _text_cells(batch: pa.RecordBatch, names: Iterable[str]) -> pl.DataFrame:
    """The text of some columns, called by their position."""
    return pl.DataFrame([to_text(batch.column(name)).alias(str(i)) for i, name in enumerate(names)])
