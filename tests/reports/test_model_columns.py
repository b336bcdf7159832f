from __future__ import annotations

import json

import pytest

from hornbook.errors import NotFoundError
from hornbook.reports import input_columns, model_columns, model_network


@pytest.fixture
def session(tmp_path):
    (tmp_path / "model").mkdir()
    names = [f"word {number}" for number in range(40)]
    columns = [
        {"column": "y", "role": "target", "storage": "float", "missing_rows": 0},
        {
            "column": "text",
            "role": "input",
            "storage": "string",
            "missing_rows": 2,
            "type": "text",
            "handling": "count",
            "missing": {"missing": "empty"},
            "options": {"max_words": 40},
            "input": "main",
            "made": names,
        },
    ]
    main = [{"name": name, "sources": ["text"]} for name in names]
    inputs = [
        {"name": "main", "shape": [40], "dtype": "float32", "columns": main, "steps": []},
        {"name": "photo", "shape": [8, 8, 3], "dtype": "uint8", "columns": [], "steps": []},
    ]
    text = json.dumps({"columns": columns, "inputs": inputs})
    (tmp_path / "model" / "columns.json").write_text(text)
    return tmp_path


def test_columns_say_what_they_became(session):
    found = model_columns(session)
    target, text = found.columns
    assert (target.role, target.n_made, target.type) == ("target", 0, None)
    assert (text.n_made, len(text.made), text.made[0]) == (40, 30, "word 0")
    assert [(one.name, one.n_columns) for one in found.inputs] == [("main", 40), ("photo", 0)]


def test_the_columns_of_an_input_are_paged(session):
    part = input_columns(session, "main", 38, 10)
    assert part.total == 40
    assert [(one.place, one.name) for one in part.columns] == [(38, "word 38"), (39, "word 39")]
    with pytest.raises(NotFoundError, match="It has: main, photo"):
        input_columns(session, "other", 0, 10)


def test_a_model_without_them_says_so(tmp_path):
    for read in (model_columns, model_network):
        with pytest.raises(NotFoundError, match="not kept"):
            read(tmp_path)
