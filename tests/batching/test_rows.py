"""Prepared rows: the same arrays from the table, from the cache, and in any order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hornbook.batching import PreparedRows, RowCache, RowSequence, chunks
from hornbook.batching import rows as rows_module
from hornbook.data import SetCache, TableStore
from hornbook.features import (
    CategoricalDummy,
    CategoricalIndex,
    Feature,
    FeaturePipeline,
    NumericalRegular,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
    Targets,
)

N_ROWS = 3000


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    random = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "x": np.where(random.random(N_ROWS) < 0.1, np.nan, random.normal(size=N_ROWS)),
            "town": random.choice(["Oslo", "Rome", "Bonn"], N_ROWS),
            "pet": random.choice(["cat", "dog"], N_ROWS),
            "y": random.choice(["no", "yes"], N_ROWS),
            "w": random.random(N_ROWS),
        }
    ).with_columns(pl.col("x").fill_nan(None))
    frame.write_parquet(folder / "rows.parquet")
    table = TableStore(folder / "store").read(folder / "rows.parquet")
    pipeline = FeaturePipeline.fit(
        [
            Feature("x", NumericalRegular()),
            Feature("town", CategoricalDummy()),
            Feature("pet", CategoricalIndex(), "pets"),
        ],
        table.slices(),
    )
    numbers = np.flatnonzero(random.random(N_ROWS) < 0.8)
    targets = Targets({"": TargetEncoder("y", ("no", "yes"))})
    return PreparedRows(table, numbers, pipeline, targets, "w")


@pytest.fixture
def cached(rows, tmp_path):
    store = SetCache(tmp_path / "sets")
    layout = rows.layout()
    new = store.begin("key", "train rows", layout.dtype, len(rows))
    cached = replace(rows, cache=RowCache(layout, store=store, new=new))
    yield cached
    cached.cache.close()


def assert_same(one, other):
    assert one.inputs.keys() == other.inputs.keys()
    for ours, theirs in zip(
        (one.inputs, one.targets, one.weights),
        (other.inputs, other.targets, other.weights),
        strict=True,
    ):
        for name, array in ours.items():
            assert array.dtype == theirs[name].dtype
            np.testing.assert_array_equal(array, theirs[name])


def test_rows_read_in_pieces_are_those_read_at_once(rows, monkeypatch):
    order = np.random.default_rng(1).permutation(len(rows))
    whole = rows.read(order)
    monkeypatch.setattr(rows_module, "_MOST_ROWS_TO_ENCODE", 100)
    pieces = replace(rows)
    assert_same(whole, pieces.read(order))


def test_the_cache_gives_back_what_it_was_given_once_all_is_there(rows, cached):
    order = np.random.default_rng(1).permutation(len(rows))
    first, second = order[:1000], order[1000:]
    assert_same(cached.read(first), rows.read(first))
    assert cached.cache.take(second) is None
    assert not cached.cache.is_complete
    assert_same(cached.read(second), rows.read(second))
    assert cached.cache.is_complete
    assert_same(cached.read(order), rows.read(order))
    assert cached.cache.take(order[::-1]) is not None


def test_filling_reads_each_row_once_in_the_order_of_the_table(rows, cached):
    seen = []
    cached.fill_cache(lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(rows), len(rows))
    assert cached.cache.is_complete
    order = np.random.default_rng(1).permutation(len(rows))
    assert_same(cached.read(order), rows.read(order))


def test_a_filled_set_is_kept_for_others(rows, cached, tmp_path):
    cached.fill_cache()
    cached.cache.close()
    layout = rows.layout()
    _, records = SetCache(tmp_path / "sets").open("key", layout.dtype)
    again = replace(rows, table=None, cache=RowCache(layout, records=records))
    order = np.random.default_rng(1).permutation(len(rows))
    assert_same(again.read(order), rows.read(order))


def test_a_set_that_was_not_filled_leaves_nothing(cached, tmp_path):
    cached.read(np.arange(10))
    cached.cache.close()
    assert list((tmp_path / "sets").iterdir()) == []
    # Reading goes on, from the table.
    assert len(cached.read(np.arange(10))) == 10


@pytest.mark.parametrize("with_cache", [False, True])
def test_batches_do_not_depend_on_blocks_threads_or_the_cache(
    rows, cached, with_cache, monkeypatch
):
    layout = TargetLayout.single(TargetFormat.VALUES)

    def epochs(source):
        sequence = RowSequence(source, 32, layout, shuffle=True, seed=7)
        batches = []
        for _ in range(3):
            sequence.on_epoch_begin()
            batches += [sequence[index] for index in range(len(sequence))]
            sequence.on_epoch_end()
        sequence.close()
        return batches

    at_once = epochs(rows)
    # Chunks of two batches, blocks that grow from 100 rows: two threads, many borders.
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 64 * 24)
    monkeypatch.setattr(chunks, "_FIRST_BLOCK_ROWS", 100)
    in_pieces = epochs(cached if with_cache else rows)
    assert len(at_once) == len(in_pieces)
    for ours, theirs in zip(at_once, in_pieces, strict=True):
        for name, array in ours[0].items():
            np.testing.assert_array_equal(array, theirs[0][name])
        np.testing.assert_array_equal(ours[1], theirs[1])
        np.testing.assert_array_equal(ours[2], theirs[2])
