"""Streams of rows: typed as they were declared, kept as they stand, in blocks."""

from __future__ import annotations

import gzip
import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hornbook.data import ReadOptions, open_rows
from hornbook.data.row_block import CodedColumn, RowBlock
from hornbook.errors import DataError, MissingExtraError, UsageError

OPTIONS = ReadOptions(types={"n": "float", "c": "string"}, types_may_be_absent=True)


def blocks(path, wanted=("n", "c"), kept=(), codable=(), options=OPTIONS, **more):
    return list(open_rows(str(path), options, **more).blocks(wanted, kept, codable))


def values(path, column, **more):
    return [one for block in blocks(path, **more) if len(block) for one in block.frame[column]]


def test_decimal_commas_and_windows_letters(tmp_path):
    text = "n;c\n0,5;Zürich\n1;Bern\n;NA\n"
    (tmp_path / "a.csv").write_bytes(text.encode("cp1252"))
    assert values(tmp_path / "a.csv", "n") == [0.5, 1.0, None]
    assert values(tmp_path / "a.csv", "c") == ["Zürich", "Bern", None]
    kept = blocks(tmp_path / "a.csv", kept=("n",))[0].kept
    assert kept["n"].to_pylist() == ["0,5", "1", None]


def test_bytes_that_are_no_utf8_far_into_a_file(tmp_path):
    lines = ["n,c", *(f"{i},plain" for i in range(60_000)), "1,Zürich"]
    (tmp_path / "a.csv").write_bytes("\n".join(lines).encode("cp1252"))
    assert values(tmp_path / "a.csv", "c")[-1] == "Zürich"


def test_packed_text_and_shares_that_rise(tmp_path):
    lines = "n,c\n" + "".join(f"{i}.25,some words to fill the line\n" for i in range(300_000))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(lines.encode()))
    found = blocks(tmp_path / "a.csv.gz")
    assert sum(map(len, found)) == 300_000
    shares = [block.share for block in found]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert found[0].numbers[:2].tolist() == [2, 3]


def test_rejections_come_with_their_lines(tmp_path):
    (tmp_path / "a.csv").write_text('n,c\n1,"a\nb"\nx,c\n2\n3,d\n4,e,f\n')
    found = blocks(tmp_path / "a.csv")
    rejections = [one for block in found for one in block.rejections]
    assert [(one.line, one.text) for one in rejections] == [(4, "x,c"), (5, "2"), (7, "4,e,f")]
    assert found[0].numbers.tolist() == [2, 6]


def test_values_of_json_lines_are_kept_as_they_are(tmp_path):
    rows = [{"n": 1, "c": "a", "k": 7}, {"n": "2.5", "k": "7"}, {"n": None, "c": "", "k": [1]}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\nno json\n[1]\n")
    found = blocks(tmp_path / "a.jsonl", kept=("k",), as_json=True)
    assert found[0].kept["k"].to_pylist() == ["7", '"7"', "[1]"]
    assert found[0].frame["n"].to_list() == [1.0, 2.5, None]
    assert found[0].frame["c"].to_list() == ["a", None, None]
    assert [one.line for block in found for one in block.rejections] == [4, 5]
    plain = blocks(tmp_path / "a.jsonl", kept=("k",))
    assert plain[0].kept["k"].to_pylist() == ["7", "7", "[1]"]


def test_texts_of_parquet_come_as_codes(tmp_path):
    texts = ["a", "", None, "b", "a"]
    table = pa.table({"n": [1, 2, 3, 4, 5], "c": texts})
    pq.write_table(table, tmp_path / "a.parquet")
    (block,) = blocks(tmp_path / "a.parquet", codable=("c", "n"))
    assert block.frame.columns == ["n"]
    assert block.frame["n"].dtype == pl.Float64
    assert block.coded["c"].decoded().to_list() == ["a", None, None, "b", "a"]
    (plain,) = blocks(tmp_path / "a.parquet")
    assert plain.frame["c"].to_list() == ["a", None, None, "b", "a"]


def test_parts_of_a_block(tmp_path):
    pq.write_table(pa.table({"n": range(10), "c": list("abcdefghij")}), tmp_path / "a.parquet")
    (block,) = blocks(tmp_path / "a.parquet", kept=("n",), codable=("c",))
    parts = list(block.parts(4))
    assert [len(part) for part in parts] == [4, 4, 2]
    assert [part.share for part in parts] == [0.0, 0.0, 1.0]
    assert parts[1].kept["n"].to_pylist() == [4, 5, 6, 7]
    assert parts[2].coded["c"].decoded().to_list() == ["i", "j"]
    assert isinstance(parts[0], RowBlock)
    assert isinstance(parts[0].coded["c"], CodedColumn)


def test_what_cannot_be_opened(tmp_path):
    with pytest.raises(UsageError, match="names no table"):
        open_rows("sqlite:///x.db", OPTIONS)
    with pytest.raises(MissingExtraError, match="no driver for nosuchthing"):
        open_rows("nosuchthing://host/db?table=x", OPTIONS).columns  # noqa: B018
    with pytest.raises(DataError) as raised:
        open_rows("sqlite:////nowhere/x.db?table=x", OPTIONS).columns  # noqa: B018
    assert "unable to open" in str(raised.value)
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError, match="cannot be read"):
        blocks(tmp_path / "cut.parquet")
    with pytest.raises(DataError, match="no image"):
        open_rows(str(tmp_path), OPTIONS, image_column="photo")


def test_a_password_is_not_told():
    from hornbook.data.sql_table import SqlTable

    table = SqlTable.parse("postgresql+psycopg://me:secret@host/db?table=a.b&sslmode=require")
    assert "secret" not in table.name
    assert (table.schema, table.table) == ("a", "b")
    assert table.url.query == {"sslmode": "require"}
