from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hornbook.data import RecordFile
from hornbook.data.columnar import open_batches
from hornbook.data.file_format import FileFormat
from hornbook.data.source import SourceFile

MB = 2**20
DTYPE = np.dtype([("bytes", "u1", (100,))])


def held_mb() -> float:
    """Pages of files that count as memory of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssFile"))


def test_reading_all_of_a_large_file_takes_no_memory_of_its_size(tmp_path):
    n_records = 400 * MB // DTYPE.itemsize
    file = RecordFile.create(tmp_path / "records", DTYPE, n_records)
    before = held_mb()
    # Some of every page, in an order of their own.
    places = np.random.default_rng(0).permutation(np.arange(0, n_records, 35))
    assert not file.take(places)["bytes"].any()
    assert held_mb() - before < 200


def test_a_parquet_file_does_not_pile_up_in_memory_while_it_is_read(tmp_path):
    path = tmp_path / "rows.parquet"
    random = np.random.default_rng(0)
    table = pa.table({f"x{i}": random.random(50_000) for i in range(20)})
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(10):
            writer.write_table(table)
    size = path.stat().st_size
    del table
    before = pa.total_allocated_bytes()
    most = 0
    with open_batches(SourceFile(path, None), FileFormat.PARQUET) as (_, batches):
        for _ in batches:
            most = max(most, pa.total_allocated_bytes() - before)
    assert size > 70 * MB
    assert most < size / 2
