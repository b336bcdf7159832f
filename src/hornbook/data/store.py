"""The tables that were read, kept on disk and read once."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hornbook.atomic import partial_path, replace_folder_atomically, sync_folder
from hornbook.data.columnar import read_columnar
from hornbook.data.delimited import read_delimited
from hornbook.data.file_format import FileFormat, find_format
from hornbook.data.jsonlines import read_json_lines
from hornbook.data.options import ReadOptions
from hornbook.data.source import Progress, SourceFile
from hornbook.data.table import Table
from hornbook.data.writer import READER_VERSION
from hornbook.errors import DataError

__all__ = ["TableStore"]

_DEFAULT_OPTIONS = ReadOptions()


class TableStore:
    r"""A folder of tables, one for every file, state of that file, and way to read it.

    A file is read once; as long as its path, size and time of change stay the same its table is
    reused, and a changed file becomes another table. The store owns its folder; any number of
    threads and processes may use it at once. A table is written under a hidden name and renamed
    when it is complete; a process killed on the way leaves a hidden folder that nothing reads.

    Args:
        root: the folder, made when it is absent.

    Example:
        >>> with tempfile.TemporaryDirectory() as home:
        ...     source = Path(home, "people.csv")
        ...     _ = source.write_text("name,age\nAda,36\nBob,\n")
        ...     TableStore(Path(home, "tables")).read(source).column("age").missing
        1
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(
        self,
        source: Path | str,
        options: ReadOptions = _DEFAULT_OPTIONS,
        progress: Progress | None = None,
    ) -> Table:
        """The table of a file: CSV and its relatives, JSON lines, Parquet or Arrow.

        Args:
            source: the file.
            options: overrides of what the reader finds out by itself.
            progress: called with the work done and all of the work, both counted in bytes of the
                file; the last call says that all is done.

        Raises:
            DataError: the file cannot be read as a table.
        """
        path = _existing_file(Path(source))
        target = self.root / _folder_name(path, options)
        table = _open(target)
        if table is None:
            self.root.mkdir(parents=True, exist_ok=True)
            with self._new_folder(target) as folder:
                _write(path, options, progress, folder)
                table = _keep(folder, target)
        if progress is not None:
            size = path.stat().st_size
            progress(size, size)
        return table

    @contextmanager
    def _new_folder(self, target: Path) -> Iterator[Path]:
        """A hidden folder beside `target`, gone at the end unless it was renamed."""
        folder = partial_path(target)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _existing_file(path: Path) -> Path:
    if path.is_dir():
        raise DataError(f"{path} is a folder, expected a file.", fix="Give one file in it.")
    if not path.is_file():
        raise DataError(f"There is no file {path}.", fix="Check the path.")
    return path.resolve()


def _folder_name(path: Path, options: ReadOptions) -> str:
    status = path.stat()
    identity = [
        READER_VERSION,
        str(path),
        status.st_size,
        status.st_mtime_ns,
        options.to_json(),
    ]
    key = hashlib.blake2b(json.dumps(identity).encode(), digest_size=12).hexdigest()
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem)[:40].strip("-") or "table"
    return f"{readable}-{key}"


def _open(folder: Path) -> Table | None:
    """The table in `folder`, `None` where there is none or a damaged one."""
    try:
        return Table.open(folder)
    except DataError:
        return None


def _write(path: Path, options: ReadOptions, progress: Progress | None, folder: Path) -> None:
    before = path.stat()
    try:
        source = SourceFile(path, progress)
        file_format = find_format(source)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            if file_format is FileFormat.DELIMITED:
                read_delimited(source, options, Path(scratch), folder)
            elif file_format is FileFormat.JSON_LINES:
                read_json_lines(source, options, Path(scratch), folder)
            else:
                read_columnar(source, file_format, options, folder)
    except PermissionError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror}.", fix="Ask for the right to read it."
        ) from error
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise DataError(
            f"{path.name} changed while it was read.", fix="Read it again when it is complete."
        )


def _keep(folder: Path, target: Path) -> Table:
    """Puts a finished table in its place, unless another process was faster."""
    sync_folder(folder)
    try:
        folder.rename(target)
    except OSError:
        table = _open(target)
        if table is not None:
            return table
        replace_folder_atomically(folder, target)
    return Table.open(target)
