"""Tables: reading files into typed Arrow tables on disk, their columns, samples and splits."""

from hornbook.data.options import ReadOptions
from hornbook.data.sampling import sample_rows
from hornbook.data.schema import NUMBERS, Column, Meaning, Storage
from hornbook.data.split import split_rows
from hornbook.data.store import TableStore
from hornbook.data.table import Table

__all__ = [
    "NUMBERS",
    "Column",
    "Meaning",
    "ReadOptions",
    "Storage",
    "Table",
    "TableStore",
    "sample_rows",
    "split_rows",
]
