from __future__ import annotations

import numpy as np
import pytest

from hornbook.data import RecordFile, mapped_file

DTYPE = np.dtype([("number", "f4", (2,)), ("place", "u1")])


@pytest.fixture(params=["small", "large"])
def parts(request, monkeypatch):
    """A file that is read at once, and one that is read a few records at a time."""
    if request.param == "large":
        monkeypatch.setattr(mapped_file, "_HELD_BYTES", 90)
        monkeypatch.setattr(mapped_file, "_LARGE_BYTES", 90)


def records(values):
    made = np.zeros(len(values), DTYPE)
    made["number"] = np.column_stack([values, values])
    made["place"] = values
    return made


@pytest.mark.usefixtures("parts")
def test_records_come_back_in_any_order(tmp_path):
    file = RecordFile.create(tmp_path / "records", DTYPE, 100)
    odd, even = np.arange(1, 100, 2), np.arange(0, 100, 2)
    file.put(odd, records(odd))
    file.put(even, records(even))
    wanted = np.random.default_rng(0).permutation(100)
    assert (file.take(wanted) == records(wanted)).all()
    assert (file.take(np.array([7, 7, 99])) == records(np.array([7, 7, 99]))).all()
    again = RecordFile(tmp_path / "records", DTYPE)
    assert len(again) == 100
    assert (again.take(wanted) == records(wanted)).all()
    assert again.checksum() == file.checksum()


@pytest.mark.usefixtures("parts")
def test_a_run_of_neighbours_is_written_in_one_piece(tmp_path):
    file = RecordFile.create(tmp_path / "records", DTYPE, 50)
    for start in range(0, 50, 10):
        file.put(np.arange(start, start + 10), records(np.arange(start, start + 10)))
    assert (file.take(np.arange(50)) == records(np.arange(50))).all()


def test_a_changed_byte_changes_the_checksum(tmp_path):
    file = RecordFile.create(tmp_path / "records", DTYPE, 10)
    before = file.checksum()
    file.put(np.array([3]), records(np.array([1])))
    assert file.checksum() != before


def test_a_disk_without_room_is_an_error_before_anything_is_written(tmp_path):
    with pytest.raises(OSError, match=r"File too large|No space left"):
        RecordFile.create(tmp_path / "records", DTYPE, 2**58)
