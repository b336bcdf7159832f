"""Filters take the rows they say, read nothing else, and point at what is wrong in them."""

from __future__ import annotations

import itertools
import sqlite3

import numpy as np
import pytest

from hornbook.data import RowFilter
from hornbook.errors import DataError

TABLE = """\
age,city,fixed acidity,^a$,day,at,ok,price
30,Oslo,1.5,1,2024-01-01,2024-01-01T10:00:00,true,1.5
20,Bergen,2.5,2,2024-05-31,2024-05-31T12:30:00,false,
,O'Brien,3,3,2024-06-01,2024-06-01T00:00:00,true,2.5
40,,4,4,,,,-3.5
"""


@pytest.fixture
def table(read):
    return read(TABLE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age >= 30", [0, 3]),
        ("age >= 30 and city = 'Oslo'", [0]),
        ("AGE_IS_NOT_ASKED = 1 or age = 30", None),
        ("not age >= 30", [1]),
        ("age is null", [2]),
        ("age is not null and not (ok)", [1]),
        ("city in ('Oslo', 'Oslo', 'x')", [0]),
        ("city not in ('Oslo')", [1, 2]),
        ("city = 'O''Brien'", [2]),
        ('"fixed acidity" between 2 and 3', [1, 2]),
        ('"fixed acidity" not between 2 and 3', [0, 3]),
        ('"^a$" <> 1', [1, 2, 3]),
        ("day < '2024-06-01'", [0, 1]),
        ("day in ('2024-01-01', '2024-06-01')", [0, 2]),
        ("'2024-05-31' <= day", [1, 2]),
        ("at > '2024-05-31T12:00'", [1, 2]),
        ("at > '2024-05-31T15:00+02:00'", [2]),
        ("at >= day", [0, 1, 2]),
        ("ok", [0, 2]),
        ("ok = true or age in (40, 20)", [0, 1, 2, 3]),
        ("age in (40.0, 2.5)", [3]),
        ("price in (1, 2.5)", [2]),
        ("price in (-3.5)", [3]),
        ("price * 2 - 1 = 2", [0]),
        ("age / 0 > 1 or age % 7 = 2", [0]),
        ("price > 0", [0, 2]),
        ("abs(price) > 3", [3]),
        ("city like 'O%'", [0, 2]),
        ("city like '_slo'", [0]),
        ("city not like '%e___n'", [0, 2]),
        ("lower(city) = 'oslo' or upper(city) = 'BERGEN'", [0, 1]),
        ("length(city) > 4", [1, 2]),
        ("year(day) = 2024 and month(day) = 5 and day(day) = 31", [1]),
        ("1 = 1", [0, 1, 2, 3]),
        ("1 = 2", []),
        ("age = 30 or age = 20 and city = 'x'", [0]),
        ("(age = 30 or age = 20) and city = 'Bergen'", [1]),
        ("AGE = 30", None),
    ],
)
def test_a_filter_takes_the_rows_it_says(table, text, expected):
    if expected is None:
        with pytest.raises(DataError, match="the table has no column"):
            RowFilter(text).rows(table)
    else:
        assert RowFilter(text).rows(table).tolist() == expected


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "at character 1: expected a column or a value, found the end", ""),
        ("age >=", "at character 7: expected a column or a value, found the end", ""),
        ("age", "at character 1: it gives a number for each row", "Compare it"),
        ("age = 'x'", "a number is compared with a text", "texts in single quotes"),
        ("ok = 1", "a truth value is compared with a number", ""),
        ("cty = 'Oslo'", "the table has no column 'cty'", "Did you mean 'city'?"),
        ('age = 1 and city = "Oslo"', "at character 20: .*no column 'Oslo'", "single quotes"),
        ("age = null", "nothing is equal to null", "is null"),
        ("(age = 1", r"expected \), found the end", ""),
        ("age = 1)", r"at character 8: '\)' does not go on", ""),
        ("shell('rm') = 1", "there is no function 'shell'", "Known: lower"),
        ("day > 'x'", "a date is compared with 'x'", "2024-05-31"),
        ("age like 'x'", "expected a text here, found a number", ""),
        ("city like age", "expected a text such as 'A%', found 'age'", ""),
        ("age in (select 1)", "in lists values", ""),
        ("age in (1, 'a')", "a number is compared with a text", ""),
        ("age not 3", "expected in, between or like, found '3'", ""),
        ("5age = 3", "a number runs into letters", ""),
        ("age = 1; drop", "';' means nothing here", ""),
        ("city = 'Oslo", "the ' is never closed", "Close it"),
        ("(" * 5000, "nested too deeply", ""),
        ("lower(" * 5000 + "city", "nested too deeply", ""),
        ("age" + " + 1" * 5000 + " = 3", "more than 100 terms", ""),
        ("x" * 200_000, "200,000 characters", ""),
    ],
)
def test_what_is_wrong_is_pointed_at(table, text, message, fix):
    with pytest.raises(DataError, match=message) as caught:
        RowFilter(text).rows(table)
    assert fix in (caught.value.fix or "")


def test_many_conditions_in_a_row_are_fine(table):
    wanted = " or ".join(f"age = {number}" for number in range(1000))
    assert RowFilter(wanted).rows(table).tolist() == [0, 1, 3]


def test_the_columns_that_a_filter_reads():
    text = "a > 1 and lower(\"b c\") like 'x' or not (d in (1, 2) and -a is null)"
    assert RowFilter(text).columns == ("a", "b c", "d")


def test_filters_agree_with_sqlite(read):
    """Every combination of some conditions, missing values included, as SQL takes them."""
    generator = np.random.default_rng(3)
    rows = [
        [None if generator.random() < 0.2 else int(generator.integers(0, 6)) for _ in range(3)]
        for _ in range(200)
    ]
    lines = [
        "a,b,c,full",
        *(",".join("" if v is None else str(v) for v in row) + ",x" for row in rows),
    ]
    table = read("\n".join(lines) + "\n")
    database = sqlite3.connect(":memory:")
    database.execute("create table t (a integer, b integer, c integer)")
    database.executemany("insert into t values (?, ?, ?)", rows)
    parts = [
        "a > 2",
        "not b = c",
        "a + b * 2 <= 7",
        "b in (1, 2, 5)",
        "c not in (3)",
        "a is null",
        "b between 2 and 4",
        "a - c % 3 <> 1",
    ]
    for one, other in itertools.permutations(parts, 2):
        for text in (f"{one} and {other}", f"{one} or not {other}", f"not ({one} or {other})"):
            expected = database.execute(f"select rowid - 1 from t where {text}").fetchall()
            assert RowFilter(text).rows(table).tolist() == [row for (row,) in expected], text
    database.close()
