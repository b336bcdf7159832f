from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from hornbook.data import Meaning, Storage
from hornbook.errors import DataError

ROWS = pa.table(
    {
        "small": pa.array([1, None, 3], pa.int8()),
        "unsigned": pa.array([1, 2, 3], pa.uint64()),
        "number": pa.array([1.5, float("nan"), None], pa.float32()),
        "price": pa.array([Decimal("1.25"), None, Decimal("3.00")], pa.decimal128(9, 2)),
        "flag": pa.array([True, None, False]),
        "word": pa.array(["a", "", None]).dictionary_encode(),
        "day": pa.array([date(2024, 1, 31)] * 3),
        "moment": pa.array([datetime(2024, 1, 31, 12)] * 3, pa.timestamp("ns")),
        "zoned": pa.array([datetime(2024, 1, 31, 12, tzinfo=UTC)] * 3, pa.timestamp("ms", "CET")),
        "vector": pa.array([[1, 2], None, [3]], pa.list_(pa.float64())),
        "fixed": pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int32(), 2)),
        "nested": pa.array([{"a": [1]}, None, {"a": []}]),
        "raw": pa.array([b"x", b"y", b"z"]),
    }
)


def write_parquet(rows, path):
    pq.write_table(rows, path)


def write_feather(rows, path):
    feather.write_feather(rows, str(path))


def write_stream(rows, path):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (write_parquet, "a.parquet"),
        (write_feather, "a.feather"),
        (write_stream, "a.arrows"),
        (write_parquet, "without_ending"),
    ],
)
def test_all_formats_give_the_same_table(store, tmp_path, write, name):
    write(ROWS, tmp_path / name)
    table = store.read(tmp_path / name)
    moment = datetime(2024, 1, 31, 12, tzinfo=UTC)
    assert table.head(1).row(0) == (
        1,
        1,
        1.5,
        1.25,
        True,
        "a",
        date(2024, 1, 31),
        moment,
        moment,
        [1.0, 2.0],
        [1.0, 2.0],
        '{"a": [1]}',
    )
    assert table.take(np.array([1]), ["number", "word", "vector"]).row(0) == (None, None, None)
    assert table.notes == ("column 'raw' holds binary and was left out",)
    assert table.column("fixed").meaning is Meaning.VECTOR


def test_many_row_groups_and_batches(store, tmp_path):
    rows = pa.table({"x": np.arange(100_000) * 3, "s": [f"v{i % 7}" for i in range(100_000)]})
    pq.write_table(rows, tmp_path / "a.parquet", row_group_size=999)
    table = store.read(tmp_path / "a.parquet")
    assert table.n_rows == 100_000
    assert table.column("s").distinct == 7
    assert table.scan().collect().to_dict(as_series=False)["x"][-1] == 299_997


def test_declared_types_and_rejections(store, tmp_path):
    from hornbook.data import ReadOptions

    rows = pa.table({"code": list(range(20)), "n": [*map(str, range(19)), "x"]})
    pq.write_table(rows, tmp_path / "a.parquet")
    options = ReadOptions(types={"code": "category", "n": "numeric"})
    table = store.read(tmp_path / "a.parquet", options)
    assert table.column("code").storage is Storage.STRING
    assert table.column("n").storage is Storage.INTEGER
    assert table.first_rejection == "line 20: column 'n' holds 'x', expected a whole number"
    with pytest.raises(DataError, match="does not have"):
        store.read(tmp_path / "a.parquet", ReadOptions(types={"m": "numeric"}))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.parquet", b"PAR1 and then nothing", "cannot be read as Parquet"),
        ("a.parquet", b"a,b\n1,2\n", "does not begin like one"),
        ("a.feather", b"ARROW1\0\0 broken", "cannot be read as Arrow file"),
        ("a.feather", b"FEA1....", "version 1"),
        ("a.bin", b"\xff\xff\xff\xff\x10\x00\x00\x00 broken", "cannot be read as Arrow stream"),
    ],
)
def test_damaged_files_are_told(read, name, content, message):
    with pytest.raises(DataError, match=message):
        read(content, name=name)


def test_no_rows_too_large_numbers_and_duplicate_names(store, tmp_path):
    pq.write_table(ROWS.slice(0, 0), tmp_path / "none.parquet")
    with pytest.raises(DataError, match="no rows"):
        store.read(tmp_path / "none.parquet")
    pq.write_table(pa.table({"x": pa.array([2**64 - 1], pa.uint64())}), tmp_path / "big.parquet")
    with pytest.raises(DataError, match="too large"):
        store.read(tmp_path / "big.parquet")
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(DataError, match="2 columns called 'x', at 1, 2"):
        store.read(tmp_path / "twice.parquet")
