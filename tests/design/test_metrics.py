from __future__ import annotations

from collections.abc import Callable

import pytest

from hornbook.design import DesignFolder
from hornbook.errors import DesignError, Problem
from hornbook.metrics import PredictionType

Make = Callable[..., DesignFolder]

TASK = """\
[dataset]
path = "rows.csv"

[target]
column = "y"
type = "{kind}"

{more}
"""


def problem(make: Make, kind: str, more: str) -> Problem:
    with pytest.raises(DesignError) as caught:
        make(TASK.format(kind=kind, more=more))
    [only] = caught.value.problems
    return only


def test_settings_reach_the_metrics(make_design: Make) -> None:
    more = (
        '[metrics]\naveraging = "weighted"\nlift_share = 0.1\ncost_matrix = {true_positive = 3.0}'
    )
    settings = make_design(TASK.format(kind="multiclass", more=more)).task.metrics.settings
    assert settings.averaging == "weighted"
    assert settings.lift_share == 0.1
    assert settings.cost_matrix.true_positive == 3.0


def test_a_custom_score_may_decide_by_its_name(make_design: Make) -> None:
    more = """\
[metrics]
optimize = "profit"
[metrics.custom_scores.profit]
[metrics.custom_scores.brier]
greater_is_better = false
needs_probability = true
"""
    task = make_design(TASK.format(kind="binary", more=more)).task
    assert task.metric == "profit"
    own = task.metrics.own_metrics(PredictionType.BINARY)
    assert {name: (one.greater_is_better, one.needs) for name, one in own.items()} == {
        "profit": (True, "classes"),
        "brier": (False, "probabilities"),
    }


def test_a_custom_score_that_is_not_named_is_looked_for(make_design: Make) -> None:
    more = '[metrics]\noptimize = "proffit"\n[metrics.custom_scores.profit]'
    found = problem(make_design, "binary", more)
    assert found.message == "There is no metric 'proffit' for binary tasks."
    assert found.fix == "Did you mean 'profit'?"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("my-score", "'my-score' is no name of a function"),
        ("lambda", "'lambda' is no name of a function"),
        ("Accuracy", "'Accuracy' has the name of a metric that is there already"),
        ("R2", None),
        ("custom_score", "[metrics.custom_score] says how"),
    ],
)
def test_a_custom_score_is_named_after_a_function(
    make_design: Make, name: str, expected: str | None
) -> None:
    more = f"[metrics.custom_scores.{name}]\ngreater_is_better = true"
    if expected is None:
        assert name in make_design(TASK.format(kind="binary", more=more)).task.metrics.custom_scores
        return
    found = problem(make_design, "binary", more)
    assert expected in f"{found.message} {found.fix}"
    assert found.key == "metrics.custom_scores"


def test_a_wrong_key_of_a_custom_score_has_its_line(make_design: Make) -> None:
    more = "[metrics.custom_scores.profit]\ngreater_is_bettr = true"
    found = problem(make_design, "binary", more)
    assert found.key == "metrics.custom_scores.profit.greater_is_bettr"
    assert found.line == 9
    assert found.fix == "Did you mean 'greater_is_better'?"


def test_sections_of_other_prediction_types_are_refused(make_design: Make) -> None:
    found = problem(make_design, "regression", '[calibration]\nmethod = "sigmoid"')
    assert found == Problem(
        "calibration corrects probabilities, and regression predicts none",
        "task.toml",
        9,
        "calibration.method",
        'Use [calibration] method = "none".',
    )
    found = problem(make_design, "multiclass", "[prediction_intervals]\nenabled = true")
    assert found.message == "prediction intervals are for regression, the target is multiclass"
    assert (found.line, found.key) == (9, "prediction_intervals.enabled")


def test_outputs_of_both_kinds_may_have_both_sections(make_design: Make) -> None:
    text = """\
[dataset]
path = "rows.csv"
[outputs.price]
column = "price"
type = "regression"
[outputs.sold]
column = "sold"
type = "binary"
[calibration]
method = "isotonic"
[prediction_intervals]
enabled = true
coverage = 0.8
"""
    task = make_design(text).task
    assert task.calibration.method == "isotonic"
    assert task.prediction_intervals.coverage == 0.8


@pytest.mark.parametrize("coverage", ["0.0", "1.0", "95"])
def test_a_coverage_is_a_share(make_design: Make, coverage: str) -> None:
    more = f"[prediction_intervals]\ncoverage = {coverage}"
    assert problem(make_design, "regression", more).key == "prediction_intervals.coverage"
