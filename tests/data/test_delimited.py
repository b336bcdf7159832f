from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime

import pytest

from hornbook.data import Meaning, Storage
from hornbook.errors import DataError


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("a,b\n1,x\n2,y\n", [(1, "x"), (2, "y")]),
        ("a\tb\n1\tx\n2\ty\n", [(1, "x"), (2, "y")]),
        ("a;b\n1;x,z\n2;y\n", [(1, "x,z"), (2, "y")]),
        ("a|b\n1|x\n2|y\n", [(1, "x"), (2, "y")]),
        ("a,b\r\n1,x\r\n2,y\r\n", [(1, "x"), (2, "y")]),
        ("a,b\r1,x\r2,y\r", [(1, "x"), (2, "y")]),
        ("a,b\n1,x\n2,y", [(1, "x"), (2, "y")]),
        ('"a","b"\n1,"x, ""y"""\n2,"z"\n', [(1, 'x, "y"'), (2, "z")]),
        ("a,b\n1,'x,z'\n2,'y'\n", [(1, "x,z"), (2, "y")]),
        ("\n\na,b\n\n1,x\n\n2,y\n\n", [(1, "x"), (2, "y")]),
        ('a,b\n1,"two\nlines"\n2,y\n', [(1, "two\nlines"), (2, "y")]),
    ],
)
def test_layouts_are_found(read, content, rows):
    table = read(content)
    assert table.column_names == ("a", "b")
    assert table.head().rows() == rows


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "read as utf-16"),
        ("utf-16-le", "read as utf-16-le"),
        ("latin-1", "read as Latin-1"),
        ("cp1252", "read as Latin-1"),
    ],
)
def test_encodings_are_found(read, encoding, note):
    sign = "" if encoding == "latin-1" else " €"
    table = read(f"name,n\nÉlodie{sign},1\nJo,2\n".encode(encoding))
    assert table.head()["name"][0] == f"Élodie{sign}"
    assert table.column_names == ("name", "n")
    assert len(table.notes) == (note is not None)
    assert all(found.startswith(note) for found in table.notes)


def test_latin_1_after_the_sample_is_found(read):
    table = read(b"a,b\n" + b"1,abcdefgh\n" * 50_000 + b"2,caf\xe9\n")
    assert table.read_column("b")[-1] == "café"
    assert table.notes == ("read as Latin-1 (windows-1252), since it is not UTF-8",)


def test_a_wrong_encoding_is_told(read):
    with pytest.raises(DataError, match="not written in utf-8"):
        read("a,b\n1,é\n".encode("latin-1"), encoding="utf-8")
    with pytest.raises(DataError, match="not written in utf-16"):
        read("a,b\n1,2\n3,4\n", encoding="utf-16")


def test_options_beat_the_guess(read):
    table = read("a;b,c\n1;2,3\n4;5,6\n", separator=",", header=False, quote="")
    assert table.column_names == ("column_1", "column_2")
    assert table.head().rows() == [("a;b", "c"), ("1;2", "3"), ("4;5", "6")]


def test_quotes_can_be_switched_off(read):
    assert read('a,b\n5" pipe,"x\n6,y\n', quote="").head()["b"].to_list() == ['"x', "y"]


def test_no_header(read):
    table = read("1,a\n2,b\n3,a\n")
    assert table.column_names == ("column_1", "column_2")
    assert table.n_rows == 3
    assert "no header found" in table.notes[0]


def test_numbers_as_column_names_are_a_header(read):
    assert read("id,2019,2020\n7,1,2\n8,3,4\n").column_names == ("id", "2019", "2020")


def test_unnamed_columns_get_names(read):
    table = read(",a,,column_1\n1,2,3,4\n")
    assert table.column_names == ("column_1_", "a", "column_3", "column_1")
    assert table.notes[1] == "column 3 has no name: it is called column_3"


def test_duplicate_names_are_an_error_with_positions(read):
    with pytest.raises(DataError, match=r"'a' stands in the header 3 times, at columns 1, 3 and 4"):
        read("a,b,a,a\n1,2,3,4\n")


def test_missing_words(read):
    table = read('a,b,c\n1,x,2024-01-01\n?,None,-\n-,NA,.\n4,"",n/a\n5,z,2024-01-02\n')
    assert table.head().rows() == [
        (1, "x", date(2024, 1, 1)),
        (None, "None", None),
        (None, None, None),
        (4, None, None),
        (5, "z", date(2024, 1, 2)),
    ]
    assert [column.missing for column in table.columns] == [2, 2, 3]


@pytest.mark.parametrize(
    ("cells", "storage", "values"),
    [
        (["1", "-2", "+3"], Storage.INTEGER, [1, -2, 3]),
        (["1", "2.5", "1e3"], Storage.FLOAT, [1.0, 2.5, 1000.0]),
        (["0", "0.5", "-0"], Storage.FLOAT, [0.0, 0.5, 0.0]),
        (["01234", "98765"], Storage.STRING, ["01234", "98765"]),
        (["99999999999999999999", "1"], Storage.STRING, ["99999999999999999999", "1"]),
        (["99999999999999999999", "1.5"], Storage.FLOAT, [1e20, 1.5]),
        (["9223372036854775807", "1"], Storage.INTEGER, [2**63 - 1, 1]),
        (["true", "False", "TRUE"], Storage.BOOLEAN, [True, False, True]),
        (["yes", "no"], Storage.STRING, ["yes", "no"]),
        (["2024-01-31", "1999-12-01"], Storage.DATE, [date(2024, 1, 31), date(1999, 12, 1)]),
        (["13/02/2024", "01/02/2024"], Storage.DATE, [date(2024, 2, 13), date(2024, 2, 1)]),
        (
            ["2024-01-31T10:00:00+02:00", "2024-01-31 10:00", "2024-01-31T10:00:00.5Z"],
            Storage.DATETIME,
            [
                datetime(2024, 1, 31, 8, tzinfo=UTC),
                datetime(2024, 1, 31, 10, tzinfo=UTC),
                datetime(2024, 1, 31, 10, 0, 0, 500_000, tzinfo=UTC),
            ],
        ),
        (['"[1, 2.5]"', '"[]"', "[3]"], Storage.VECTOR, [[1.0, 2.5], [], [3.0]]),
        (["20240131", "20240201"], Storage.INTEGER, [20240131, 20240201]),
    ],
)
def test_types_are_found(read, cells, storage, values):
    table = read("x,other\n" + "".join(f"{cell},w\n" for cell in cells))
    assert table.column("x").storage is storage
    assert table.read_column("x").to_list() == values


def test_decimal_commas_between_semicolons(read):
    table = read("a;b\n1,5;x\n2;y\n")
    assert table.read_column("a").to_list() == [1.5, 2.0]
    assert table.notes == ("column 'a': decimal commas are read as points",)


def test_ambiguous_dates_are_told(read):
    assert read("d,x\n03/04/2024,1\n05/06/2024,2\n").notes == (
        "column 'd': dates are read as 12/31/2024 (month first)",
    )


def test_the_way_dates_are_written_is_kept_for_the_next_file(read):
    first = read("d,t,x\n13/04/2024,2024-01-31 05:00,1\n05/06/2024,,2\n")
    form = first.column("d").date_format
    assert (form, first.column("t").date_format) == ("31/12/2024 (day first)", "2024-12-31")
    assert first.column("x").date_format is None
    formats = {"d": form}
    open_ = read("d,x\n03/04/2024,1\n", "more.csv", date_formats=formats)
    assert open_.read_column("d").to_list() == [date(2024, 4, 3)]
    as_json = read('{"d": "03/04/2024"}\n', "more.jsonl", date_formats=formats)
    assert as_json.read_column("d").to_list() == [date(2024, 4, 3)]
    # What the file itself says counts for more.
    other = read("d,x\n03/04/2024,1\n04/13/2024,1\n", "other.csv", date_formats=formats)
    assert other.read_column("d").to_list() == [date(2024, 3, 4), date(2024, 4, 13)]


def test_a_type_is_chosen_on_all_rows(read):
    """The last rows decide, though the first thousands look like integers."""
    table = read("a\n" + "1\n" * 300_000 + "word\n" * 100_000)
    assert table.column("a").storage is Storage.STRING
    assert table.n_rejected == 0


def test_rejected_rows_keep_their_line_and_text(read):
    block = "".join(f'{i},"x\ny{i}"\n' for i in range(20))
    table = read(f"n,t\n{block}21\n{block}1,2,3\nabc,z\n{block}")
    assert table.n_rows == 60
    assert table.n_rejected == 3
    assert table.first_rejection == "line 42: expected 2 fields, found 1"
    text = (table.folder / "rejected.jsonl").read_text(encoding="utf-8")
    kept = [json.loads(line) for line in text.splitlines()]
    assert kept == [
        {"line": 42, "reason": "expected 2 fields, found 1", "text": "21"},
        {"line": 83, "reason": "expected 2 fields, found 3", "text": "1,2,3"},
        {
            "line": 84,
            "reason": "column 'n' holds 'abc', expected a whole number",
            "text": "abc,z",
        },
    ]


def test_lines_are_right_across_blocks(read, monkeypatch):
    """Against the lines that Python's reader counts, with blocks of a few rows."""
    monkeypatch.setattr("hornbook.data.delimited_rows._BLOCK_BYTES", 64)
    lines, physical, expected = ["n,t"], 2, []
    for i in range(400):
        if i % 17 == 3:
            row = f'{i},"broken\nrow",too,many'
            expected.append(physical)
        elif i % 19 == 4:
            row = "" if i % 2 else f"x{i},text"
            if row:
                expected.append(physical)
        else:
            breaks = "\n" * (1 + i % 3)
            row = f'{i},"quoted{breaks}"' if i % 5 == 0 else f"{i},plain"
        lines.append(row)
        physical += 1 + row.count("\n")
    table = read("\n".join(lines) + "\n")
    assert [rejection.line for rejection in table.rejections()] == expected
    assert table.n_rows + table.n_rejected == 400 - lines.count("")


def test_more_than_a_tenth_rejected_is_an_error_that_leaves_nothing(read, store):
    with pytest.raises(DataError) as error:
        read("a,b\n" + "1,2\n" * 10 + "1\n2\n3\n")
    assert "3 of 13 rows (23.1%)" in str(error.value)
    assert "line 12: expected 2 fields, found 1" in str(error.value)
    assert error.value.fix
    assert list(store.root.iterdir()) == []


def test_a_tenth_of_unparsed_cells_is_rejected_and_more_is_text(read):
    assert read("a,b\n" + "1,2\n" * 18 + "x,2\ny,2\n").n_rejected == 2
    table = read("a,b\n" + "1,2\n" * 17 + "x,2\ny,2\nz,2\n", name="other.csv")
    assert (table.n_rejected, table.column("a").storage) == (0, Storage.STRING)


def test_declared_types(read):
    content = "a,b\n" + "1,2024\n" * 15 + "x,2025\n" * 4
    table = read(content, types={"a": "category", "b": "string"})
    assert table.column("a").meaning is Meaning.CATEGORY
    assert table.read_column("b")[0] == "2024"
    with pytest.raises(DataError, match="'x', expected a whole number"):
        read(content, types={"a": "numeric"})
    with pytest.raises(DataError, match="Did you mean 'a'"):
        read(content, types={"A": "numeric"})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("e.csv", b"", "is empty"),
        ("e.csv", b"\xef\xbb\xbf", "is empty"),
        ("e.csv", b"\n\n\n", "is empty"),
        ("e.csv", b"a,b\n", "column names and no rows"),
        ("e.csv", bytes(range(256)) * 10, "binary data"),
        ("e.unknown", b"\x00\x01\x02" * 100, "binary data"),
        ("e.csv", b"PK\x03\x04....", "Excel"),
        ("e.csv", b"n,t\n" + b"1,2\n" * 20 + b'3,"open\n4,5\n', "line 22.*never closed"),
        (
            "e.csv.gz",
            gzip.compress(b"a,b\n" + b"1,2\n" * 1000, mtime=0)[:-20],
            "cannot be unpacked",
        ),
    ],
)
def test_hopeless_files_are_told(read, store, name, content, message):
    with pytest.raises(DataError, match=message):
        read(content, name=name)
    assert not store.root.exists() or list(store.root.iterdir()) == []


def test_a_quote_open_for_megabytes_is_told(read):
    with pytest.raises(DataError, match="never closed"):
        read("a,b\n" + "1,2\n" * 10 + '3,"' + "4,5\n" * 4_000_000)


def test_gzip_is_known_by_its_content(read):
    packed = gzip.compress(b"a,b\n1,2\n")
    assert read(packed, name="a.csv.gz").head().rows() == [(1, 2)]
    assert read(packed, name="b.csv").head().rows() == [(1, 2)]
