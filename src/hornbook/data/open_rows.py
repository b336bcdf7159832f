"""The stream of rows that a path or a URL names."""

from __future__ import annotations

from pathlib import Path

from hornbook.data.columnar_rows import ColumnarRows
from hornbook.data.file_format import FileFormat, find_format
from hornbook.data.image_rows import ImageFolderRows
from hornbook.data.options import ReadOptions
from hornbook.data.row_block import RowStream
from hornbook.data.source import SourceFile
from hornbook.data.sql_table import SqlRows, SqlTable, is_database_url
from hornbook.data.text_rows import DelimitedTextRows, JsonLinesRows
from hornbook.errors import DataError, NotFoundError

__all__ = ["open_rows"]


def open_rows(
    source: str, options: ReadOptions, *, image_column: str | None = None, as_json: bool = False
) -> RowStream:
    """The rows of a file, of a folder of images, or of a table of a database.

    Args:
        source: a path, or a URL such as `sqlite:///x.db?table=rows`.
        options: the types of columns, and how text files are laid out.
        image_column: what the paths in a folder of images are; no folder is read where absent.
        as_json: see `JsonLinesRows`.

    Raises:
        NotFoundError: there is no such file or folder.
        DataError: it cannot be read as rows.
        UsageError: a URL names no table.
    """
    if is_database_url(source):
        return SqlRows(SqlTable.parse(source), options)
    path = Path(source)
    if path.is_dir():
        if image_column is None:
            raise DataError(
                f"{path} is a folder, and the model does not predict from images alone.",
                fix="Give a file with all columns the model was trained on.",
            )
        return ImageFolderRows(path, image_column)
    if not path.is_file():
        raise NotFoundError(f"There is no file '{path}'.", fix="Check the path.")
    file = SourceFile(path)
    found = find_format(file)
    if found is FileFormat.DELIMITED:
        return DelimitedTextRows(file, options)
    if found is FileFormat.JSON_LINES:
        return JsonLinesRows(file, options, as_json=as_json)
    return ColumnarRows(file, found, options)
