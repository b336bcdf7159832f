from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from hornbook.design import TaskDesign
from hornbook.features import (
    CategoricalDummy,
    CorrelationReduction,
    Feature,
    Generation,
    LassoReduction,
    NumericalRegular,
    PcaReduction,
    TreeReduction,
)
from hornbook.metrics import PredictionType, default_metric

LEAST = {"dataset": {"path": "rows.csv"}, "target": {"column": "y", "type": "binary"}}

DEFAULTS: dict[str, Any] = {
    "seed": 1337,
    "dataset": {
        "path": "rows.csv",
        "test_path": None,
        "separator": None,
        "quote": None,
        "encoding": None,
        "header": None,
        "types": {},
    },
    "target": {
        "column": "y",
        "columns": [],
        "separator": "|",
        "type": "binary",
        "positive_class": None,
    },
    "outputs": {},
    "sampling": {
        "method": "none",
        "rows": 100_000,
        "ratio": None,
        "column": None,
        "descending": False,
        "filter": None,
    },
    "test_sampling": {
        "method": "none",
        "rows": 100_000,
        "ratio": None,
        "column": None,
        "descending": False,
    },
    "split": {
        "method": "random",
        "column": None,
        "descending": False,
        "train_filter": None,
        "test_filter": None,
        "test_share": 0.2,
        "validation_share": 0.0,
        "stratify": None,
        "folds": None,
        "retrain": True,
    },
    "weights": {"class_weights": True, "sample_weight": None},
    "metrics": {
        "optimize": None,
        "output": None,
        "lift_share": 0.4,
        "cost_matrix": {
            "true_positive": 1.0,
            "true_negative": 0.0,
            "false_positive": -0.3,
            "false_negative": 0.0,
        },
        "averaging": "macro",
        "custom_score": {"greater_is_better": True, "needs_probability": False},
        "custom_scores": {},
    },
    "calibration": {"method": "none"},
    "prediction_intervals": {"enabled": False, "coverage": 0.95},
    "features": {},
    "generation": {
        "pairwise_linear": False,
        "pairwise_polynomial": False,
        "max_columns": 1000,
    },
    "reduction": {
        "method": "none",
        "keep": 25,
        "min_correlation": 0.0,
        "max_correlation": 1.0,
        "variance_share": 1.0,
        "trees": 30,
        "max_depth": 10,
        "sample_rows": 50_000,
    },
    "training": {
        "mode": "standard",
        "epochs": 10,
        "batch_size": 32,
        "train_on_all_data": True,
        "steps_per_epoch": 100,
        "shuffle": True,
        "cache_preprocessed": True,
        "early_stopping": {"enabled": False, "patience": 3, "min_delta": 0.0},
        "reduce_learning_rate": {
            "enabled": False,
            "factor": 0.1,
            "patience": 2,
            "min_delta": 0.0001,
            "min_learning_rate": 0.0,
        },
    },
    "diagnostics": {"enabled": True, "off": []},
    "runtime": {"backend": "auto", "device": "auto"},
}


def design(**changes: Any) -> TaskDesign:
    return TaskDesign.model_validate(LEAST | changes)


def test_the_default_of_every_setting() -> None:
    assert design().model_dump(mode="json") == DEFAULTS


def test_every_setting_says_what_it_means() -> None:
    def undescribed(model: type[BaseModel]) -> list[str]:
        found = []
        for name, field in model.model_fields.items():
            if not field.description:
                found.append(f"{model.__name__}.{name}")
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                found += undescribed(field.annotation)
        return found

    assert undescribed(TaskDesign) == []


@pytest.mark.parametrize("kind", PredictionType)
def test_the_metric_is_the_default_one_until_named(kind: PredictionType) -> None:
    target = {"column": "y", "type": str(kind)}
    assert design(target=target).metric == default_metric(kind).name
    chosen = "MAE" if kind is PredictionType.REGRESSION else "Log Loss"
    assert design(target=target, metrics={"optimize": chosen}).metric == chosen


def test_input_features_in_the_order_of_the_file() -> None:
    entries = {
        "b": {"type": "categorical", "drop_one": True, "input": "words"},
        "a": {"role": "reject"},
        "c": {"type": "numerical", "handling": "regular", "impute_with": "median"},
    }
    assert design(features=entries).input_features == (
        Feature("b", CategoricalDummy(drop_one=True), "words"),
        Feature("c", NumericalRegular(impute_with="median"), "main"),
    )


def test_steps_on_main_in_their_order() -> None:
    assert design().steps == ()
    assert design(generation={"max_columns": 5}, reduction={"keep": 3}).steps == ()
    generation = {"pairwise_polynomial": True}
    expected = {
        "correlation": CorrelationReduction(7, 0.1, 0.9),
        "tree": TreeReduction(7, 30, 10, 99),
        "pca": PcaReduction(7, 0.5),
        "lasso": LassoReduction(99),
    }
    options = {
        "keep": 7,
        "min_correlation": 0.1,
        "max_correlation": 0.9,
        "variance_share": 0.5,
        "sample_rows": 99,
    }
    for method, step in expected.items():
        reduction = options | {"method": method}
        steps = design(generation=generation, reduction=reduction).steps
        assert steps == (Generation(linear=False, polynomial=True, max_columns=1000), step)


def test_a_rejected_feature_keeps_its_options_unread() -> None:
    entry = {"role": "reject", "type": "numerical", "rescaling": "minmax"}
    task = design(features={"a": entry, "y": {"role": "reject"}})
    assert task.input_features == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metrics": {"optimize": "AUC"}}, "There is no metric 'AUC' for binary tasks"),
        ({"metrics": {"optimize": "R2 Score"}}, "for binary tasks"),
        ({"features": {"y": {"type": "numerical"}}}, "the target 'y' cannot be a feature as well"),
        ({"features": {"a": {}}}, "needs a type"),
        ({"dataset": {"path": "a", "separator": ";;"}}, "The separator is ';;'"),
        ({"dataset": {"path": "a", "types": {"a": "nombre"}}}, "declared as 'nombre'"),
        ({"seed": -1}, "greater than or equal to 0"),
        ({"seed": 2**32}, "less than 4294967296"),
        ({"metrics": {"cost_matrix": {"true_positive": float("nan")}}}, "finite number"),
    ],
)
def test_what_does_not_fit_together(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        design(**changes)


def test_a_design_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        design().seed = 2  # type: ignore[misc]


def test_reading_options() -> None:
    dataset = {"path": "a", "separator": ";", "header": False, "types": {"zip": "category"}}
    options = design(dataset=dataset).dataset.read_options
    assert (options.separator, options.header, options.types) == (";", False, {"zip": "category"})
    assert design().dataset.read_options.encoding is None


def test_json_and_back() -> None:
    task = design(features={"a": {"type": "categorical", "min_rows": 3}})
    assert TaskDesign.model_validate_json(task.model_dump_json()) == task
    assert Path(task.dataset.path).suffix == ".csv"


def test_an_unknown_diagnostic_cannot_be_switched_off() -> None:
    assert design(diagnostics={"off": ["too-good"]}).diagnostics.off == ("too-good",)
    with pytest.raises(ValidationError, match=r"no diagnostic 'imbalanced'\n.*Did you mean 'imbal"):
        design(diagnostics={"off": ["too-good", "imbalanced"]})
