"""Tables: reading files into typed Arrow tables on disk, their columns, samples and splits."""

from hornbook.data.datasets import Dataset, DatasetStore
from hornbook.data.distribution import Distribution, column_distribution
from hornbook.data.folders import FolderStore, ManagedFolder, path_below, path_inside
from hornbook.data.folds import fold_rows
from hornbook.data.groups import fold_groups, group_codes, split_groups
from hornbook.data.key_hash import fold_by_key, split_by_key
from hornbook.data.open_rows import open_rows
from hornbook.data.options import ReadOptions
from hornbook.data.projects import Project, ProjectStore, slug
from hornbook.data.record_file import RecordFile
from hornbook.data.rejection import Rejection
from hornbook.data.row_block import CodedColumn, RowBlock, RowStream
from hornbook.data.row_filter import RowFilter
from hornbook.data.samples import Sample, bring_sample, get_sample, samples
from hornbook.data.sampling import SampleMethod, sample_rows
from hornbook.data.schema import NUMBERS, Column, Meaning, Storage
from hornbook.data.set_cache import CachedSet, NewSet, SetCache
from hornbook.data.split import split_rows
from hornbook.data.store import TableStore
from hornbook.data.table import Table
from hornbook.data.time_order import fold_in_time, split_in_time

__all__ = [
    "NUMBERS",
    "CachedSet",
    "CodedColumn",
    "Column",
    "Dataset",
    "DatasetStore",
    "Distribution",
    "FolderStore",
    "ManagedFolder",
    "Meaning",
    "NewSet",
    "Project",
    "ProjectStore",
    "ReadOptions",
    "RecordFile",
    "Rejection",
    "RowBlock",
    "RowFilter",
    "RowStream",
    "Sample",
    "SampleMethod",
    "SetCache",
    "Storage",
    "Table",
    "TableStore",
    "bring_sample",
    "column_distribution",
    "fold_by_key",
    "fold_groups",
    "fold_in_time",
    "fold_rows",
    "get_sample",
    "group_codes",
    "open_rows",
    "path_below",
    "path_inside",
    "sample_rows",
    "samples",
    "slug",
    "split_by_key",
    "split_groups",
    "split_in_time",
    "split_rows",
]
