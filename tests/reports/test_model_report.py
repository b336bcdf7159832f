from __future__ import annotations

import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from hornbook.errors import NotFoundError, TrainingError
from hornbook.metrics import PredictionType
from hornbook.reports import ModelReport, model_report

from .conftest import KeptOutput, write_session

PRICE = KeptOutput(
    PredictionType.REGRESSION, np.array([1.0, 2.0], np.float32), np.array([[1.5], [2.0]])
)
SOLD = KeptOutput(
    PredictionType.BINARY, np.array([0, 1]), np.array([[0.25], [0.75]]), ("no", "yes")
)


def test_each_output_has_its_own(tmp_path):
    write_session(tmp_path, {"price": PRICE, "sold": SOLD})
    price, sold = model_report(tmp_path, "price"), model_report(tmp_path, "sold")
    assert (price.kind, price.output, price.rows) == ("regression", "price", 2)
    assert price.points.predicted == [1.5, 2.0]
    assert (sold.kind, sold.output, sold.target) == ("binary", "sold", "y")
    with pytest.raises(NotFoundError, match="no output 'prize'") as error:
        model_report(tmp_path, "prize")
    assert error.value.fix == "Did you mean 'price'?"


def test_json_brings_the_same_report_back(tmp_path):
    write_session(tmp_path, {"price": PRICE, "sold": SOLD})
    adapter = TypeAdapter(ModelReport)
    for name in ("price", "sold"):
        report = model_report(tmp_path, name)
        text = report.model_dump_json()
        json.loads(text, parse_constant=pytest.fail)
        assert adapter.validate_json(text) == report
    schema = adapter.json_schema()
    assert schema["discriminator"]["propertyName"] == "kind"
    assert "prefixItems" not in json.dumps(schema)


def test_every_field_is_described():
    for name, model in TypeAdapter(ModelReport).json_schema()["$defs"].items():
        assert model["description"], name
        for key, field in model["properties"].items():
            assert key == "kind" or field.get("description"), (name, key)


def test_a_session_without_a_model_has_none(tmp_path):
    with pytest.raises(NotFoundError, match="kept no model, or is not over yet"):
        model_report(tmp_path)


def test_rows_without_a_number_are_left_out(session):
    nan = float("nan")
    folder = session(PredictionType.BINARY, [0, 1, 1], [[0.25], [nan], [0.75]], ("no", "yes"))
    report = model_report(folder)
    assert (report.rows, report.left_out_rows) == (2, 1)
    assert report.roc.auc == 1


def test_a_model_without_any_number_says_so(session):
    nan = float("nan")
    folder = session(PredictionType.MULTICLASS, [0, 1], [[nan, 1], [nan, 1]], ("no", "yes"))
    with pytest.raises(TrainingError, match="NaN or infinity for every test row"):
        model_report(folder)
