"""A saved model's life: deployed, trained again, compared, rolled back, loaded by its name."""

from __future__ import annotations

import json
import subprocess
import sys

import polars as pl
import pytest

pytestmark = pytest.mark.slow


def test_adult_is_deployed_retrained_and_rolled_back(terminal, data_folder):
    train, test = (data_folder / f"adult_{part}.csv" for part in ("train", "test"))
    terminal.run("init", "adult", "--data", train, "--test", test, "--target", "income")
    first = terminal.json("train", "adult", "--set", "training.epochs=2")
    deployed = terminal.json("deploy", "latest", "--name", "Adult income")
    assert (deployed["version_id"], deployed["active"]) == ("v1", True)

    # What the user edits later is not what is trained again.
    (terminal.folder / "adult" / "architecture.py").write_text("broken(")
    again = terminal.json(
        "retrain", "Adult income", "--set", "training.epochs=4", "--activate", "if-better"
    )
    assert (again["status"], again["epochs"], again["session_id"]) == ("finished", 4, "s2")
    assert again["history"]["loss"][:2] == first["history"]["loss"]
    retraining = again["retraining"]
    assert (retraining["version_id"], retraining["from_version"]) == ("v2", "v1")
    comparison = retraining["comparison"]
    assert (comparison["compared_on"], comparison["rows"]) == ("same test rows", 16_281)
    assert comparison["older"] == first["metrics"]["ROC AUC"]
    assert comparison["newer"] == again["metrics"]["ROC AUC"]
    assert retraining["activated"] == comparison["is_better"]
    assert comparison["is_better"] == (comparison["newer"] > comparison["older"])

    terminal.run("models", "activate", "Adult income", "v2")
    shown = terminal.json("models", "show", "Adult income")
    assert (shown["active_version"], shown["previous_version"]) == ("v2", "v1")
    assert [one["metric_value"] for one in shown["versions"]] == [
        first["metrics"]["ROC AUC"],
        again["metrics"]["ROC AUC"],
    ]
    version = terminal.json("models", "show", "Adult income@v2")["version"]
    assert version["provenance"]["train"]["path"] == str(train.resolve())
    assert version["provenance"]["train"]["rows"] == 32_561
    assert version["provenance"]["environment"]["packages"]["keras"]
    assert "epochs = 4" in version["files"]["task.toml"]

    compared = terminal.json("models", "compare", "Adult income")
    assert compared["same_test_rows"] is True
    assert {"name": "training.epochs", "values": [2, 4]} in compared["settings"]
    assert compared["code"] == []
    assert terminal.json("models", "rollback", "Adult income")["active_version"] == "v1"

    terminal.run("predict", "Adult income", test, "v1.csv")
    terminal.run("predict", "Adult income@v2", test, "v2.csv")
    v1, v2 = (pl.read_csv(terminal.folder / f"{name}.csv") for name in ("v1", "v2"))
    # The rows of the test file are the test rows, in its order.
    for predicted, model in ((v1, first), (v2, again)):
        stored = pl.read_parquet(f"{model['folder']}/test_predictions.parquet")
        assert predicted["proba_>50K"].to_list() == pytest.approx(
            stored["output_0"].to_list(), abs=1e-5
        )
    loaded = python(
        terminal,
        "import sys, hornbook, pandas\n"
        "rows = pandas.read_csv(sys.argv[1]).head(50)\n"
        "print(hornbook.load('Adult income@v1').predict(rows)['proba_>50K'].tolist())",
        test,
    )
    assert json.loads(loaded) == pytest.approx(v1["proba_>50K"][:50].to_list(), abs=1e-5)

    code = terminal.json("models", "delete", "Adult income@v1", code=1)
    assert "is active and cannot be deleted" in code["error"]
    terminal.run("models", "delete", "Adult income@v2")
    assert [
        one["version_id"] for one in terminal.json("models", "show", "Adult income")["versions"]
    ] == ["v1"]


def test_newer_data_measures_both_versions_on_the_new_test_rows(terminal, small_table):
    old, new = small_table("old.csv", 400), small_table("new.csv", 900)
    terminal.run("init", "task", "--data", old, "--target", "answer")
    terminal.run("train", "task", "--set", "training.epochs=8")
    terminal.run("deploy", "latest", "--name", "answers")
    again = terminal.json(
        "retrain",
        "answers",
        "--data",
        new,
        "--activate",
        "if-better",
        "--set",
        "training.epochs=1",
    )
    comparison = again["retraining"]["comparison"]
    assert comparison["compared_on"] == "new test rows"
    assert comparison["rows"] == again["test_rows"] == 180
    assert comparison["newer"] == pytest.approx(again["metrics"]["ROC AUC"], abs=1e-6)
    assert "may have learnt from some of these rows" in comparison["notes"][0]
    assert comparison["is_better"] is False
    assert terminal.json("models", "show", "answers")["active_version"] == "v1"

    # The older version is measured as a prediction of the same rows says.
    truth = pl.read_parquet(f"{again['folder']}/test_predictions.parquet")
    rows = pl.read_csv(new)[truth["row"].to_list()]
    rows.write_csv(terminal.folder / "rows.csv")
    terminal.run("predict", "answers@v1", "rows.csv", "predicted.csv")
    predicted = pl.read_csv(terminal.folder / "predicted.csv")
    right = (predicted["prediction"] == predicted["answer"]).mean()
    assert comparison["older_metrics"]["Accuracy"] == pytest.approx(right)


def test_a_failed_retraining_makes_no_version(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    terminal.run("train", "task", "--set", "training.epochs=1")
    terminal.run("deploy", "latest", "--name", "answers")
    pl.read_csv(small_table("other.csv", 100)).drop("x").write_csv(terminal.folder / "bad.csv")
    failed = terminal.json("retrain", "answers", "--data", "bad.csv", code=1)
    assert failed["status"] == "failed"
    assert failed["retraining"]["version_id"] is None
    assert failed["retraining"]["reason"].startswith("The training failed: ")
    assert len(terminal.json("models", "show", "answers")["versions"]) == 1
    error = terminal.json("retrain", "answers", "--activate", "sometimes", code=2)
    assert "expected one of always, never, if-better" in error["error"]


def test_python_trains_again_and_rolls_back(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    done = python(
        terminal,
        "import hornbook, json, pandas\n"
        "with hornbook.open_workspace() as workspace:\n"
        "    session = workspace.task('task').train(settings={'training.epochs': 1})\n"
        "    session.model.deploy('answers')\n"
        "    saved = workspace.saved_model('answers')\n"
        "    version = saved.retrain(settings={'training.epochs': 2, 'seed': 7})\n"
        "    told = [version.version_id, version.active, list(version.metrics)[0],\n"
        "            version.result.epochs, saved.active_version.version_id,\n"
        "            saved.rollback().version_id, saved.activate('v2').version_id,\n"
        "            [one.version_id for one in saved.versions]]\n"
        "    rows = pandas.read_csv('small.csv')\n"
        "    same = saved.predict(rows).equals(saved.version('v2').predict(rows))\n"
        "    other = saved.predict(rows).equals(saved.version('v1').predict(rows))\n"
        "    print(json.dumps([*told, same, other]))",
    )
    assert json.loads(done.splitlines()[-1]) == [
        "v2",
        True,
        "Accuracy",
        2,
        "v2",
        "v1",
        "v2",
        ["v1", "v2"],
        True,
        False,
    ]


def python(terminal, code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=terminal.folder,
        env=terminal.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
