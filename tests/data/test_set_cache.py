from __future__ import annotations

import os
import time

import numpy as np
import pytest

from hornbook.data import SetCache
from hornbook.errors import DataError

DTYPE = np.dtype([("number", "f4")])


@pytest.fixture
def cache(tmp_path):
    return SetCache.of_workspace(tmp_path)


def keep(cache, key, n_rows=10):
    new = cache.begin(key, f"train rows of {key}", DTYPE, n_rows)
    records = np.zeros(n_rows, DTYPE)
    records["number"] = np.arange(n_rows)
    new.records.put(np.arange(n_rows), records)
    cache.keep(new)
    return cache.root / key


def test_a_kept_set_is_found_again(cache):
    keep(cache, "one")
    found, records = cache.open("one", DTYPE)
    assert (found.title, found.n_rows, found.size_bytes) == ("train rows of one", 10, 40)
    assert records.take(np.array([4, 2]))["number"].tolist() == [4, 2]
    assert cache.open("two", DTYPE) is None
    assert [one.key for one in cache.sets()] == ["one"]


def test_a_set_that_was_not_kept_is_not_found(cache):
    new = cache.begin("one", "train rows", DTYPE, 10)
    assert cache.open("one", DTYPE) is None
    assert cache.sets() == []
    cache.discard(new)
    assert list(cache.root.iterdir()) == []


@pytest.mark.parametrize(
    "tear",
    [
        lambda folder: os.truncate(folder / "records.bin", 36),
        lambda folder: (folder / "records.bin").write_bytes(b"\0" * 40),
        lambda folder: (folder / "set.json").write_text("{"),
        lambda folder: (folder / "records.bin").unlink(),
        lambda folder: (folder / "records.bin").write_bytes(b""),
    ],
    ids=["cut short", "other bytes", "half an entry", "no records", "empty"],
)
def test_a_torn_set_is_not_used_and_can_be_made_anew(cache, tear):
    tear(keep(cache, "one"))
    assert cache.open("one", DTYPE) is None
    keep(cache, "one")
    assert cache.open("one", DTYPE) is not None


def test_a_set_of_another_layout_is_not_used(cache):
    keep(cache, "one")
    assert cache.open("one", np.dtype([("number", "i4")])) is None


def test_the_least_used_sets_make_room(cache):
    cache.set_limit(100)
    first, second = keep(cache, "first"), keep(cache, "second")
    old = time.time() - 100
    for folder in (first, second):
        os.utime(folder / "set.json", (old, old))
    cache.open("first", DTYPE)
    keep(cache, "third")
    assert {one.key for one in cache.sets()} == {"first", "third"}
    cache.set_limit(40)
    assert len(cache.sets()) == 1


def test_a_set_larger_than_the_cache_is_refused_and_removes_nothing(cache):
    cache.set_limit(100)
    keep(cache, "one")
    with pytest.raises(DataError, match="the cache may take"):
        cache.begin("two", "train rows", DTYPE, 1000)
    assert [one.key for one in cache.sets()] == ["one"]


def test_a_cleared_set_stays_readable_to_who_reads_it(cache):
    keep(cache, "one")
    _, records = cache.open("one", DTYPE)
    assert [one.key for one in cache.clear()] == ["one"]
    assert records.take(np.array([9]))["number"] == [9]
    assert cache.sets() == []


def test_what_was_begun_long_ago_is_removed(cache):
    new = cache.begin("one", "train rows", DTYPE, 10)
    old = time.time() - 3 * 24 * 3600
    for path in (*new.folder.iterdir(), new.folder):
        os.utime(path, (old, old))
    cache.begin("two", "train rows", DTYPE, 10)
    assert not new.folder.exists()
