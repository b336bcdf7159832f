from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hornbook.data import Table
from hornbook.errors import DataError, NotFoundError


@pytest.fixture
def table(store, tmp_path) -> Table:
    """All storages, gaps in some of the batches only."""
    generator = np.random.default_rng(3)
    n = 5_000
    gaps = (generator.random(n) < 0.3) & (np.arange(n) > 2_000)
    words = np.array([f"wörd {i % 97}" * (i % 4) or "x" for i in range(n)])
    rows = pa.table(
        {
            "whole": pa.array(generator.integers(-(10**12), 10**12, n), mask=gaps),
            "number": pa.array(generator.normal(size=n)),
            "flag": pa.array(generator.random(n) < 0.5, mask=gaps),
            "word": pa.array(words, mask=gaps),
            "essay": pa.array([w * (100 * (i % 5)) or "-" for i, w in enumerate(words)], mask=gaps),
            "day": pa.array(generator.integers(0, 20_000, n).astype("datetime64[D]"), mask=gaps),
            "moment": pa.array(generator.integers(0, 10**15, n).astype("datetime64[us]")),
            "vector": pa.array(
                [
                    None if gap else [float(i)] * (600 if i % 50 == 0 else i % 5)
                    for i, gap in enumerate(gaps)
                ],
                pa.list_(pa.float32()),
            ),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hornbook.data.columnar._MOST_ROWS", 700)
        pq.write_table(rows, tmp_path / "all.parquet")
        return store.read(tmp_path / "all.parquet")


@pytest.mark.parametrize("n_rows", [0, 1, 32, 3000])
def test_take_is_a_gather_of_the_whole(table, n_rows):
    whole = table.scan().collect()
    rows = np.random.default_rng(n_rows).integers(0, table.n_rows, n_rows)
    for columns in (table.column_names, ["word"], ["essay"], ["flag", "vector", "number"]):
        assert table.take(rows, columns).equals(whole.select(columns)[rows])


def test_take_accepts_any_integers_and_refuses_rows_outside(table):
    rows = np.array([3, 3, 1], dtype=np.uint16)
    assert table.take(rows, ["whole"]).height == 3
    for outside in (-1, table.n_rows):
        with pytest.raises(IndexError, match="table of 5000 rows"):
            table.take(np.array([0, outside]), ["whole"])
    with pytest.raises(NotFoundError, match="Did you mean 'number'"):
        table.take(rows, ["numbr"])
    assert table.take(rows, []).width == 0


@pytest.mark.parametrize("n_rows", [999, 5_000, 65_536])
def test_slices_put_together_are_the_whole(table, n_rows):
    slices = list(table.slices(n_rows=n_rows))
    assert all(part.height == n_rows for part in slices[:-1])
    assert pl.concat(slices).equals(table.scan().collect())
    assert next(table.slices(["word"], n_rows)).columns == ["word"]


def test_columns_head_and_whole_columns(table):
    assert table.head(3).equals(table.scan().head(3).collect())
    assert table.head(10**6).height == table.n_rows
    assert table.read_column("whole").null_count() == table.column("whole").missing > 0
    with pytest.raises(NotFoundError, match="no column 'wrod'"):
        table.column("wrod")


def test_a_table_travels_to_other_processes_and_threads(table):
    twin = pickle.loads(pickle.dumps(table))
    assert twin.columns == table.columns
    rows = np.arange(0, 5_000, 7)
    with ThreadPoolExecutor(4) as pool:
        frames = list(pool.map(lambda _: twin.take(rows, twin.column_names), range(16)))
    assert all(frame.equals(frames[0]) for frame in frames)


def test_a_folder_without_a_table_is_told(tmp_path):
    with pytest.raises(DataError, match="no table"):
        Table.open(tmp_path)


def test_rows_within_some_bytes(table):
    whole = table.scan().select("essay").collect().to_arrow().nbytes
    n_rows = table.rows_within(whole // 10, ["essay"])
    assert n_rows == pytest.approx(table.n_rows / 10, rel=0.2)
    assert table.rows_within(8_000, ["number"]) == 1_000
    assert table.rows_within(1, table.column_names) == 1
    assert table.rows_within(10**6, []) >= table.n_rows
    with pytest.raises(NotFoundError):
        table.rows_within(1, ["numbr"])
