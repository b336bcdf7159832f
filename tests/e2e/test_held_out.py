"""What is learnt on rows held out from training, and several custom scores, on real tables."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from hornbook.cli.draw import format_number

pytestmark = pytest.mark.slow

SCORES = """
import numpy as np


def profit(y_valid, y_pred):
    gains = np.where(y_valid == 1, 9.0, -1.0)
    return float(np.mean(np.where(y_pred == 1, gains, 0.0)))


def brier(y_valid, y_pred, sample_weight=None):
    return float(np.average((y_pred - (y_valid == 1)) ** 2, weights=sample_weight))


def broken(y_valid, y_pred):
    return y_valid[10**9]
"""
NAMED = """
[metrics.custom_scores.profit]

[metrics.custom_scores.brier]
greater_is_better = false
needs_probability = true

[metrics.custom_scores.broken]
"""


def test_titanic_with_calibrated_probabilities_and_several_custom_scores(terminal, data_folder):
    data = data_folder / "titanic.csv"
    terminal.run("init", "titanic", "--data", data, "--target", "survived")
    terminal.write("titanic/custom_score.py", SCORES)
    text = (terminal.folder / "titanic/task.toml").read_text("utf-8")
    terminal.write("titanic/task.toml", text + NAMED)
    settings = ("--set", "metrics.optimize=brier", "--set", "calibration.method=isotonic")
    result = terminal.json("train", "titanic", *settings, "--set", "split.validation_share=0.3")
    assert result["status"] == "finished"
    assert list(result["metrics"])[-4:] == ["profit", "brier", "broken", "Calibration Loss"]
    assert (result["metric"], result["greater_is_better"]) == ("brier", False)
    values = result["history"]["Validation brier"]
    assert values[result["best_epoch"] - 1] == min(values)
    assert result["metrics"]["broken"] is None
    [failed] = [one for one in result["diagnostics"] if one["id"] == "custom-score-failed"]
    assert failed["numbers"]["metric"] == "broken"
    assert "custom_score.py:15" in failed["message"]
    assert result["metrics"]["profit"] > 0

    calibration = result["outputs"][""]["calibration"]
    assert (calibration["method"], calibration["fitted_on"]) == ("isotonic", "validation")
    assert calibration["fitted_rows"] == result["validation_rows"]
    assert calibration["log_loss_after"] == result["metrics"]["Log Loss"]
    model = json.loads((terminal.folder / result["folder"] / "model/model.json").read_text("utf-8"))
    knots = model["outputs"][""]["calibration"]["curves"][0]
    assert knots["corrected"] == sorted(knots["corrected"])
    shown = terminal.run("show").stdout
    assert "Probabilities calibrated (isotonic) on" in shown
    before_and_after = (calibration["log_loss_before"], calibration["log_loss_after"])
    assert f"Log Loss {' → '.join(map(format_number, before_and_after))}" in shown

    matrix = np.array(terminal.json("show")["confusion_matrix"]["matrix"])
    accuracy = np.trace(matrix) / matrix.sum()
    assert accuracy == pytest.approx(result["metrics"]["Accuracy"])
    terminal.run("predict", "latest", data, "predicted.parquet")
    predicted = pl.read_parquet(terminal.folder / "predicted.parquet")
    reached = (predicted["proba_1"] >= result["threshold"]).cast(pl.Int64)
    assert reached.to_list() == predicted["prediction"].cast(pl.Int64).to_list()
    assert set(predicted["proba_1"].unique()) - {0.0, 1.0}
    assert predicted["proba_1"].n_unique() < predicted.height / 4


def test_wine_with_prediction_intervals(terminal, data_folder):
    data = data_folder / "wine_quality_white.csv"
    terminal.run("init", "wine", "--data", data, "--target", "quality")
    settings = ("--set", "prediction_intervals.enabled=true", "--set", "split.validation_share=0.2")
    result = terminal.json("train", "wine", *settings)
    interval = result["outputs"][""]["interval"]
    assert (interval["coverage"], interval["fitted_on"]) == (0.95, "validation")
    assert interval["fitted_rows"] == result["validation_rows"]
    # Twice the standard error of a share of 980 rows, and the noise of 784 that taught it.
    assert interval["measured_coverage"] == pytest.approx(0.95, abs=0.03)
    assert 1.0 < interval["half_width"] < 2.2
    assert not [note for note in result["warnings"] if "interval" in note]
    assert f"± {interval['half_width']:.4f}" in terminal.run("show").stdout

    terminal.run("predict", "latest", data, "predicted.csv")
    predicted = pl.read_csv(terminal.folder / "predicted.csv")
    width = predicted["prediction_upper"] - predicted["prediction_lower"]
    np.testing.assert_allclose(width, 2 * interval["half_width"])
    inside = predicted["quality"].is_between(
        predicted["prediction_lower"], predicted["prediction_upper"]
    )
    assert inside.mean() == pytest.approx(0.95, abs=0.03)

    alone = terminal.json("train", "wine", *settings[:2])
    interval = alone["outputs"][""]["interval"]
    assert (interval["fitted_on"], interval["measured_on"]) == ("test", "halves")
    assert interval["measured_coverage"] == pytest.approx(0.95, abs=0.03)
    [note] = [note for note in alone["warnings"] if "interval" in note]
    assert "learnt on the test rows" in note
