"""What the settings on rows say against each other is told, each at its key."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hornbook.design import TaskDesign, check_table, check_test_table
from hornbook.errors import DesignError

ROWS = """\
y,age,city,day,when,score
1,30,Oslo,2024-01-01,x,"[1, 2]"
0,20,Bergen,2024-01-02,y,"[3, 4]"
1,40,Oslo,2024-01-03,z,"[5, 6]"
"""
TASK = """\
[dataset]
path = "rows.csv"
{dataset}

[target]
column = "y"
type = "{kind}"

{sections}

[features]
age = {{ type = "numerical" }}
"""


def text(sections, dataset="", kind="binary"):
    return TASK.format(sections=sections, dataset=dataset, kind=kind)


@pytest.mark.parametrize(
    ("sections", "key", "message"),
    [
        ('[split]\nmethod = "time"', "split.method", "needs the column with the time"),
        ('[split]\nmethod = "group"', "split.method", "needs the column with the group"),
        ('[split]\nmethod = "hash"', "split.method", "needs the column with the key"),
        ('[split]\ncolumn = "day"', "split.column", "does not go by a column"),
        ("[split]\ndescending = true", "split.descending", "has no order"),
        (
            '[split]\nmethod = "time"\ncolumn = "day"\nstratify = true',
            "split.stratify",
            "share cannot be kept",
        ),
        ('[split]\nmethod = "filters"', "split.method", "needs the condition"),
        ('[split]\ntest_filter = "age > 3"', "split.test_filter", "is for explicit extracts"),
        (
            '[split]\nmethod = "filters"\ntest_filter = "age > 3"\nfolds = 5',
            "split.folds",
            "cannot be tested in folds",
        ),
        ("[split]\nfolds = 1", "split.folds", "greater than or equal to 2"),
        (
            '[split]\nmethod = "filters"\ntest_filter = "age >> 3"',
            "split.test_filter",
            "at character 6: expected a column or a value, found '>'",
        ),
        ('[sampling]\nfilter = "(age"', "sampling.filter", r"expected \), found the end"),
        ('[sampling]\nmethod = "random_ratio"', "sampling.method", "ratio is not set"),
        ("[sampling]\nratio = 0.1", "sampling.ratio", "does not go by a ratio"),
        ('[sampling]\nmethod = "first_sorted"', "sampling.method", "goes by a column"),
        ('[sampling]\ncolumn = "day"', "sampling.column", "does not go by a column"),
        (
            '[sampling]\nmethod = "random"\ndescending = true',
            "sampling.descending",
            "has no order",
        ),
        ('[test_sampling]\nmethod = "random"', "test_sampling", "not sampled again"),
        ('[split]\nmethod = "tiem"', "split.method", "expected 'random'"),
    ],
)
def test_a_contradiction_is_told_at_its_key(make_design, sections, key, message):
    with pytest.raises(DesignError, match=message) as caught:
        make_design(text(sections))
    problem = next(one for one in caught.value.problems if one.key == key)
    assert problem.line is not None
    assert problem.fix or "greater than" in problem.message


def test_all_contradictions_are_told_at_once(make_design):
    sections = (
        '[sampling]\nmethod = "random"\nratio = 0.5\ncolumn = "city"\n'
        '[split]\nmethod = "time"\nstratify = true\n'
    )
    with pytest.raises(DesignError) as caught:
        make_design(text(sections))
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["sampling.ratio", "sampling.column", "split.method", "split.stratify"]


def test_folds_and_filters_go_not_with_a_test_file(make_design):
    dataset = 'test_path = "test.csv"'
    with pytest.raises(DesignError, match="cannot be tested in folds"):
        make_design(text("[split]\nfolds = 5", dataset))
    with pytest.raises(DesignError, match="has nothing to divide"):
        make_design(text('[split]\nmethod = "filters"\ntest_filter = "age > 3"', dataset))
    sections = '[split]\ntest_filter = "age > 3"\n[test_sampling]\nmethod = "random"'
    assert make_design(text(sections, dataset)).task.split.test_filter == "age > 3"


def test_a_regression_target_has_no_classes_to_balance(make_design):
    sections = '[sampling]\nmethod = "rebalance"'
    assert make_design(text(sections)).task.sampling.column is None
    with pytest.raises(DesignError, match="no classes to balance"):
        make_design(text(sections, kind="regression"))
    make_design(text(sections + '\ncolumn = "city"', kind="regression"))


def test_a_design_from_values_is_held_to_the_same():
    values = {
        "dataset": {"path": "rows.csv"},
        "target": {"column": "y", "type": "binary"},
        "split": {"method": "time"},
    }
    with pytest.raises(ValidationError, match="needs the column with the time"):
        TaskDesign.model_validate(values)
    values["split"] = {"method": "time", "column": "day"}
    design = TaskDesign.model_validate(values)
    assert TaskDesign.model_validate(design.model_dump()) == design


@pytest.mark.parametrize(
    ("sections", "key", "message", "fix"),
    [
        (
            '[split]\nmethod = "group"\ncolumn = "cty"',
            "split.column",
            "the table has no column 'cty'",
            "Did you mean 'city'?",
        ),
        (
            '[split]\nmethod = "time"\ncolumn = "when"',
            "split.column",
            "expected a column of dates or numbers, 'when' holds string values",
            "read it as dates",
        ),
        (
            '[sampling]\nmethod = "column_values"\ncolumn = "score"',
            "sampling.column",
            "'score' holds vector values",
            "Name another",
        ),
        (
            '[sampling]\nfilter = "agee > 3"',
            "sampling.filter",
            "the table has no column 'agee'",
            "Did you mean 'age'?",
        ),
        (
            '[split]\nmethod = "filters"\ntest_filter = "city > 3"',
            "split.test_filter",
            "a text is compared with a number",
            "single quotes",
        ),
    ],
)
def test_columns_are_held_against_the_table(make_design, make_table, sections, key, message, fix):
    design = make_design(text(sections, 'types = { score = "vector", when = "text" }'))
    table = make_table(ROWS, types={"score": "vector", "when": "text"})
    problems = check_table(design, table)
    assert [problem.key for problem in problems] == [key]
    assert message in problems[0].message
    assert fix in (problems[0].fix or "")
    assert problems[0].line


def test_test_rows_are_held_against_the_test_table(make_design, make_table):
    sections = (
        '[split]\ntest_filter = "part = 2"\n'
        '[test_sampling]\nmethod = "column_values"\ncolumn = "prt"'
    )
    design = make_design(text(sections, 'test_path = "test.csv"'))
    table = make_table(ROWS)
    assert check_table(design, table) == []
    test = make_table("y,age,part\n1,3,2\n0,4,2\n")
    (problem,) = check_test_table(design, table, test)
    assert problem.key == "test_sampling.column"
    assert problem.fix == "Did you mean 'part'?"
