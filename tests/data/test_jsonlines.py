from __future__ import annotations

from datetime import date

import pytest

from hornbook.data import Storage
from hornbook.errors import DataError


def test_values_keep_their_json_types(read):
    table = read(
        '{"n": 1, "code": "0012", "dig": "12", "flag": true, "vec": [1, 2.5], "d": "2024-01-31"}\n'
        '{"n": 2.5, "code": "7", "dig": "", "flag": null, "vec": null, "d": "2024-02-01"}\n',
        name="a.jsonl",
    )
    assert [str(column.storage) for column in table.columns] == [
        "float",
        "string",
        "string",
        "boolean",
        "vector",
        "date",
    ]
    assert table.head().rows() == [
        (1.0, "0012", "12", True, [1.0, 2.5], date(2024, 1, 31)),
        (2.5, "7", None, None, None, date(2024, 2, 1)),
    ]


def test_keys_may_come_late_and_be_absent(read, monkeypatch):
    monkeypatch.setattr("hornbook.data.jsonlines._BLOCK_CHARS", 32)
    lines = [f'{{"a": {i}}}' for i in range(50)] + ['{"b": "x"}', '{"c": {"deep": [1, "é"]}}']
    table = read("\n".join(lines), name="a.ndjson")
    assert table.column_names == ("a", "b", "c")
    assert table.n_rows == 52
    assert table.read_column("b").to_list() == [None] * 50 + ["x", None]
    assert table.read_column("c")[51] == '{"deep": [1, "é"]}'
    assert table.column("a").missing == 2


def test_bad_lines_are_rejected_with_their_number(read):
    table = read('{"a": 1}\n\n' + '{"a": 2}\n' * 20 + 'nope\n{"a": "word"}\n', name="a.jsonl")
    assert table.n_rows == 21
    assert [rejection.line for rejection in table.rejections()] == [23, 24]
    assert table.first_rejection.startswith("line 23: no JSON")


def test_mixed_values_become_text(read):
    table = read('{"a": 1}\n{"a": "x"}\n{"a": [1, "y"]}\n{"a": true}\n', name="a.json")
    assert table.column("a").storage is Storage.STRING
    assert table.read_column("a").to_list() == ["1", "x", '[1, "y"]', "true"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", "1\n2\n", "expected an object, found a number"),
        ("a.json", '[{"a": 1}]', "one JSON list"),
        ("a.json", '{\n"a": 1}', "first line is no JSON object"),
        ("a.jsonl", "  ", "is empty"),
    ],
)
def test_hopeless_files_are_told(read, name, content, message):
    with pytest.raises(DataError, match=message):
        read(content, name=name)
