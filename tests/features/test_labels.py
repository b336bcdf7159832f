from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hornbook.data import TableStore
from hornbook.errors import DataError
from hornbook.features import LabelsEncoder

TEXTS = pl.Series("tags", ["red| small", "small", None, "big|red|", ""])


@pytest.fixture
def texts() -> LabelsEncoder:
    return LabelsEncoder.for_texts(TEXTS, "|")


def test_labels_of_texts_are_sorted(texts: LabelsEncoder) -> None:
    assert texts.labels == texts.classes == ("big", "red", "small")
    assert (texts.n_classes, texts.columns) == (3, ("tags",))


def test_texts_become_zeros_and_ones_and_back(texts: LabelsEncoder) -> None:
    frame = TEXTS.to_frame()
    assert texts.usable_rows(frame).tolist() == [True, True, False, True, True]
    encoded = texts.encode(frame.drop_nulls())
    assert encoded.dtype == np.float32
    assert encoded.tolist() == [[0, 1, 1], [0, 0, 1], [1, 1, 0], [0, 0, 0]]
    assert texts.decode(encoded).to_list() == ["red|small", "small", "big|red", ""]


def test_a_label_that_no_train_row_has(texts: LabelsEncoder) -> None:
    frame = pl.DataFrame({"tags": ["red", "green|red"]})
    assert texts.unknown_labels(frame) == ["green"]
    with pytest.raises(DataError, match="holds the label 'green'"):
        texts.encode(frame)


def test_one_label_is_not_several() -> None:
    with pytest.raises(DataError, match=r"1 label\(s\) \['a,b'\]"):
        LabelsEncoder.for_texts(pl.Series("tags", ["a,b", "a,b"]), "|")


def test_labels_in_columns_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b,c\n1,yes,true\n0,no,false\n,no,true\n")
    table = TableStore(tmp_path / "store").read(tmp_path / "rows.csv")
    encoder = LabelsEncoder.for_columns(table, ["c", "a", "b"])
    frame = table.take(np.arange(3), ["a", "b", "c"])
    assert encoder.usable_rows(frame).tolist() == [True, True, False]
    assert encoder.encode(frame.head(2)).tolist() == [[1, 1, 1], [0, 0, 0]]
    assert encoder.unknown_labels(frame) == []
    assert encoder.decode(np.array([[1, 0, 1]])).to_list() == ["c|b"]


def test_a_label_column_holds_zeros_and_ones() -> None:
    encoder = LabelsEncoder(("a", "b"), ("a", "b"))
    with pytest.raises(DataError, match='"b" holds 2, expected 0 or 1'):
        encoder.encode(pl.DataFrame({"a": [0, 1], "b": [1, 2]}))


def test_kept_as_json_it_is_the_same(texts: LabelsEncoder) -> None:
    assert LabelsEncoder.from_json(texts.to_json()) == texts


def test_lists_of_labels_are_read_whatever_the_separator() -> None:
    lists = pl.Series("tags", ['["red", "a|b"]', "[]", None, '["red"]'])
    encoder = LabelsEncoder.for_texts(lists, ",")
    assert encoder.labels == ("a|b", "red")
    frame = lists.to_frame()
    assert encoder.usable_rows(frame).tolist() == [True, True, False, True]
    assert encoder.encode(frame.drop_nulls()).tolist() == [[1, 1], [0, 0], [0, 1]]


def test_a_text_in_brackets_that_is_no_list_is_a_text() -> None:
    encoder = LabelsEncoder.for_texts(pl.Series("tags", ["[sic]", "[a|b]"]), "|")
    assert encoder.labels == ("[a", "[sic]", "b]")


def test_rows_of_labels_that_are_all_known():
    encoder = LabelsEncoder(("tags",), ("a", "b"), "|")
    frame = pl.DataFrame({"tags": ["a|b", "b|c", "", None, '["a", "c"]', "c"]})
    assert encoder.known_rows(frame).tolist() == [True, False, True, True, False, False]
    assert LabelsEncoder(("a", "b"), ("a", "b")).known_rows(frame).all()
