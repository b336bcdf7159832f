"""The look at all images before the split."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from hornbook.data import TableStore
from hornbook.errors import FeatureError
from hornbook.features import CategoricalDummy, Feature, ImageResize
from hornbook.training.image_check import ImageCheck


@pytest.fixture
def table(tmp_path):
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 8), "red").save(tmp_path / name)
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:40])
    values = ["a.png", "cut.png", "", "gone.png", "b.png", "../out.png"]
    lines = [f"{value},x\n" for value in values]
    (tmp_path / "photos.csv").write_text("photo,kind\n" + "".join(lines))
    return TableStore(tmp_path / "tables").read(tmp_path / "photos.csv")


def check_of(tmp_path, missing):
    features = [
        Feature("kind", CategoricalDummy()),
        Feature("photo", ImageResize(missing=missing), "photo_preprocessed"),
    ]
    return ImageCheck(features, SimpleNamespace(folder=lambda name: tmp_path))


def test_unreadable_images_are_counted_and_listed(tmp_path, table):
    check = check_of(tmp_path, "impute")
    assert check.usable(table, np.arange(6)).all()
    assert [(one.row, one.value) for one in check.found] == [
        (2, "cut.png"),
        (3, None),
        (4, "gone.png"),
        (6, "../out.png"),
    ]
    (note,) = check.notes()
    assert note.startswith("4 of 6 rows have no image in 'photo' that can be read and are zeros")
    assert "The first is row 2: The image 'cut.png' is damaged" in note
    check.write(tmp_path)
    lines = (tmp_path / "unreadable_images.jsonl").read_text().splitlines()
    assert json.loads(lines[1]) == {
        "file": "photos.csv",
        "row": 3,
        "column": "photo",
        "value": None,
        "reason": "missing",
    }


def test_only_the_rows_asked_for_are_looked_at(tmp_path, table):
    check = check_of(tmp_path, "drop_rows")
    assert check.usable(table, np.array([4, 3, 0])).tolist() == [True, False, True]
    assert [one.row for one in check.found] == [4]
    assert "1 of 3 rows" in check.notes()[0]
    assert "left out" in check.notes()[0]


def test_blocks_change_nothing(tmp_path, table, monkeypatch):
    monkeypatch.setattr("hornbook.training.image_check._BLOCK_ROWS", 2)
    check = check_of(tmp_path, "drop_rows")
    expected = [True, False, False, False, True, False]
    assert check.usable(table, np.arange(6)).tolist() == expected
    assert [one.row for one in check.found] == [2, 3, 4, 6]


def test_failing_lists_them(tmp_path, table):
    with pytest.raises(FeatureError, match=r"4 rows have no image") as raised:
        check_of(tmp_path, "fail").usable(table, np.arange(6))
    assert "row 4: The image 'gone.png' cannot be read" in str(raised.value)


def test_the_list_is_bounded_and_the_count_is_not(tmp_path, table, monkeypatch):
    monkeypatch.setattr("hornbook.training.image_check._MOST_LISTED", 2)
    check = check_of(tmp_path, "impute")
    check.usable(table, np.arange(6))
    assert len(check.found) == 2
    assert "4 of 6" in check.notes()[0]


def test_whole_images_leave_no_trace(tmp_path, table):
    check = check_of(tmp_path, "fail")
    assert check.usable(table, np.array([0, 4])).all()
    check.write(tmp_path)
    assert check.notes() == ()
    assert not (tmp_path / "unreadable_images.jsonl").exists()
