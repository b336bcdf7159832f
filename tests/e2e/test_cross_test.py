"""`hornbook train` with folds: what is printed, kept and listed, and what an interrupt leaves."""

from __future__ import annotations

import json
import signal
import time

import numpy as np
import polars as pl
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def task(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    return terminal


def test_wine_in_five_folds(terminal, data_folder):
    table = data_folder / "wine_quality_white.csv"
    terminal.run("init", "wine", "--data", table, "--target", "quality")
    result = terminal.json("train", "wine", "--set", "split.folds=5")
    assert result["status"] == "finished"
    assert [fold["fold"] for fold in result["folds"]] == [1, 2, 3, 4, 5]
    values = [fold["metrics"]["R2 Score"] for fold in result["folds"]]
    assert result["metrics"]["R2 Score"] == pytest.approx(np.mean(values))
    assert result["metric_margins"]["R2 Score"] == pytest.approx(2 * np.std(values))
    assert 0.25 < result["metrics"]["R2 Score"] < 0.45
    assert 0 < result["metric_margins"]["R2 Score"] < 0.15
    assert (result["train_rows"], result["test_rows"]) == (4898, 4898)
    assert result["kept_fold"] is None
    shown = terminal.run("show", "latest").stdout
    assert f"{result['metrics']['R2 Score']:.4f} ± " in shown
    assert "trained on all rows" in shown
    assert " ± " in terminal.run("sessions", "wine").stdout
    (listed,) = terminal.json("sessions", "wine")["sessions"]
    assert listed["metric_margin"] == result["metric_margins"]["R2 Score"]
    terminal.run("predict", "latest", table, "predictions.csv")
    predicted = pl.read_csv(terminal.folder / "predictions.csv")
    error = predicted["quality"] - predicted["prediction"]
    assert (error**2).mean() < result["metrics"]["MSE"] * 1.1


def test_the_confusion_matrix_is_of_rows_that_were_not_seen(task):
    settings = ["split.folds=4", "split.validation_share=0.2", "training.epochs=3"]
    changes = [part for setting in settings for part in ("--set", setting)]
    result = task.json("train", "task", *changes)
    assert result["measured_on"] == "validation"
    assert all(fold["validation_rows"] == 60 for fold in result["folds"])
    shown = task.json("show", "latest")
    assert np.sum(shown["confusion_matrix"]["matrix"]) == 400
    thresholds = [fold["thresholds"][""] for fold in result["folds"]]
    assert result["threshold"] == pytest.approx(np.mean(thresholds))


def test_an_interrupt_keeps_the_folds_before(task):
    process = task.start(
        *("train", "task", "--set", "split.folds=3", "--set", "training.epochs=400", "--json"),
    )
    until = time.monotonic() + 240
    while time.monotonic() < until:
        events = [path.read_text() for path in task.event_files()]
        if any('"fold": 2' in text for text in events):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    result = json.loads(output)
    assert process.returncode == 0, errors
    assert result["status"] == "stopped"
    assert "the model of fold 1 is kept, measured over 1 of 3 folds" in result["reason"]
    assert result["kept_fold"] == 1
    assert result["metric_margins"]["ROC AUC"] is None
    assert task.json("show", "latest")["has_model"]


def test_check_names_what_is_wrong_in_a_filter(task):
    report = task.json(
        *("check", "task", "--set", "sampling.filter=colour = 'red' and xx > 1"), code=1
    )
    (problem,) = report["problems"]
    assert problem["key"] == "sampling.filter"
    assert "no column 'xx'" in problem["message"]
