from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from hornbook.data import Storage
from hornbook.errors import DataError
from hornbook.features import TextHash
from hornbook.features.texts import as_texts, pieces

HANDLING = TextHash()


@pytest.mark.parametrize("values", [["a", None], [], [None], [1, 2.5], [True]])
def test_texts_and_what_can_be_read_as_such_are_accepted(values: list[Any]) -> None:
    HANDLING.check_values("t", pl.Series(values, strict=False))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([None, ["a", "b"]], "['a', 'b']"),
        ([{"a": 1}], "{'a': 1}"),
        ([b"\xff"], r"b'\xff'"),
        ([["long"] * 50], "['long', 'long', 'long', 'long', 'long', 'long', 'long', 'lo…"),
    ],
)
def test_lists_objects_and_bytes_are_refused(values: list[Any], shown: str) -> None:
    with pytest.raises(DataError) as caught:
        HANDLING.check_values("^t$", pl.Series(values))
    assert str(caught.value) == (
        f"Column '^t$' holds {shown}, the model learnt from texts.\n"
        "  Fix: Bring texts, or leave the value empty where it is missing."
    )


def test_a_missing_text_is_an_empty_one() -> None:
    frame = pl.DataFrame({"*": ["a", "", None, " "]})
    missing = frame.select(TextHash(missing="drop_rows").missing_expression("*").alias("m"))
    assert missing["m"].to_list() == [False, True, True, False]
    assert as_texts(frame["*"]).to_list() == ["a", "", "", " "]
    assert as_texts(pl.Series([1, None])).to_list() == ["1", ""]


def test_a_file_of_numbers_is_read_as_texts() -> None:
    assert HANDLING.storage_to_read(Storage.INTEGER) is Storage.STRING


def test_pieces_are_bounded_in_bytes_and_lose_no_text() -> None:
    texts = pl.Series(["a" * 1_000_000] * 9 + ["b"] * 1000)
    found = list(pieces(texts))
    assert pl.concat(piece for _, piece in found).equals(texts)
    assert [start for start, _ in found][:3] == [0, 4, 8]
    assert max(piece.str.len_bytes().sum() for _, piece in found) < 5_000_000
    assert list(pieces(texts.head(0))) == []
